"""The rows of the table of sensors and its head: of one kind, of many kinds, and of kinds that nobody knows yet."""

import pytest

from cloud.live import LiveModel
from cloud.web import words
from cloud.web.rows import Head, Layout, Row, head, layout_of, row, scale_of, scales_of, strand_title
from cloud.web.spark import Scale
from firmware_config.catalogue import entry, kinds
from firmware_config.catalogue.entry import STRANDS
from sensorhub.reading import US_PER_S, Quality
from tests.cloud.junction import NOW_US, SIMULATED, Clock, Junction, busy_junction, interval
from tests.cloud.street import Street, before, sensor

NBSP = "\u00a0"
KINDS = [kind for kind in kinds() if not entry(kind).every_gateway]
"""Those of which a row of the table tells."""
MINUTE_S = 60
QUARTER_S = 900


def rows_of(live: LiveModel) -> dict[str, Row]:
    """All rows, by sensor."""
    view = live.view()
    layout, scales = layout_of(view.sensors), scales_of(view.sensors)
    return {one.sensor: row(one, layout, scale_of(one, scales), view.now_us) for one in view.sensors}


def head_of(live: LiveModel) -> Head:
    """The head of the table."""
    sensors = live.view().sensors
    return head(sensors, layout_of(sensors))


def texts(made: Row) -> list[str]:
    """The values of a row as they are read, what they are included where the head does not say it."""
    said = [number for number in made.values if number is not None]
    return [f"{one.text}{one.unit}" + ("" if made.headed else f" | {one.label}") for one in said]


def test_head_of_one_kind_says_what_its_values_are(live: LiveModel, clock: Clock) -> None:
    busy_junction(live, clock.now_us)
    made = head_of(live)
    assert made.sensor == entry("detector").title
    assert made.values == (f"Closures, 5{NBSP}min", "Occupancy", "Mean on-time")
    assert made.spark == f"Closures a minute, last 40{NBSP}min"
    assert all(one.headed and not one.more and not one.strand for one in rows_of(live).values())


def test_head_of_no_sensor_says_nothing_special(live: LiveModel) -> None:
    assert head_of(live) == Head("Sensor", (), "First value, last 40 intervals")


def test_row_says_when_five_minutes_are_not_measured_yet(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live, period_s=5)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us, 4) + interval(2, clock.now_us - 5 * US_PER_S, 2), clock.now_us)
    (made,) = rows_of(live).values()
    first = made.values[0]
    assert first is not None
    assert (first.text, first.aside, first.label) == ("6", f"in 10{NBSP}s", f"Closures, 10{NBSP}s")
    assert head_of(live).spark == f"Closures each 5{NBSP}s, last 3{NBSP}min{NBSP}20{NBSP}s"


def test_row_shows_a_dash_for_what_is_silent(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us), clock.now_us)
    clock.forward(3_600)
    (made,) = rows_of(live).values()
    assert (made.state, texts(made)) == ("silent", ["–", "–", "–"])


def test_row_tags_what_is_known_against_its_values(live: LiveModel, clock: Clock) -> None:
    junction = Junction(live)
    junction.sends(interval(2, clock.now_us, quality=Quality.PARTIAL), clock.now_us, commit=False)
    clock.forward(3)
    (made,) = rows_of(live).values()
    assert made.tags == ("partial", "before the commit")


def test_row_tags_a_suspect_value_that_is_not_the_first(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("air-1", "new-air", ["no2", "relative_humidity"]), at_us=clock.now_us)
    street.sends("air-1", clock.now_us, {"no2": 12})
    street.sends("air-1", clock.now_us, {"relative_humidity": 100}, Quality.SUSPECT | Quality.INDICATIVE)
    assert rows_of(live)["air-1"].tags == ("suspect", "indicative")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"mean_speed": 72.4}, f"45{NBSP}mph | Mean speed"),
        ({"wind_gust": 20}, f"44.7{NBSP}mph | Gust"),
        ({"air_temperature": -3.42}, f"−3.4{NBSP}°C | Air temperature"),
        ({"pm2_5": 12.3}, f"12{NBSP}µg/m³ | PM2.5"),
        ({"relative_humidity": 81.6}, "82% | Humidity"),
        ({"wind_direction": 231}, "231° | Wind from"),
        ({"water_level": -1_250}, f"−1,250{NBSP}mm | Water level"),
        ({"rain_depth": 0.6}, f"0.6{NBSP}mm | Rain, 1{NBSP}min"),
        ({"float_active": 1}, "lifted | Float"),
        ({"float_active": 0}, "dry | Float"),
        ({"door_open": 1}, "open | Door"),
        ({"door_open": 0}, "shut | Door"),
        ({"bay_occupied": 1}, "occupied | Bay"),
        ({"bay_occupied": 0}, "free | Bay"),
    ],
)
def test_value_is_written_as_british_readers_expect_it(
    live: LiveModel, clock: Clock, values: dict[str, float], said: str
) -> None:
    street = Street(live)
    street.says(sensor("one", "new-kind", values), sensor("two", "another-kind", ["co2"]), at_us=clock.now_us)
    street.sends("one", clock.now_us, values)
    assert texts(rows_of(live)["one"]) == [said]


def test_rows_of_several_kinds_say_what_they_are(live: LiveModel, clock: Clock) -> None:
    junction, street = Junction(live), Street(live)
    junction.says(at_us=clock.now_us)
    junction.sends(interval(2, clock.now_us, 7, 12, 1.5), clock.now_us)
    street.says(sensor("weather-1", "new-weather", ["air_temperature", "wind_gust"]), at_us=clock.now_us)
    street.sends("weather-1", clock.now_us, {"air_temperature": 6.9, "wind_gust": 10})
    made = rows_of(live)
    assert head_of(live) == Head("Sensor", (), f"First value, last 40{NBSP}min")
    assert made["detector-2"].more == (entry("detector").title, "device-1136")
    assert made["weather-1"].more == ("New weather", "high-street")
    assert texts(made["detector-2"])[0] == f"7 | Closures, 1{NBSP}min"
    assert texts(made["weather-1"]) == [f"6.9{NBSP}°C | Air temperature", f"22.4{NBSP}mph | Gust"]
    assert [len(one.values) for one in made.values()] == [3, 3]
    assert made["weather-1"].spark.line
    assert not made["weather-1"].spark.bars
    assert made["detector-2"].spark.bars


def test_rows_say_what_is_simulated_where_not_everything_is(live: LiveModel, clock: Clock) -> None:
    street, other = Street(live), Street(live, "by-road")
    street.says(sensor("bin-1", "new-bin", ["fill_level"]), at_us=clock.now_us, recording=SIMULATED)
    assert rows_of(live)["bin-1"].what == ""  # the head of the page says it of all
    other.says(sensor("bin-2", "new-bin", ["fill_level"]), at_us=clock.now_us)
    assert (rows_of(live)["bin-1"].what, rows_of(live)["bin-2"].what) == ("high-street, simulated", "by-road")
    other.says(sensor("bin-2", "new-air", ["no2"]), at_us=clock.now_us)
    assert rows_of(live)["bin-1"].more == ("New bin", "high-street", "simulated")


def test_unknown_kind_shows_the_first_three_quantities_of_its_status(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    named = ["glow", "laeq", "co2", "activity", "air_temperature"]
    street.says(sensor("box-1", "new-box", named), at_us=clock.now_us)
    street.sends("box-1", clock.now_us, {"laeq": 61.25, "co2": 640, "activity": 5, "air_temperature": 20})
    assert texts(rows_of(live)["box-1"]) == [f"61.2{NBSP}dB", f"640{NBSP}ppm", "5%"]
    assert head_of(live).sensor == "New box"


@pytest.mark.parametrize("kind", KINDS)
def test_known_kind_shows_what_the_catalogue_says(live: LiveModel, clock: Clock, kind: str) -> None:
    street, known = Street(live), entry(kind)
    street.says(sensor("it", kind, period_s=known.period_s), at_us=clock.now_us)
    for seconds in (known.period_s, 0):
        street.sends("it", before(clock.now_us, seconds), dict.fromkeys(known.quantities, 1.0))
    (made,) = rows_of(live).values()
    assert len(texts(made)) == len(known.shown)
    assert made.state == "live"
    assert "–" not in texts(made)
    assert bool(made.spark.bars) != bool(made.spark.line)


def test_sums_of_long_intervals_are_of_one_interval(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("meter-1", "new-meter", ["energy"], QUARTER_S), at_us=clock.now_us)
    for back in range(3):
        street.sends("meter-1", before(clock.now_us, back * QUARTER_S), {"energy": 40 + back})
    assert head_of(live).values == (f"Energy, 15{NBSP}min",)
    assert head_of(live).spark == f"Energy each 15{NBSP}min, last 10{NBSP}h"
    assert texts(rows_of(live)["meter-1"]) == [f"40{NBSP}Wh"]


def test_rows_of_one_kind_are_drawn_on_one_scale_and_others_on_theirs(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(
        sensor("a", "counter", ["vehicle_count"], 30),
        sensor("b", "counter", ["vehicle_count"], MINUTE_S),
        sensor("c", "other", ["vehicle_count"]),
        sensor("d", "bin", ["fill_level"]),
        sensor("e", "gate", ["door_open"], QUARTER_S),
        at_us=clock.now_us,
    )
    street.sends("a", clock.now_us, {"vehicle_count": 50})
    street.sends("b", clock.now_us, {"vehicle_count": 12})
    street.sends("c", clock.now_us, {"vehicle_count": 3})
    street.sends("d", clock.now_us, {"fill_level": 40})
    sensors = live.view().sensors
    scales = scales_of(sensors)
    assert scales == {
        ("counter", "vehicle_count"): Scale(0, 100),
        ("other", "vehicle_count"): Scale(0, 3),
        ("bin", "fill_level"): Scale(0, 100),
        ("gate", "door_open"): Scale(0, 1),
    }
    assert [scale_of(one, scales).high for one in sensors[:2]] == [50, 100]


def test_strands_are_named_where_there_are_several(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    first = {strand: next((kind for kind in KINDS if entry(kind).strand == strand), None) for strand in STRANDS}
    found = {strand: kind for strand, kind in first.items() if kind is not None}
    street.says(*(sensor(strand, kind) for strand, kind in found.items()), at_us=clock.now_us)
    assert {name: one.strand for name, one in rows_of(live).items()} == {strand: strand for strand in found}
    street.says(sensor("one", "detector"), sensor("two", "detector"), at_us=clock.now_us)
    assert {one.strand for one in rows_of(live).values()} == {""}
    assert strand_title("public-services") == "Public services"


def test_gateways_are_told_apart_only_where_there_are_several(live: LiveModel, clock: Clock) -> None:
    Junction(live).says(at_us=clock.now_us)
    assert rows_of(live)["detector-2"].what == ""
    Street(live).says(sensor("detector-7", "detector"), at_us=clock.now_us)
    assert rows_of(live)["detector-7"].what == "high-street"


def test_note_of_a_dry_float_says_since_when(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("float-1", "new-float", ["float_active"], QUARTER_S), at_us=clock.now_us)
    for seconds, value in [(3_000, 1), (2_100, 1), (1_800, 0), (900, 0), (0, 0)]:
        street.sends("float-1", before(clock.now_us, seconds), {"float_active": value})
    made = rows_of(live)["float-1"]
    assert (made.state, texts(made)) == ("quiet", ["dry"])
    assert made.note == f"Working, nothing seen since {words.since(before(clock.now_us, 1_800), clock.now_us)}"


def test_layout_of_one_kind_with_different_quantities_is_that_of_many(live: LiveModel, clock: Clock) -> None:
    street = Street(live)
    street.says(sensor("a", "box", ["co2"]), sensor("b", "box", ["co2", "laeq"]), at_us=clock.now_us)
    assert layout_of(live.view().sensors) == Layout()


def test_bars_end_where_time_is(live: LiveModel, clock: Clock) -> None:
    clock.now_us = NOW_US
    street = Street(live)
    street.says(sensor("noise-1", "box", ["laeq"]), at_us=NOW_US)
    street.sends("noise-1", before(NOW_US, 3 * MINUTE_S), {"laeq": 55})
    assert live.view().sensors[0].bars[-3:] == (55, None, None)
