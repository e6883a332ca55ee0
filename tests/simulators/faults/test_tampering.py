"""What becomes of moves, values and frames where something is wrong."""

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any

import pytest

from firmware_config.sensor import SensorConfig
from sensorhub.reading import NS_PER_S
from simulators.faults.plan import FaultPlan
from simulators.faults.tampering import ScenarioTamper
from simulators.pace import START_NS
from simulators.parts.part import PinMove

LOOP = SensorConfig(id="loop", kind="loop", pin=5)
PAIR = SensorConfig(id="pair", kind="loop-pair", pins={"upstream": 5, "downstream": 6})
Told = tuple[float, int, bool]


def at(second: float) -> int:
    return START_NS + round(second * NS_PER_S)


def rains(clock_ns: int) -> bool:
    """From 14 to 17 s."""
    return at(14) <= clock_ns < at(17)


def tamper(sensor: SensorConfig, *plans: FaultPlan, seed: int = 1) -> ScenarioTamper:
    return ScenarioTamper(sensor, plans, START_NS, seed, rains)


def plan(fault: Any, from_s: int = 10, to_s: int = 20, **rest: Any) -> FaultPlan:
    return FaultPlan(fault=fault, from_s=from_s, to_s=to_s, shows=("fault",), **rest)


def moved(made: ScenarioTamper, moves: Iterable[Told]) -> list[Told]:
    given = (PinMove(at(second), pin, active) for second, pin, active in moves)
    return [((move.clock_ns - START_NS) / NS_PER_S, move.pin, move.active) for move in made.moves(given)]


def levels(moves: Iterable[Told], second: float) -> dict[int, bool]:
    """How each pin is at a time."""
    return {pin: active for when, pin, active in moves if when <= second}


def test_tamper_without_a_plan_changes_nothing() -> None:
    moves = [(5.0, 5, True), (6.0, 5, False)]
    assert moved(tamper(LOOP), moves) == moves


def test_tamper_stuck_contact_stays_active_until_it_is_over() -> None:
    found = moved(
        tamper(LOOP, plan("stuck")), [(5, 5, True), (6, 5, False), (12, 5, True), (13, 5, False), (25, 5, True)]
    )
    assert [levels(found, second)[5] for second in (5, 6, 10, 13, 19.9, 20, 25)] == [1, 0, 1, 1, 1, 0, 1]
    assert found == sorted(found)


def test_tamper_stuck_contact_that_is_active_when_it_is_over_stays_so() -> None:
    found = moved(tamper(LOOP, plan("stuck")), [(18, 5, True), (22, 5, False)])
    assert [levels(found, second).get(5, False) for second in (9, 10, 20, 22)] == [False, True, True, False]


def test_tamper_stuck_where_nothing_moves_any_more_is_stuck() -> None:
    assert moved(tamper(LOOP, plan("stuck")), []) == [(10, 5, True), (20, 5, False)]


def test_tamper_held_for_ever_gives_a_move_for_each_true_one() -> None:
    def forever() -> Iterator[PinMove]:
        for number in count(1):
            yield PinMove(at(number), 5, number % 2 == 1)

    made = tamper(LOOP, plan("stuck", 10, 10**9))
    moves = list(islice(made.moves(forever()), 1_000))
    assert all(move.active for move in moves if move.clock_ns >= at(10))


@pytest.mark.parametrize(("active", "reads"), [("closed", False), ("open", True)])
def test_tamper_cut_cable_is_an_open_contact(active: str, reads: bool) -> None:
    sensor = PAIR.model_copy(update={"active": active})
    moves = [(second, pin, second % 2 == 1) for second in range(5, 30) for pin in (5, 6)]
    found = moved(tamper(sensor, plan("cut")), moves)
    assert levels(found, 10) == levels(found, 15) == levels(found, 19) == {5: reads, 6: reads}
    assert levels(found, 9) == levels(found, 21) == {5: True, 6: True}
    assert levels(found, 8) == {5: False, 6: False}


def test_tamper_crossed_pins_take_each_others_moves() -> None:
    moves = [(8, 5, True), (9, 6, True), (11, 5, False), (12, 6, False), (21, 5, True)]
    found = moved(tamper(PAIR, plan("crossed")), moves)
    assert levels(found, 10) == {5: True, 6: True}
    assert levels(found, 11) == {5: True, 6: False}
    assert levels(found, 12) == {5: False, 6: False}
    assert levels(found, 21) == {5: True, 6: False}


def test_tamper_crossed_while_one_is_active_crosses_the_levels_too() -> None:
    found = moved(tamper(PAIR, plan("crossed")), [(9, 5, True), (25, 5, False)])
    assert levels(found, 10) == levels(found, 19) == {5: False, 6: True}
    assert levels(found, 20) == {5: True, 6: False}


def test_tamper_chattering_contact_moves_all_the_time_and_is_true_again_after() -> None:
    found = moved(tamper(LOOP, plan("chatter")), [(12.0, 5, True), (14.0, 5, False)])
    quiet = [second for second, _, _ in found if 12.1 < second < 13.9]
    busy = [second for second, _, _ in found if 14.0 <= second < 20]
    assert not quiet  # nothing closes a contact that is closed
    assert len(busy) == pytest.approx(100, abs=2)
    assert levels(found, 20) == {5: False}


def test_tamper_several_faults_come_one_after_the_other() -> None:
    found = moved(tamper(LOOP, plan("stuck", 10, 20), plan("stuck", 30, 40)), [(25, 5, True), (26, 5, False)])
    assert [levels(found, second)[5] for second in (15, 20, 25, 27, 35, 40)] == [1, 0, 1, 0, 1, 0]


def test_tamper_value_drifts_by_the_hour() -> None:
    made = tamper(LOOP, plan("drift", 600, 10**9, per_hour=6.0))
    assert [made.value("p", at(second), 1_000.0) for second in (599, 600, 4_200)] == [1_000.0, 1_000.0, 1_006.0]


def test_tamper_value_freezes_each_by_itself_and_thaws() -> None:
    made = tamper(LOOP, plan("frozen"))
    seen = [made.value(name, at(second), second) for second in (9, 10, 15, 20) for name in ("t", "rh")]
    assert seen == [9, 9, 10, 10, 10, 10, 20, 20]
    assert made.value("t", at(16), 16.0) == 16.0  # frozen anew


def test_tamper_flipped_frames_differ_by_a_bit() -> None:
    made, frame = tamper(LOOP, plan("flipped", share=0.5)), bytes(range(9))
    found = [made.frame(at(15), frame) for _ in range(400)]
    flips = [sum((a ^ b).bit_count() for a, b in zip(each, frame, strict=True)) for each in found]
    assert set(flips) == {0, 1}
    assert sum(flips) == pytest.approx(200, abs=60)
    assert made.frame(at(5), frame) == made.frame(at(20), frame) == frame


def test_tamper_half_frames_are_shorter() -> None:
    made, frame = tamper(LOOP, plan("half-frames")), bytes(range(9))
    assert {len(made.frame(at(15), frame)) for _ in range(400)} == set(range(1, 9))
    assert made.frame(at(15), b"\xff") == b""
    assert made.frame(at(15), b"") == b""
    assert made.frame(at(25), frame) == frame


@pytest.mark.parametrize("fault", ["dead", "dead-bus"])
def test_tamper_part_is_dead_for_its_time(fault: str) -> None:
    made = tamper(LOOP, plan(fault))
    assert [made.dead(at(second)) for second in (9, 10, 19, 20)] == [False, True, True, False]


def test_tamper_echoes_are_lost_by_their_share() -> None:
    made = tamper(LOOP, plan("echo-lost", share=0.25))
    assert sum(made.echo_lost(at(15)) for _ in range(400)) == pytest.approx(100, abs=45)
    assert not made.echo_lost(at(25))


def test_tamper_echoes_are_lost_in_rain_and_not_when_it_is_dry() -> None:
    made = tamper(LOOP, plan("echo-lost", 10, 16, when="rain"))
    assert [made.echo_lost(at(second)) for second in (13, 14, 15, 16, 18)] == [False, True, True, False, False]


def test_tamper_chance_is_of_the_seed() -> None:
    def frames(seed: int) -> list[bytes]:
        made = tamper(LOOP, plan("flipped"), seed=seed)
        return [made.frame(at(15), bytes(8)) for _ in range(20)]

    assert frames(1) == frames(1) != frames(2)
