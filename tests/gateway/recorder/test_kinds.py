"""From a sensor's configuration to what measures it."""

import json

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.sensor import SensorConfig
from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.recorder.kinds import intervals_for, mark_of, module_of, sensed, settings_of
from gateway.recorder.level import Level
from gateway.recorder.sample_intervals import SampleIntervals
from gateway.recorder.sampled import Sampled
from gateway.spool import Measured, SensorSettings
from gateway.spool.codec import CHANNELS_MAX
from sensorhub.reading import Quality

S = 1_000_000_000
LOOPS = {"upstream": 4, "downstream": 5}


@pytest.mark.parametrize("kind", kinds())
def test_kind_has_a_module_with_what_its_shape_needs(kind: str) -> None:
    known = entry(kind)
    module = module_of(known)
    needed = {"edges": "tally", "level": "QUANTITY", "samples": "part"}[known.reads]
    assert hasattr(module, needed)
    assert len(known.inputs) <= CHANNELS_MAX
    if known.reads == "level":
        assert module.QUANTITY in known.quantities


@pytest.mark.parametrize("kind", [kind for kind in kinds() if entry(kind).reads == "edges"])
def test_kind_of_edges_has_values_of_its_own_quantities_only(kind: str) -> None:
    known = entry(kind)
    constants = {each.name: each.default or each.low for each in known.constants}
    tally = module_of(known).tally(constants)
    for channel in range(len(known.inputs)):
        tally.observe(channel, 0, False)
    now_ns = 0
    for number in range(40):
        now_ns += S + number * S // 10
        for level in (True, False):
            for channel in range(len(known.inputs)):
                now_ns += S // 10
                tally.advance(now_ns)
                tally.edge(channel, now_ns, level)
    assert set(tally.values(now_ns)) <= set(known.quantities)
    tally.empty()
    assert set(tally.copy().values(S)) <= set(known.quantities)


def test_sensed_of_edges_has_a_debounce_for_each_input() -> None:
    contact = sensed(SensorConfig(id="p", kind="loop-pair", pins=LOOPS), AnchorBook())
    assert isinstance(contact, Contact)
    assert len(contact.levels) == 2
    assert contact.journalled


def test_sensed_of_social_care_is_not_journalled() -> None:
    contact = sensed(SensorConfig(id="m", kind="activity", pin=4), AnchorBook())
    assert isinstance(contact, Contact)
    assert not contact.journalled


def test_sensed_of_a_held_contact_and_of_a_part() -> None:
    assert isinstance(sensed(SensorConfig(id="f", kind="float-switch", pin=4), AnchorBook()), Level)
    part = sensed(SensorConfig(id="air", kind="air-climate", bus="i2c-1"), AnchorBook())
    assert isinstance(part, Sampled)
    assert isinstance(part.intervals, SampleIntervals)


def test_settings_say_what_an_open_interval_needs_to_be_made_again() -> None:
    sensor = SensorConfig(id="p", kind="loop-pair", pins=LOOPS, period_s=30, calibration={"spacing_m": 3.5})
    settings = settings_of(sensor)
    assert (settings.id, settings.kind, settings.period_ms) == ("p", "loop-pair", 30_000)
    assert json.loads(settings.told)["constants"]["spacing_m"] == 3.5
    intervals = intervals_for(settings, AnchorBook())
    assert isinstance(intervals, ContactIntervals)


@pytest.mark.parametrize(
    "changed",
    [
        {"period_s": 30},
        {"debounce_ms": 3},
        {"pins": {"upstream": 5, "downstream": 4}},
        {"active": "open"},
        {"calibration": {"spacing_m": 3.5}},
    ],
)
def test_settings_change_with_whatever_changes_readings(changed: dict[str, object]) -> None:
    told = {"id": "p", "kind": "loop-pair", "pins": LOOPS}
    before, after = (
        settings_of(SensorConfig.model_validate(told)),
        settings_of(SensorConfig.model_validate(told | changed)),
    )
    assert before.hash != after.hash


def test_settings_do_not_change_with_words() -> None:
    one = settings_of(SensorConfig(id="p", kind="loop-pair", pins=LOOPS))
    assert one == settings_of(SensorConfig(id="p", kind="loop-pair", pins=LOOPS, title="A127", lane="1"))


def test_settings_of_a_held_contact_have_no_period_to_which_its_times_could_be_snapped() -> None:
    settings = settings_of(SensorConfig(id="f", kind="float-switch", pin=4))
    assert settings.period_ms == 0
    assert intervals_for(settings, AnchorBook()) is None


def test_intervals_of_a_spool_of_the_first_software_take_the_kinds_constants() -> None:
    intervals = intervals_for(SensorSettings("d", "detector", 60_000, b"settings"), AnchorBook())
    assert isinstance(intervals, ContactIntervals)


def test_intervals_of_a_kind_that_is_not_known_any_more_are_none() -> None:
    assert intervals_for(SensorSettings("d", "dowsing-rod", 60_000, b"settings"), AnchorBook()) is None


def test_mark_tells_values_beyond_the_limits_of_the_part_and_keeps_their_number() -> None:
    mark = mark_of(entry("air-climate"))
    low, high = next(each.limits for each in entry("air-climate").measures if each.quantity == "relative_humidity")
    assert mark(Measured("relative_humidity", high)).quality == Quality.GOOD
    assert mark(Measured("relative_humidity", low)).quality == Quality.GOOD
    beyond = mark(Measured("relative_humidity", high + 1, Quality.PARTIAL))
    assert beyond == Measured("relative_humidity", high + 1, Quality.PARTIAL | Quality.SUSPECT)


def test_mark_of_uncalibrated_kit_is_indicative_always_but_for_the_coverage() -> None:
    kind = next(kind for kind in kinds() if entry(kind).indicative)
    mark = mark_of(entry(kind))
    assert Quality.INDICATIVE in mark(Measured(entry(kind).quantities[0], 1.0)).quality
    assert mark(Measured("coverage", 50.0)).quality == Quality.GOOD
