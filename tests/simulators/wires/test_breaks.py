"""A gateway's process that dies again and again: what is true allows for what neither it nor the next one saw whole."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.recorder.contact import Contact
from gateway.recorder.level import APART_NS
from sensorhub.clock import seconds_ns
from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.county.breaks import forget_breaks, note_break
from simulators.county.outcome import FLOAT_SLACK
from simulators.parts.part import Truth
from simulators.world.place import Passage
from tests.gateway.sensors.contact_stand import BOOTED_NS, START_US, ContactStand, Told
from tests.simulators.world.places import A127, HOUR_US, MONDAY_US, STREET, place

HOURS = 6
SECONDS = HOURS * 3_600
DEATHS = 200
KINDS: dict[str, dict[str, Any]] = {
    "loop-pair": {"pins": {"upstream": 5, "downstream": 6}},
    "loop": {"pin": 5, "signal": "dry-contact"},
    "detector": {"pin": 5},
    "cycle-tubes": {"pins": {"upstream": 5, "downstream": 6}},
    "footfall": {"pins": {"outer": 5, "inner": 6}},
    "rain-gauge": {"pin": 5},
    "energy-pulse": {"pin": 5},
    "anemometer": {"pin": 5},
}
WHERE = {"cycle-tubes": STREET, "footfall": STREET}
MORNING_US = MONDAY_US + 6 * HOUR_US


class DyingStand(ContactStand):
    """Its process dies; the next one goes on where the journal ends, as `CountyGateway` does."""

    def run_and_die(self, seconds: float, deaths_ns: list[int]) -> tuple[int, ...]:
        """Run for so long, and die at these measurement clocks; returns where each of those that followed went on."""
        contact = self._measures
        assert isinstance(contact, Contact)
        pins = list(self.sensor.pin_of.values())
        contact.observe(BOOTED_NS, [False] * len(pins))
        moves, at, breaks_ns = list(self.moves(seconds)), 0, []
        for death_ns in deaths_ns:
            while at < len(moves) and moves[at].clock_ns <= death_ns:
                contact.edge(moves[at].clock_ns, moves[at].active, self._channel[moves[at].pin])
                at += 1
                if at % 7 == 0:
                    self._look(moves[at - 1].clock_ns)
            edges = contact.settle(death_ns)
            newest_ns = max([contact.settled_until(death_ns), *(edge.clock_ns for edge in edges)])
            while at and moves[at - 1].clock_ns > newest_ns:
                at -= 1
            levels = {move.pin: move.active for move in moves[:at]}
            contact.intervals.lose(newest_ns)
            contact.observe(newest_ns + APART_NS, [levels.get(pin, False) for pin in pins])
            breaks_ns.append(newest_ns)
        for move in moves[at:]:
            contact.edge(move.clock_ns, move.active, self._channel[move.pin])
        self._look(BOOTED_NS + seconds_ns(seconds) + 10 * NS_PER_S)
        return tuple(breaks_ns)

    def off(self, truth: Truth) -> float:
        """How far what was read is from what is true."""
        values = [reading[truth.quantity] for reading in self.readings if truth.quantity in reading]
        return abs((sum(values) if truth.how == "sum" else sum(values) / len(values)) - truth.value)

    def truths(self, breaks_ns: tuple[int, ...]) -> list[Truth]:
        """What is true, with these breaks."""
        self.part._wires.bench.breaks_ns = breaks_ns  # type: ignore[attr-defined]
        return self.part.truths(BOOTED_NS, BOOTED_NS + seconds_ns(SECONDS))


@pytest.mark.parametrize(("kind", "seed"), [*((kind, 7) for kind in KINDS), ("loop-pair", 2), ("loop-pair", 13)])
def test_process_that_dies_leaves_what_is_true_within_its_tolerance(kind: str, seed: int) -> None:
    chance = Random(seed)
    deaths_ns = sorted(BOOTED_NS + seconds_ns(chance.uniform(60, SECONDS - 60)) for _ in range(DEATHS))
    stand = DyingStand(place(WHERE.get(kind, A127), seed, MORNING_US), kind=kind, **KINDS[kind])
    breaks_ns = stand.run_and_die(SECONDS, deaths_ns)
    for truth in stand.truths(breaks_ns):
        assert stand.off(truth) <= truth.tolerance + FLOAT_SLACK * max(1.0, truth.value), truth
    if kind in ("loop-pair", "cycle-tubes", "footfall"):
        assert any(stand.off(truth) > truth.tolerance for truth in stand.truths(()) if truth.how == "sum")


def test_length_of_who_was_under_way_when_a_process_died_is_not_known() -> None:
    """Speed and length need both loops as one process saw them; the count does not."""
    stand = DyingStand(Told([Passage(START_US + 10 * US_PER_S, 10.0, 4.0)]), kind="loop-pair", **KINDS["loop-pair"])
    breaks_ns = stand.run_and_die(60, [BOOTED_NS + seconds_ns(10.3)])
    (reading,) = stand.readings
    assert (reading["vehicle_count"], reading["vehicle_count_to_520cm"]) == (1, 0)
    told = {truth.quantity: (truth.value, truth.tolerance) for truth in stand.truths(breaks_ns)}
    assert (told["vehicle_count"], told["vehicle_count_to_520cm"]) == ((1, 0), (0, 0))


def test_breaks_of_a_run_are_kept_until_another_one_begins(tmp_path: Path) -> None:
    forget_breaks(tmp_path)
    assert note_break(tmp_path, 5) == (5,)
    assert note_break(tmp_path, 9) == (5, 9)
    forget_breaks(tmp_path)
    assert note_break(tmp_path, 12) == (12,)
