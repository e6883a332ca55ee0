"""The state of an input, as the pages would show it."""

from typing import Any

import pytest

from gateway.watching.state import state_of
from sensorhub.states import State
from sensorhub.status import ClockStatus
from tests.gateway.watching.watched import LOOP, now

DOOR = LOOP.model_copy(update={"id": "door", "kind": "cabinet-door", "period_s": 60})


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, State.LIVE),
        ({"age_s": 71.0}, State.LIVE),
        ({"age_s": 72.0}, State.LATE),
        ({"age_s": 192.0}, State.SILENT),
        ({"age_s": None}, State.SILENT),
        ({"fault": "Stuck."}, State.SILENT),
        ({"quiet_s": 299.0}, State.LIVE),
        ({"quiet_s": 300.0}, State.QUIET),
        ({"quiet_s": None}, State.LIVE),
    ],
)
def test_state_of_a_counting_input(changed: dict[str, Any], state: State) -> None:
    assert state_of(now(), LOOP.model_copy(update=changed)) is state


def test_state_of_a_held_contact_is_quiet_after_a_heartbeat() -> None:
    assert state_of(now(), DOOR.model_copy(update={"quiet_s": 59.0})) is State.LIVE
    assert state_of(now(), DOOR.model_copy(update={"quiet_s": 60.0})) is State.QUIET


def test_state_of_a_kind_that_is_not_known_is_that_of_an_interval() -> None:
    assert state_of(now(), LOOP.model_copy(update={"kind": "of-a-newer-version", "quiet_s": 100.0})) is State.LIVE


def test_state_where_the_time_is_not_known_is_silent_only_without_readings() -> None:
    timeless = now(time_us=None, status=now().status.model_copy(update={"clock": ClockStatus()}))
    assert state_of(timeless, LOOP) is State.LIVE
    assert state_of(timeless, LOOP.model_copy(update={"age_s": None})) is State.SILENT
