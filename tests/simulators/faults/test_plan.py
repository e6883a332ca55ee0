"""What one fault of a scenario may say."""

from typing import Any

import pytest
from pydantic import ValidationError

from simulators.faults.plan import CONTACT_FAULTS, GATEWAY_FAULTS, PART_FAULTS, TAKEN_BY, FaultPlan

NEEDED: dict[str, dict[str, float]] = {"drift": {"per_hour": 1.0}, "clock-wrong": {"offset_s": 90.0}}
VALUES: dict[str, Any] = {
    "sensor": "air",
    "bus": "uart",
    "share": 0.5,
    "when": "rain",
    "per_hour": 2.0,
    "offset_s": 3.0,
}
ALL = (*CONTACT_FAULTS, *PART_FAULTS, *GATEWAY_FAULTS)


def plan(**told: Any) -> FaultPlan:
    return FaultPlan(**{"shows": ("fault",), **NEEDED.get(told["fault"], {}), **told})


@pytest.mark.parametrize("key", TAKEN_BY)
@pytest.mark.parametrize("fault", ALL)
def test_plan_takes_a_key_only_where_it_means_something(fault: str, key: str) -> None:
    if fault in TAKEN_BY[key]:
        assert getattr(plan(fault=fault, **{key: VALUES[key]}), key) == VALUES[key]
        return
    with pytest.raises(ValidationError) as refused:
        plan(fault=fault, **{key: VALUES[key]})
    (error,) = refused.value.errors()
    assert f"{fault} takes no {key}; leave it out, or choose " in error["msg"]
    assert all(other in error["msg"] for other in TAKEN_BY[key])


def test_plan_names_the_faults_that_take_a_key_in_words() -> None:
    with pytest.raises(ValidationError, match="choose flipped, half-frames or echo-lost"):
        plan(fault="stuck", share=0.5)
    with pytest.raises(ValidationError, match=r"stuck takes no per_hour; leave it out, or choose drift"):
        plan(fault="stuck", per_hour=0.5)


@pytest.mark.parametrize(("fault", "key"), [("drift", "per_hour"), ("clock-wrong", "offset_s")])
def test_plan_that_would_change_nothing_is_refused(fault: str, key: str) -> None:
    with pytest.raises(ValidationError, match=f"{fault} changes nothing without {key}"):
        plan(fault=fault, **{key: 0.0})


def test_plan_shows_something_or_nothing() -> None:
    with pytest.raises(ValidationError, match="shows nothing else"):
        plan(fault="network-down", shows=("nothing", "partial"))
    with pytest.raises(ValidationError):
        plan(fault="network-down", shows=())
    with pytest.raises(ValidationError, match="card-full shows as no trouble"):
        plan(fault="card-full", shows=("trouble",))


def test_plan_words_are_those_of_sensors() -> None:
    assert plan(fault="stuck", shows=("fault", "bad")).words == {"fault", "bad"}
    assert plan(fault="clock-wrong", shows=("trouble",)).words == frozenset()
    assert plan(fault="network-down", shows=("nothing",)).words == frozenset()
