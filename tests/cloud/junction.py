"""A made-up junction of detectors that feeds a live model: packs and statuses as ingest would tell them."""

import random
from collections.abc import Iterable, Sequence

from cloud.live import LiveModel
from cloud.stores.protocol import StorePack
from cloud.view import LiveView, SensorNow
from sensorhub.clock import MachineClock
from sensorhub.reading import US_PER_S, Quality, Reading
from sensorhub.status import ClockStatus, Fault, GatewayState, RecordingStatus, SensorStatus, Status
from sensorhub.topics import PackId

GATEWAY = "device-1136"
EPOCH = "5f0c2a9e41d07b36"
CONNECTION = "00000000000000aa"
NOW_US = 1_795_530_720 * US_PER_S
"""Tuesday 24 November 2026, 14:32:00 GMT: a whole minute."""
QUANTITIES = ("actuation_count", "occupancy", "mean_on_time")


SIMULATED = RecordingStatus(r0=1.0, w0=1.0, speed=1, title="Simulated county")
"""A world in real time: what is now is now."""


class Clock:
    """A machine clock that stands still until it is moved."""

    def __init__(self, now_us: int = NOW_US) -> None:
        self.now_us = now_us
        self.machine = MachineClock(monotonic_s=lambda: self.now_us / US_PER_S, wall_us=lambda: self.now_us)

    def forward(self, seconds: float) -> None:
        self.now_us += round(seconds * US_PER_S)


class Junction:
    """One gateway with detectors.

    Arguments:
        live: who is told.
        detectors: their numbers.
        period_s: of all of them.
    """

    def __init__(self, live: LiveModel, detectors: Sequence[int] = (2,), period_s: float = 60) -> None:
        self.live = live
        self.detectors = detectors
        self.period_s = period_s
        self.titles: dict[int, str] = {}
        self._sequence = 1

    def says(
        self,
        state: GatewayState = "ready",
        *,
        at_us: int,
        backlog: int = 0,
        anchored: bool = True,
        faults: dict[int, Fault] | None = None,
        recording: RecordingStatus | None = None,
        detectors: Sequence[int] | None = None,
    ) -> None:
        """Publish a status."""
        sensors = tuple(
            SensorStatus(
                id=f"detector-{number}",
                kind="detector",
                title=self.titles.get(number, ""),
                quantities=QUANTITIES,
                period_s=self.period_s,
                fault=(faults or {}).get(number),
            )
            for number in (self.detectors if detectors is None else detectors)
        )
        status = Status(
            state=state,
            connection=CONNECTION,
            pack_s=1.0,
            backlog=backlog,
            clock=ClockStatus(source="ntp", anchored=anchored),
            sensors=sensors,
            recording=recording,
        )
        self.live.status(GATEWAY, status, at_us)

    def pack(self, readings: Iterable[Reading], arrived_us: int) -> StorePack:
        """Readings as ingest hands them on."""
        records = tuple(enumerate(readings, self._sequence))
        pack_id = PackId(GATEWAY, EPOCH, self._sequence, len(records))
        self._sequence += len(records)
        return StorePack(pack_id, "0" * 16, records, (), arrived_us)

    def sends(self, readings: Iterable[Reading], arrived_us: int, *, commit: bool = True) -> PackId:
        """Send a pack, and commit it."""
        pack = self.pack(readings, arrived_us)
        self.live.arrived(pack)
        if commit:
            self.live.committed([pack.id])
        return pack.id


def interval(
    number: int,
    end_us: int,
    count: float = 3,
    occupancy: float = 8.25,
    on_time_s: float | None = 1.5,
    quality: Quality = Quality.GOOD,
) -> list[Reading]:
    """The readings of one detector and one interval."""
    sensor = f"detector-{number}"
    readings = [
        Reading(sensor, "actuation_count", end_us, float(count), quality),
        Reading(sensor, "occupancy", end_us, float(occupancy), quality),
    ]
    if count and on_time_s is not None:
        readings.append(Reading(sensor, "mean_on_time", end_us, on_time_s, quality))
    return readings


TITLES = {
    2: "Northbound through, stop line",
    3: "Northbound advance, lane 1",
    4: "Northbound through 2, stop line",
    8: "Eastbound advance",
    9: "Eastbound right turn",
    15: "Westbound through, stop line",
    16: "Southbound through, stop line",
    17: "Southbound through 2, stop line",
    18: "Southbound count, lane 1",
    19: "Southbound advance, lane 1",
    20: "Northbound count, lane 2",
    22: "Side road advance, north",
    23: "Side road advance, south",
    24: "Side road stop line, north",
    25: "Side road stop line, south",
    26: "Westbound right turn",
    27: "Eastbound through, stop line",
    37: "Southbound right turn",
    42: "Northbound advance, lane 2",
    46: "Southbound advance, lane 2",
    57: "Westbound left turn",
    58: "Southbound count, lane 2",
    59: "Cycle lane, southbound",
}


def busy_junction(live: LiveModel, now_us: int, seed: int = 1136) -> Junction:
    """Twenty-three detectors over 40 minutes: one faulty, one late, two quiet, nineteen live."""
    chance = random.Random(seed)
    junction = Junction(live, list(TITLES))
    junction.titles = TITLES
    recording = RecordingStatus(
        r0=now_us / US_PER_S,
        w0=now_us / US_PER_S,
        speed=1,
        shift_s=(NOW_US - 1_713_183_850 * US_PER_S) / US_PER_S,
        title="Recorded junction 1136",
    )
    faults = {23: Fault(text="stuck off", since=now_us / US_PER_S - 1_080)}
    rates = {number: chance.choice([1, 2, 3, 6, 9]) for number in TITLES}
    junction.says(at_us=now_us, faults=faults, recording=recording)
    first_us = now_us // (60 * US_PER_S) * 60 * US_PER_S - 40 * 60 * US_PER_S
    for minute in range(41):
        end_us = first_us + minute * 60 * US_PER_S
        readings: list[Reading] = []
        for number in TITLES:
            stopped = (number == 23 and minute > 22) or (number == 46 and minute > 38)
            if stopped:
                continue
            at_rest = (number == 22 and minute > 25) or (number == 59 and minute > 26)
            count = 0 if at_rest else max(0, round(chance.gauss(rates[number], 1.6)))
            occupancy = 0.0 if at_rest else min(100.0, 1 + count * chance.uniform(1, 5))
            readings += interval(number, end_us, count, occupancy, chance.uniform(0.4, 4))
        junction.sends(readings, end_us + 200_000)
    return junction


def only(view: LiveView) -> SensorNow:
    """The one sensor that a view shows."""
    assert len(view.sensors) == 1
    return view.sensors[0]
