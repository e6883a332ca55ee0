"""The state of a sensor: each line of the table of states, and both sides of each of its boundaries."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensorhub.reading import US_PER_S
from sensorhub.states import (
    STATES,
    Cause,
    Evidence,
    Judgement,
    State,
    judge,
    overdue_after_us,
    played_at_us,
    playing_us,
    quiet_window_us,
)
from sensorhub.status import GatewayState, RecordingStatus

NOW_US = 1_795_530_720 * US_PER_S
PERIOD_US = 60 * US_PER_S
PACK_US = 10 * US_PER_S
E_US = 80 * US_PER_S
S_US = 200 * US_PER_S
GONE: list[GatewayState] = ["lost", "disconnected", "sleeping"]
HERE: list[GatewayState | None] = ["ready", "init", None]


def evidence(age_us: int = US_PER_S, arrived_ago_us: int | None = None, **more: object) -> Evidence:
    ago_us = age_us if arrived_ago_us is None else arrived_ago_us
    base = Evidence(NOW_US, PERIOD_US, PACK_US, NOW_US - age_us, NOW_US - ago_us, gateway="ready")
    return replace(base, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_evidence", "state", "cause"),
    [
        # never a reading
        (evidence(newest_us=None, arrived_us=None), State.SILENT, Cause.NEVER_SEEN),
        (evidence(newest_us=None, arrived_us=None, gateway=None), State.SILENT, Cause.NEVER_SEEN),
        (evidence(newest_us=None, arrived_us=None, anchored=False), State.SILENT, Cause.NO_TIME),
        (evidence(newest_us=None, arrived_us=None, gateway=None, anchored=False), State.SILENT, Cause.NEVER_SEEN),
        # a fault
        (evidence(faulty=True), State.SILENT, Cause.FAULT),
        (evidence(faulty=True, at_rest=True, backlog=7), State.SILENT, Cause.FAULT),
        (evidence(newest_us=None, arrived_us=None, faulty=True), State.SILENT, Cause.NEVER_SEEN),
        # a recording that has ended
        (evidence(ended=True), State.SILENT, Cause.RECORDING_ENDED),
        # nothing arrives
        (evidence(S_US + 1), State.SILENT, Cause.NOTHING_COMES),
        (evidence(S_US + 1, backlog=7), State.SILENT, Cause.NOTHING_COMES),
        (evidence(S_US), State.LATE, Cause.OVERDUE),
        *((evidence(S_US + 1, gateway=gone), State.SILENT, Cause.GATEWAY_GONE) for gone in GONE),
        *((evidence(E_US + 1, gateway=gone), State.SILENT, Cause.GATEWAY_GONE) for gone in GONE),
        *((evidence(E_US, gateway=gone), State.LIVE, Cause.NONE) for gone in GONE),
        *((evidence(E_US + 1, gateway=here), State.LATE, Cause.OVERDUE) for here in HERE),
        # a clock that is ahead
        (evidence(-5 * US_PER_S - 1, US_PER_S), State.LATE, Cause.CLOCK_AHEAD),
        (evidence(-5 * US_PER_S - 1, US_PER_S, at_rest=True), State.LATE, Cause.CLOCK_AHEAD),
        (evidence(-5 * US_PER_S, US_PER_S), State.LIVE, Cause.NONE),
        # old readings
        (evidence(E_US + 1, US_PER_S, backlog=1), State.LATE, Cause.FILLING),
        (evidence(E_US + 1, E_US + 1, backlog=1), State.LATE, Cause.FILLING),
        (evidence(E_US, E_US, backlog=0), State.LIVE, Cause.NONE),
        (evidence(E_US + 1, E_US), State.LATE, Cause.SLOW_LINK),
        (evidence(E_US + 1, E_US + 1), State.LATE, Cause.OVERDUE),
        (evidence(E_US + 1, E_US, at_rest=True), State.LATE, Cause.SLOW_LINK),
        # quiet, or live
        (evidence(at_rest=True), State.QUIET, Cause.AT_REST),
        (evidence(E_US, at_rest=True), State.QUIET, Cause.AT_REST),
        (evidence(), State.LIVE, Cause.NONE),
        (evidence(backlog=3), State.LIVE, Cause.FILLING),
    ],
)
def test_judge_gives_each_line_of_the_table(given_evidence: Evidence, state: State, cause: Cause) -> None:
    assert judge(given_evidence) == Judgement(state, cause)


def test_judge_while_blind_gives_the_state_of_the_last_instant_it_knew() -> None:
    knew_us = NOW_US - 600 * US_PER_S
    blind = evidence(601 * US_PER_S, blind=True, knew_us=knew_us)
    assert judge(blind) == Judgement(State.LIVE, Cause.NONE, knew_us)
    assert judge(blind).blind
    assert judge(replace(blind, faulty=True)) == Judgement(State.SILENT, Cause.FAULT, knew_us)


def test_judge_while_blind_is_not_fooled_by_what_arrived_after_the_last_instant_it_knew() -> None:
    blind = evidence(10 * US_PER_S, blind=True, knew_us=NOW_US - 600 * US_PER_S)
    assert judge(blind) == Judgement(State.LIVE, Cause.NONE, NOW_US - 10 * US_PER_S)


def test_judge_while_blind_without_an_earlier_state_is_silent() -> None:
    judgement = judge(evidence(blind=True))
    assert judgement == Judgement(State.SILENT, Cause.NEVER_KNOWN)
    assert judgement.blind


def test_windows_follow_the_period() -> None:
    assert overdue_after_us(PERIOD_US, PACK_US) == E_US
    assert quiet_window_us(60 * US_PER_S) == 300 * US_PER_S
    assert quiet_window_us(900 * US_PER_S) == 2_700 * US_PER_S
    assert quiet_window_us(900 * US_PER_S, held=True) == 900 * US_PER_S
    assert quiet_window_us(60 * US_PER_S, held=True) == 60 * US_PER_S


def test_states_are_worst_first() -> None:
    assert STATES == ("silent", "late", "live", "quiet")


times = st.integers(0, 2**53)
lengths = st.integers(1, 86_400 * US_PER_S)
gateway_states = st.sampled_from([*GONE, *HERE])


@given(
    st.builds(
        Evidence,
        now_us=times,
        period_us=lengths,
        pack_us=lengths,
        newest_us=st.none() | times,
        arrived_us=st.none() | times,
        gateway=gateway_states,
        backlog=st.integers(0, 2**53),
        anchored=st.booleans(),
        faulty=st.booleans(),
        at_rest=st.booleans(),
        ended=st.booleans(),
        blind=st.booleans(),
        knew_us=st.none() | times,
    )
)
def test_judge_always_gives_one_of_four_states(given_evidence: Evidence) -> None:
    judgement = judge(given_evidence)
    assert judgement.state in STATES
    assert judgement.as_of_us is None or given_evidence.blind


def test_played_at_maps_recorded_time_to_ours() -> None:
    r0_us, w0_us = 1_713_182_400 * US_PER_S, NOW_US
    recording = RecordingStatus(r0=r0_us / US_PER_S, w0=w0_us / US_PER_S, speed=600)
    assert played_at_us(recording, r0_us + 7_200 * US_PER_S) == w0_us + 12 * US_PER_S
    assert playing_us(recording, w0_us + 12 * US_PER_S) == r0_us + 7_200 * US_PER_S
    assert played_at_us(None, NOW_US) == playing_us(None, NOW_US) == NOW_US
    shifted = RecordingStatus(r0=w0_us / US_PER_S, w0=w0_us / US_PER_S, speed=1, shift_s=1e6)
    assert played_at_us(shifted, NOW_US - 123_456) == NOW_US - 123_456
