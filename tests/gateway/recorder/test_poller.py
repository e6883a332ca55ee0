"""Parts read in turn: one that fails, blocks or raises costs only itself, and comes back by itself."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from uuid import UUID

import pytest
from gpiozero.pins.mock import MockFactory

from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.buses.buses import Buses
from gateway.recorder.faults import Faults
from gateway.recorder.kinds import sensed
from gateway.recorder.poller import BACKOFF_READS_MAX, Poller
from gateway.recorder.sampled import Sampled
from gateway.sensors.part import NotYet, Part, PartFault, Sample
from gateway.spool import Measured, ReadingEntry

S = 1_000_000_000
HALF = S // 2


class Clock:
    boot_id = UUID(int=1)
    ns = 0

    def now_ns(self) -> int:
        return self.ns


class ScriptedPart(Part):
    """Gives one value after the other; does what its script says at the reads that it names, by number from 0."""

    def __init__(self, script: dict[int, Exception | Callable[[], None]]) -> None:
        self.script = script
        self.due: list[int] = []
        self.closed = 0
        self.wrong_summary = False

    def read(self, clock_ns: int) -> Sample | None:
        number = len(self.due)
        self.due.append(clock_ns)
        step = self.script.get(number)
        if isinstance(step, Exception):
            raise step
        if step is not None:
            step()
        return [Measured("air_temperature", float(number))]

    def summary(self, samples: Sequence[Sample]) -> Sample:
        if self.wrong_summary:
            raise ZeroDivisionError("nothing to divide by")
        return super().summary(samples)

    def close(self) -> None:
        self.closed += 1


def sampled(sensor: SensorConfig) -> Sampled:
    part = sensed(sensor, AnchorBook())
    assert isinstance(part, Sampled)
    return part


class Rig:
    """Parts `a`, `b` and such, read every 10 s for intervals of 60 s."""

    def __init__(self, *scripts: dict[int, Exception | Callable[[], None]]) -> None:
        self.clock = Clock()
        names = "abcdef"[: len(scripts)]
        self.parts = {name: ScriptedPart(script) for name, script in zip(names, scripts, strict=True)}
        self.made: list[str] = []
        self.unmade: dict[str, Exception] = {}
        self.faults = Faults(lambda: 0)
        self.begin(dict.fromkeys(names, 10))

    def begin(self, every_s: dict[str, int]) -> None:
        """Parts are read as often as this says, from now on."""
        sensors = [
            SensorConfig(id=name, kind="air-climate", bus="i2c-1", sample_s=each) for name, each in every_s.items()
        ]
        self.sampled = {sensor.id: sampled(sensor) for sensor in sensors}
        self.poller = Poller(
            sensors,
            self.sampled,
            clock=self.clock,
            buses=Buses(MockFactory()),
            faults=self.faults,
            make=lambda sensor, _: self._make(sensor.id),
        )
        self.poller.begin()

    def _make(self, name: str) -> Part:
        if name in self.unmade:
            raise self.unmade[name]
        self.made.append(name)
        return self.parts[name]

    def until(self, end_ns: int) -> None:
        """Let the clock run; what is due is read at once."""
        while (next_ns := self.poller.next_ns) is not None and next_ns <= end_ns:
            self.clock.ns = max(self.clock.ns, next_ns)
            self.poller.run()
        self.clock.ns = max(self.clock.ns, end_ns)

    def readings(self, name: str) -> list[ReadingEntry]:
        return self.sampled[name].close(self.clock.ns)

    def coverage(self, name: str) -> list[float]:
        values = [{each.quantity: each.value for each in reading.values} for reading in self.readings(name)]
        return [round(numbers.get("coverage", 100), 1) for numbers in values]


def fails(first: int, last: int, error: Exception | None = None) -> dict[int, Exception | Callable[[], None]]:
    return dict.fromkeys(range(first, last + 1), error or PartFault("It does not answer. Look at its cable."))


def seconds(part: ScriptedPart) -> list[int]:
    return [(due_ns + HALF) // S for due_ns in part.due]


def gaps(part: ScriptedPart) -> list[int]:
    return [later - earlier for earlier, later in pairwise(seconds(part))]


def test_poller_reads_each_part_as_it_falls_due() -> None:
    rig = Rig({}, {})
    assert rig.poller.next_ns == 10 * S - HALF
    assert rig.poller.due(9 * S) == []
    assert rig.poller.due(10 * S - HALF) == ["a", "b"]
    rig.until(60 * S)
    assert seconds(rig.parts["a"]) == seconds(rig.parts["b"]) == [10, 20, 30, 40, 50, 60]
    assert rig.made == ["a", "b"]
    assert rig.poller.newest["a"] == (60 * S - HALF, [Measured("air_temperature", 5.0)])
    assert rig.coverage("a") == rig.coverage("b") == [100]
    assert not rig.faults


def test_poller_without_parts_has_nothing_to_do() -> None:
    rig = Rig()
    assert rig.poller.next_ns is None
    rig.poller.run()
    rig.poller.close()


def test_poller_one_failed_read_is_noise() -> None:
    rig = Rig(fails(2, 2))
    rig.until(60 * S)
    assert not rig.faults
    assert rig.made == ["a"]
    assert rig.coverage("a") == [pytest.approx(83.3)]


def test_poller_part_that_fails_is_a_fault_and_opened_anew_and_its_neighbour_unharmed() -> None:
    rig = Rig(fails(1, 3), {})
    rig.until(30 * S)
    assert rig.faults["a"].text == "It does not answer. Look at its cable."
    assert rig.parts["a"].closed == 1
    assert "b" not in rig.faults
    rig.until(120 * S)
    assert not rig.faults
    assert rig.made == ["a", "b", "a", "a"]
    assert seconds(rig.parts["a"]) == [10, 20, 30, 40, 60, 70, 80, 90, 100, 110, 120]  # once 10 s are left out
    assert rig.coverage("a") == [pytest.approx(100 * 5 / 6 * 2 / 5, abs=0.1), 100]
    assert rig.coverage("b") == [100, 100]


def test_poller_part_that_keeps_failing_is_read_less_and_less_often_but_at_least_every_minute() -> None:
    rig = Rig(fails(0, 1_000))
    rig.until(600 * S)
    assert gaps(rig.parts["a"])[:6] == [10, 10, 20, 40, 60, 60]
    assert set(gaps(rig.parts["a"])[6:]) == {60}


def test_poller_part_that_is_read_every_second_is_tried_again_every_few() -> None:
    rig = Rig(fails(0, 1_000))
    rig.begin({"a": 1})
    rig.until(100 * S)
    assert max(gaps(rig.parts["a"])) == BACKOFF_READS_MAX


def test_poller_exception_that_nobody_expected_costs_only_its_own_part(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(fails(0, 4, ZeroDivisionError("by nought")), {})
    rig.until(60 * S)
    assert rig.faults["a"].text == "It cannot be read: ZeroDivisionError: by nought."
    assert rig.coverage("b") == [100]
    assert sum(record.exc_info is not None for record in caplog.records) == 1


def test_poller_part_whose_bus_is_not_there_is_read_when_it_comes() -> None:
    rig = Rig({}, {})
    rig.unmade["a"] = PartFault("There is no I2C bus 1.")
    rig.until(25 * S)
    assert rig.faults["a"].text == "There is no I2C bus 1."
    assert seconds(rig.parts["b"]) == [10, 20]
    del rig.unmade["a"]
    rig.until(60 * S)
    assert not rig.faults
    assert seconds(rig.parts["a"]) == [30, 40, 50, 60]


def test_poller_part_that_blocks_delays_its_neighbour_and_makes_nothing_up() -> None:
    def block() -> None:
        rig.clock.ns += 25 * S

    rig = Rig({1: block}, {})
    rig.until(60 * S)
    assert seconds(rig.parts["a"]) == [10, 20, 50, 60]
    assert seconds(rig.parts["b"]) == [10, 20, 50, 60]  # that of 20 s came at 45 s, and is taken as of 20 s
    assert rig.coverage("a") == rig.coverage("b") == [pytest.approx(66.7)]
    assert not rig.faults


def test_poller_part_that_has_not_spoken_yet_is_asked_again_and_its_neighbour_waits_for_nothing() -> None:
    rig = Rig({1: NotYet(), 2: NotYet()}, {})
    rig.until(60 * S)
    assert [due_ns / S for due_ns in rig.parts["a"].due] == [9.5, 19.5, 20, 20.5, 29.5, 39.5, 49.5, 59.5]
    assert seconds(rig.parts["b"]) == [10, 20, 30, 40, 50, 60]
    assert rig.coverage("a") == rig.coverage("b") == [100]
    assert not rig.faults


def test_poller_reading_of_a_part_that_has_not_spoken_yet_waits_for_it() -> None:
    rig = Rig({5: NotYet(), 6: NotYet()})
    rig.until(60 * S)
    assert rig.readings("a") == []
    rig.until(60 * S + HALF)
    assert rig.coverage("a") == [100]


def test_poller_several_parts_that_take_their_time_cost_none_that_is_read_more_often() -> None:
    def slow() -> None:
        rig.clock.ns += 3 * S // 4

    slowly: dict[int, Exception | Callable[[], None]] = dict.fromkeys(range(6), slow)
    rig = Rig(*[slowly] * 4)
    rig.parts["d"] = ScriptedPart({})
    rig.begin({"a": 20, "b": 20, "c": 20, "d": 1})
    rig.until(62 * S)
    assert rig.coverage("d") == [100]
    assert [rig.coverage(name) for name in "abc"] == [[100]] * 3


def test_poller_part_that_cannot_be_let_go_of_costs_nobody() -> None:
    class Stubborn(ScriptedPart):
        def close(self) -> None:
            raise OSError("Input/output error")

    rig = Rig(fails(0, 1), {})
    rig.parts["a"] = Stubborn(fails(0, 1))
    rig.until(60 * S)
    assert not rig.faults
    assert rig.coverage("b") == [100]
    rig.poller.close()
    rig.poller.close()
    assert rig.parts["b"].closed == 1


def test_poller_summary_that_raises_costs_its_own_reading_and_is_told() -> None:
    rig = Rig({}, {})
    rig.parts["a"].wrong_summary = True
    rig.until(60 * S)
    assert rig.readings("a") == []
    assert rig.coverage("b") == [100]
    assert rig.faults["a"].text == "Its samples come to no reading: ZeroDivisionError: nothing to divide by."
    rig.parts["a"].wrong_summary = False
    rig.until(120 * S)
    assert len(rig.readings("a")) == 1
    assert not rig.faults


def test_poller_part_that_sleeps_keeps_its_fault_until_it_gives_a_value() -> None:
    class Sleeper(ScriptedPart):
        def read(self, clock_ns: int) -> Sample | None:
            sample = super().read(clock_ns)
            return None if len(self.due) in (3, 4) else sample

    rig = Rig({})
    rig.parts["a"] = Sleeper(fails(0, 1))
    rig.until(40 * S)
    assert set(rig.faults) == {"a"}
    rig.until(50 * S)
    assert not rig.faults
