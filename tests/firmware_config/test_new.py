"""`config new`: what it plans has a place on the board, and what it writes passes `check`."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_config.answers import bus_of, with_buses, with_constants
from firmware_config.boards import boards
from firmware_config.catalogue import KindUnknown, entry, kinds
from firmware_config.checks.run import check_path
from firmware_config.clashes import clashes
from firmware_config.draft import GatewayDraft, read_draft
from firmware_config.gateway import GatewayFile
from firmware_config.new import (
    FileInTheWay,
    WantedSensor,
    broker_of,
    free_path,
    new_text,
    planned,
    wanted_sensors,
    write_new,
    write_schema,
)
from firmware_config.planning import BoardFull, adapters
from firmware_config.schema import schema_text
from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong, ConfigInvalid
from tests.firmware_config.example import TODAY, copied

OPEN = [kind for kind in kinds() if not entry(kind).is_care and not entry(kind).every_gateway]
CARE = [kind for kind in kinds() if entry(kind).is_care]
SITE = '\n[[sites]]\nid = "{}"\nname = "New"\nlatitude = 51.7\nlongitude = 0.5\nstrands = {}\nindoors = true\n'


def _complete(sensors: list[WantedSensor]) -> list[WantedSensor]:
    """The same with each constant in the middle of what is taken, and ids for probes."""
    found = []
    for at, sensor in enumerate(sensors):
        middle = {
            each.name: (each.low + each.high) / 2 for each in sensor.known.constants if each.name in sensor.missing
        }
        on_one_wire = [bus.type for bus in sensor.known.buses] == ["1-wire"]
        found.append(WantedSensor(sensor.known, sensor.id, middle, f"28-{at:012x}" if on_one_wire else ""))
    return found


def _deployment(folder: Path) -> Path:
    copy = copied(folder)
    sites = copy / "sites.toml"
    strands = '["transport", "infrastructure", "public-services", "economy"]'
    sites.write_text(sites.read_text() + SITE.format("all", strands) + SITE.format("home", '["social-care"]'))
    return copy


def _write(folder: Path, board: str, site: str, wanted: list[str]) -> Path:
    draft = read_draft(folder)
    plan = planned(boards()[board], _complete(wanted_sensors(wanted)))
    head = {"gateway": "new", "title": "New", "site": site, "board": board}
    path = free_path(folder, "new")
    assert write_new(path, new_text(head, broker_of(draft, "new"), plan), draft, TODAY) == []
    return path


@pytest.mark.parametrize("board", boards())
@pytest.mark.parametrize("kind", [*OPEN, *CARE])
def test_file_for_one_kind_passes_check(tmp_path: Path, kind: str, board: str) -> None:
    folder = _deployment(tmp_path)

    path = _write(folder, board, "home" if kind in CARE else "all", [kind])

    assert check_path(folder, TODAY)[1] == []
    config = load_toml(path, GatewayFile)
    assert [sensor.kind for sensor in config.sensors] == [kind]
    assert config.broker.username == "new"
    assert config.broker.host == "broker.smart-essex.example"


def test_file_for_many_kinds_passes_check(tmp_path: Path) -> None:
    folder = _deployment(tmp_path)
    wanted = [kind for kind in OPEN if entry(kind).strand != "transport"]

    path = _write(folder, "cm5", "all", [*wanted, "structure-tilt", "wind-vane"])

    assert check_path(folder, TODAY)[1] == []
    assert len(load_toml(path, GatewayFile).sensors) == len(wanted) + 2


def _may_be_planned(board: str, wanted: list[str]) -> GatewayDraft | None:
    try:
        plan = planned(boards()[board], _complete(wanted_sensors(wanted)))
    except BoardFull:
        return None
    told = {"gateway": "g", "board": board, "interfaces": plan.interfaces, "sensors": plan.sensors}
    return GatewayDraft(Path("g.toml"), GatewayFile.model_validate(told), {"sensors": range(len(wanted))})


@settings(deadline=None)
@given(st.sampled_from(list(boards())), st.lists(st.sampled_from(OPEN), min_size=1, max_size=12))
def test_plan_gives_each_sensor_a_place_of_its_own(board: str, wanted: list[str]) -> None:
    draft = _may_be_planned(board, wanted)
    if draft is None:
        return
    assert list(clashes(draft.says.sensors)) == []
    assert [sensor.kind for sensor in draft.says.sensors] == wanted
    places = [
        (sensor.bus, sensor.unit, tuple(sensor.channels.values()), sensor.device)
        for sensor in draft.says.sensors
        if sensor.bus is not None
    ]
    assert len(set(places)) == len(places)


def test_plan_says_when_the_board_is_full() -> None:
    with pytest.raises(BoardFull, match="no pin left for a loop"):
        planned(boards()["4b"], wanted_sensors(["loop"] * 27))
    with pytest.raises(BoardFull, match="no place left for an air-climate"):
        planned(boards()["3b-plus"], wanted_sensors(["air-climate"] * 3))


def test_serial_parts_take_usb_adapters_when_the_ports_are_full() -> None:
    plan = planned(boards()["3b-plus"], wanted_sensors(["parking-bay"] * 3))

    assert [table["bus"] for table in plan.sensors] == ["uart-0", "/dev/ttyUSB0", "/dev/ttyUSB1"]


def test_rs_485_line_takes_units_and_no_serial_part() -> None:
    plan = planned(
        boards()["3b-plus"], wanted_sensors(["structure-tilt", "structure-tilt", "parking-bay", "parking-bay"])
    )

    assert [(table["bus"], table.get("address")) for table in plan.sensors] == [
        ("/dev/ttyUSB0", 1),
        ("/dev/ttyUSB0", 2),
        ("uart-0", None),
        ("/dev/ttyUSB1", None),
    ]


def test_contacts_leave_buses_free_and_the_fixed_pull_ups_to_the_last() -> None:
    plan = planned(boards()["3b-plus"], wanted_sensors(["loop"] * 24))
    pins = [table["pin"] for table in plan.sensors]

    assert set(pins[:9]) == {5, 6, 16, 22, 23, 24, 25, 26, 27}
    assert not {2, 3} & set(pins)


def test_sensors_are_named_by_their_kind() -> None:
    named = [sensor.id for sensor in wanted_sensors(["loop", "rain-gauge", "loop"])]

    assert named == ["loop-1", "rain-gauge-1", "loop-2"]
    with pytest.raises(KindUnknown, match="did you mean 'loop'"):
        wanted_sensors(["lop"])


def test_constant_that_is_told_wrongly_is_answered_with_the_one_that_was_meant() -> None:
    wanted = wanted_sensors(["loop", "rain-gauge", "river-level"])

    assert with_constants(wanted, ["rain-gauge-1.mm_per_tip=0.2"])[1].constants == {"mm_per_tip": 0.2}
    for told, example in (
        ("rain-gauge-2.mm_per_tip=0.2", "rain-gauge-1.mm_per_tip=0.2794"),
        ("mm_per_tip=0.2", "rain-gauge-1.mm_per_tip=0.2794"),
        ("rain-gauge-1=0.2", "rain-gauge-1.mm_per_tip=0.2794"),
        ("river-1.mounting_height=900", "river-level-1.mounting_height_mm=9500"),
        ("river-level-1.shunt=900", "river-level-1.shunt_ohm=100"),
        ("river-level-1.mounting_height_mm", "river-level-1.mounting_height_mm=9500"),
        ("loop-1.loop_length_m=two", "loop-1.loop_length_m=2"),
    ):
        with pytest.raises(AskedWrong, match=f"as in {re.escape(example)}"):
            with_constants(wanted, [told])


def test_bus_is_told_by_its_name_its_type_or_the_part() -> None:
    river = entry("river-level")

    assert [bus_of(river, told) for told in ("ranger", "probe", "i2c", "i2c-3", "/dev/ttyUSB0")] == [
        "uart",
        "i2c",
        "i2c",
        "i2c-3",
        "/dev/ttyUSB0",
    ]
    for kind, told, said in (("river-level", "spi-0.0", "write uart or i2c"), ("loop", "i2c-1", "is not on a bus")):
        with pytest.raises(AskedWrong, match=said):
            bus_of(entry(kind), told)
    with pytest.raises(AskedWrong, match="there are river-level-1"):
        with_buses(wanted_sensors(["river-level"]), ["river=i2c"])
    with pytest.raises(AskedWrong, match="as in river-level-1=i2c-1"):
        with_buses(wanted_sensors(["river-level"]), ["i2c"])


@pytest.mark.parametrize(
    ("kinds_told", "told", "buses"),
    [
        (["river-level", "river-level"], ["river-level-2=i2c-1"], ["uart-0", "i2c-1"]),
        (["river-level", "river-level"], ["river-level-1=i2c", "river-level-2=i2c"], ["i2c-1", "i2c-1"]),
        (["parking-bay", "parking-bay"], ["parking-bay-2=uart-0"], ["uart-3", "uart-0"]),
        (["structure-tilt", "particulates-sds"], ["structure-tilt-1=/dev/ttyUSB7"], ["/dev/ttyUSB7", "uart-0"]),
        (["wind-vane"], ["wind-vane-1=spi-0.1"], ["spi-0.1"]),
    ],
)
def test_plan_puts_a_sensor_on_the_bus_that_is_told(kinds_told: list[str], told: list[str], buses: list[str]) -> None:
    plan = planned(boards()["4b"], with_buses(wanted_sensors(kinds_told), told))

    assert [table["bus"] for table in plan.sensors] == buses


def test_plan_says_that_the_bus_that_is_told_has_no_place() -> None:
    with pytest.raises(BoardFull, match="no place left for a parking-bay on uart-3"):
        planned(boards()["3b-plus"], with_buses(wanted_sensors(["parking-bay"]), ["parking-bay-1=uart-3"]))


def test_constants_that_nobody_told_are_in_the_file_as_comments() -> None:
    plan = planned(boards()["4b"], with_constants(wanted_sensors(["loop-pair"]), ["loop-pair-1.spacing_m=3.66"]))

    lines = new_text({"gateway": "new"}, {}, plan).splitlines()

    assert [line.split(" #")[0].rstrip() for line in lines[lines.index("[sensors.calibration]") + 1 :]] == [
        "spacing_m = 3.66",
        "# loop_length_m = 2.0",
        "# min_speed_kmh = 5.0",
        "# max_speed_kmh = 200.0",
    ]


def test_what_an_adapter_is_needed_for_is_said() -> None:
    plan = planned(boards()["3b-plus"], wanted_sensors(["parking-bay", "parking-bay", "structure-tilt"]))

    assert adapters(plan.sensors) == [
        "parking-bay-2 needs a USB adapter for serial parts of 3.3 V at /dev/ttyUSB0.",
        "structure-tilt-1 needs an isolated RS-485 adapter at /dev/ttyUSB1.",
    ]
    assert "# a USB adapter for serial parts of 3.3 V" in new_text({"gateway": "new"}, {}, plan)


def test_schema_that_files_name_is_written_once(tmp_path: Path) -> None:
    assert write_schema(tmp_path) == [tmp_path / "gateway.schema.json"]
    assert write_schema(tmp_path) == []
    assert (tmp_path / "gateway.schema.json").read_text() == schema_text("gateway")


def test_file_that_would_be_wrong_is_not_written(tmp_path: Path) -> None:
    folder = _deployment(tmp_path)
    draft = read_draft(folder)
    before = sorted(folder.rglob("*"))
    plan = planned(boards()["4b"], wanted_sensors(["loop"]))

    path = free_path(folder, "new")
    findings = write_new(path, new_text({"gateway": "new", "site": "no", "board": "4b"}, {}, plan), draft, TODAY)

    assert [finding.fault.key_path for finding in findings] == ["site"]
    with pytest.raises(ConfigInvalid, match="GPIO 28"):
        write_new(path, 'gateway = "new"\n[[sensors]]\nid = "a"\npin = 28\n', draft, TODAY)
    with pytest.raises(FileInTheWay, match="not overwritten"):
        write_new(free_path(folder, "harwich-quay"), "", draft, TODAY)
    assert sorted(folder.rglob("*")) == before
