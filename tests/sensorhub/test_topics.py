"""Topics: what they name, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.topics import (
    CARE_ROOT,
    OPEN_ROOT,
    ROOTS,
    SEQUENCE_MAX,
    GatewayTopic,
    PackId,
    gateway_topic,
    pack_topic,
    parse_pack_levels,
    parse_topic,
)

EPOCH = "5f0c2a9e41d07b36"


@given(st.sampled_from(ROOTS), st.integers(1, SEQUENCE_MAX - 1_000), st.integers(1, 1_000))
def test_pack_topic_comes_back(root: str, first: int, count: int) -> None:
    pack = PackId("a127-rayleigh-weir", EPOCH, first, count)
    topic = parse_topic(pack_topic(root, pack))

    assert topic is not None
    assert (topic.root, topic.gateway) == (root, pack.gateway)
    assert parse_pack_levels(topic.gateway, topic.levels) == pack
    assert pack.last == first + count - 1


def test_pack_topic_is_as_the_format_says() -> None:
    pack = PackId("a127-rayleigh-weir", EPOCH, 1_200, 4)

    assert pack_topic(OPEN_ROOT, pack) == f"essex/v1/a127-rayleigh-weir/pack/{EPOCH}/1200/4"
    assert gateway_topic(CARE_ROOT, "home-3", "status") == "essex-care/v1/home-3/status"


def test_social_care_is_never_read_as_open_data() -> None:
    assert parse_topic("essex-care/v1/home-3/status") == GatewayTopic(CARE_ROOT, "home-3", ("status",))


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "essex/v1",
        "essex/v1/",
        "essex/v1/a",
        "essex/v1//status",
        "essex/v2/a/status",
        "/essex/v1/a/status",
        "essex/v1/A/status",
        "essex/v1/-a/status",
        "essex/v1/a_b/status",
        "essex/v1/+/status",
        "essex/v1/a\n/status",
        "essex/v1/" + "a" * 49 + "/status",
        "$SYS/broker/uptime",
        "x" * 65_535,
    ],
)
def test_topic_of_no_gateway_of_ours_is_none(topic: str) -> None:
    assert parse_topic(topic) is None


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ("pack", "not pack/"),
        (f"pack/{EPOCH}/1", "not pack/"),
        (f"pack/{EPOCH}/1/1/", "not pack/"),
        (f"pakc/{EPOCH}/1/1", "not pack/"),
        ("pack//1/1", "the epoch '' in"),
        (f"pack/{EPOCH.upper()}/1/1", "the epoch"),
        (f"pack/{EPOCH}0/1/1", "the epoch"),
        (f"pack/{EPOCH}\n/1/1", "the epoch"),
        (f"pack/{EPOCH}//1", "the first sequence ''"),
        (f"pack/{EPOCH}/0/1", "the first sequence '0'"),
        (f"pack/{EPOCH}/-1/1", "the first sequence '-1'"),
        (f"pack/{EPOCH}/+1/1", "the first sequence"),
        (f"pack/{EPOCH}/01/1", "the first sequence"),
        (f"pack/{EPOCH}/1e3/1", "the first sequence"),
        (f"pack/{EPOCH}/1_0/1", "the first sequence"),
        (f"pack/{EPOCH}/ 1/1", "the first sequence"),
        (f"pack/{EPOCH}/١/1", "the first sequence"),
        (f"pack/{EPOCH}/{2**53}/1", "the first sequence"),
        (f"pack/{EPOCH}/{2**64}/1", "the first sequence"),
        (f"pack/{EPOCH}/{'9' * 60_000}/1", "the first sequence"),
        (f"pack/{EPOCH}/1/0", "the count '0'"),
        (f"pack/{EPOCH}/1/1001", "the count '1001'"),
        (f"pack/{EPOCH}/1/x", "the count 'x'"),
        (f"pack/{EPOCH}/{SEQUENCE_MAX}/2", "the count '2'"),
    ],
)
def test_pack_levels_that_are_no_identity_say_why(levels: str, reason: str) -> None:
    answer = parse_pack_levels("a", tuple(levels.split("/")))

    assert isinstance(answer, str)
    assert reason in answer
    assert len(answer) < 200


@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=5))
def test_any_topic_is_read_or_none(tail: str, levels: list[str]) -> None:
    parse_topic(tail)
    parse_topic("essex/v1/" + tail)
    parse_pack_levels("a", ("pack", *levels))
