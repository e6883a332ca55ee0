"""SenML: the working draft's examples, and JSON read strictly."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.senml import RecordMalformed, SenmlMalformed, parse_strict, raw_items, resolve

EXAMPLES = Path(__file__).parent.parent / "data" / "senml"

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["ex3", "ex4", "ex5", "ex6", "ex8", "ex10", "ex11", "ex12"])
def test_example_of_the_working_draft_resolves_as_given(name: str) -> None:
    given_pack = (EXAMPLES / f"{name}.json").read_bytes()
    expected = json.loads((EXAMPLES / f"{name}.resolved.json").read_bytes())

    assert list(resolve(parse_strict(given_pack))) == expected


def test_every_example_file_is_tested() -> None:
    names = {path.name.partition(".")[0] for path in EXAMPLES.glob("*.json")}

    assert names == {"ex3", "ex4", "ex5", "ex6", "ex8", "ex10", "ex11", "ex12"}


def _only(record: dict[str, Any]) -> dict[str, Any] | RecordMalformed:
    return next(resolve([record]))


def test_base_value_is_added_to_the_value() -> None:
    assert list(resolve([{"n": "a", "bv": 100, "v": 1.5}, {"n": "a", "v": -1}])) == [
        {"n": "a", "v": 101.5, "t": 0},
        {"n": "a", "v": 99, "t": 0},
    ]


def test_base_sum_stands_where_the_sum_is_missing() -> None:
    assert list(resolve([{"n": "a", "bs": 100, "s": 5}, {"n": "a", "v": 1}])) == [
        {"n": "a", "s": 105, "t": 0},
        {"n": "a", "v": 1, "s": 100, "t": 0},
    ]


def test_negative_zero_without_base_value_keeps_its_sign() -> None:
    resolved = _only({"n": "a", "v": -0.0})

    assert isinstance(resolved, dict)
    assert str(resolved["v"]) == "-0.0"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ([], "not an object"),
        ({"n": 5}, "'n' is not a text"),
        ({"n": "a", "u": None}, "'u' is not a text"),
        ({"n": "a", "v": "1"}, "'v' is not a number"),
        ({"n": "a", "v": True}, "'v' is not a number"),
        ({"n": "a", "v": float("inf")}, "'v' is not finite"),
        ({"n": "a", "v": 10**400}, "'v' is too large"),
        ({"n": "a", "v": 1e308, "bv": 1e308}, "'v' is not finite"),
        ({"n": "a", "bt": 1.7e308, "t": 1.7e308}, "is too large for a number"),
        ({"n": "a", "must_": 1}, "'must_' must be understood"),
        ({"n": "\ud800"}, "half a surrogate pair"),
        ({"bn": 1}, "'bn' is not a text"),
        ({"bver": "26"}, "'bver' is not a number"),
    ],
)
def test_record_that_cannot_be_resolved_gives_its_fault(record: Any, reason: str) -> None:
    fault = next(resolve([record]))

    assert isinstance(fault, RecordMalformed)
    assert reason in str(fault)


def test_record_that_cannot_be_resolved_passes_its_base_on() -> None:
    first, second = resolve([{"bn": "a/", "bt": 5, "bu": 7, "n": "x"}, {"n": "y", "v": 1}])

    assert isinstance(first, RecordMalformed)
    assert second == {"n": "a/y", "t": 5, "v": 1}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"v":-Infinity}'])
def test_constant_that_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(SenmlMalformed, match="no JSON number"):
        parse_strict(text.encode())


def test_duplicate_key_the_last_counts() -> None:
    assert parse_strict(b'{"v":1,"v":2}') == {"v": 2}


@pytest.mark.parametrize(("depth", "fits"), [(4, True), (5, False), (100, False), (100_000, False)])
def test_depth(depth: int, fits: bool) -> None:
    body = b"[" * depth + b"]" * depth
    if fits:
        parse_strict(body)
    else:
        with pytest.raises(SenmlMalformed, match="nested deeper than 4"):
            parse_strict(body)


@given(st.binary(max_size=200))
def test_parse_of_any_bytes_gives_a_value_or_a_reason(body: bytes) -> None:
    try:
        parse_strict(body)
    except SenmlMalformed as error:
        assert str(error)


@given(st.lists(JSON_VALUES, max_size=5), st.sampled_from(["", " ", "\r\n\t"]))
def test_raw_items_are_the_elements_as_they_stand(array: list[Any], space: str) -> None:
    texts = [json.dumps(item, ensure_ascii=True) for item in array]
    body = (space + "[" + ",".join(space + text + space for text in texts) + space + "]" + space).encode()

    assert raw_items(body) == [text.encode() for text in texts]


@given(JSON_VALUES)
def test_resolve_of_any_json_gives_records_or_reasons(value: Any) -> None:
    try:
        outcomes = list(resolve(value))
    except SenmlMalformed:
        assert not isinstance(value, list)
    else:
        assert len(outcomes) == len(value)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["bn", "bt", "bu", "bv", "bs", "bver", "n", "t", "u", "v", "s"]), JSON_VALUES)
    )
)
def test_resolve_of_any_fields_gives_records_or_reasons(array: list[Any]) -> None:
    assert len(list(resolve(array))) == len(array)
