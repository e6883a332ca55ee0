"""What hubs have, added up."""

import math

from sensorhub.reading import Quality
from simulators.county.stored import SUFFERED, Part, Stored, stored_of
from simulators.county.telling import Calm, Telling
from tests.simulators.county.street import START_US
from tests.simulators.county.told_rows import row

TOLD = Telling("weir", 3_600, {}, {"loop": [Calm(0, 600, []), Calm(1_200, 3_600, [])]}, {}, {}, resumed=False)


def test_stored_readings_are_in_the_calm_in_which_their_interval_is() -> None:
    times = (60, 600, 660, 1_200, 1_260, 3_600)
    found = stored_of([row("weir/loop", "vehicle_count", since_s, since_s) for since_s in times], [TOLD], START_US)
    totals = {part.calm: (each.total, each.count) for part, each in found.items()}
    assert totals == {0: (660, 2), SUFFERED: (1_860, 2), 1: (4_860, 2)}


def test_stored_parts_are_by_quantity_and_sensor() -> None:
    rows = [row("weir/loop", "occupancy", 1.0, 60), row("weir/loop", "vehicle_count", 2.0, 60)]
    assert set(stored_of(rows, [TOLD], START_US)) == {
        Part("weir", "loop", "occupancy", 0),
        Part("weir", "loop", "vehicle_count", 0),
    }


def test_stored_qualities_are_all_that_were_seen() -> None:
    rows = [
        row("weir/loop", "occupancy", 1.0, 60, "bad"),
        row("weir/loop", "occupancy", 1.0, 120, "partial,indicative"),
    ]
    (found,) = stored_of(rows, [TOLD], START_US).values()
    assert found.qualities == Quality.BAD | Quality.PARTIAL | Quality.INDICATIVE


def test_stored_nothing_is_no_mean_and_a_sum_of_nothing() -> None:
    assert Stored().value("sum") == 0
    assert math.isnan(Stored().value("mean"))
    assert math.isnan(Stored().value("last"))
