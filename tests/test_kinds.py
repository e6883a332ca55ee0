"""A kind is a catalogue entry, a module, a test and a simulated part; adding one touches no other code."""

import ast
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.deployment import load_deployment
from firmware_config.gateway import GatewayConfig
from gateway.sensors.tally import Tally
from sensorhub.quantity import QUANTITIES
from simulators.county.shipped import shipped_deployment

ROOT = Path(__file__).parent.parent
PACKAGES = ("sensorhub", "firmware_config", "gateway", "cloud", "simulators")
OWN = ("gateway/sensors/", "simulators/parts/")

ALLOWED = {
    "firmware_config/sensor.py": "detector",  # what a sensor is that a file says nothing of, as at first
    "gateway/init.py": "detector",  # the example in a new file
    "simulators/recording_rows.py": "detector",  # a column of recordings
}

KINDS = pytest.mark.parametrize("kind", kinds())


@KINDS
def test_kind_has_its_module_test_and_simulated_part(kind: str) -> None:
    name = entry(kind).module
    wanted = [
        f"gateway/sensors/{name}.py",
        f"tests/gateway/sensors/test_{name}.py",
        f"simulators/parts/{name}.py",
    ]
    assert [path for path in wanted if not (ROOT / path).is_file()] == []


@KINDS
def test_module_of_a_kind_gives_what_its_shape_needs(kind: str) -> None:
    known = entry(kind)
    module = import_module(f"gateway.sensors.{known.module}")
    if known.reads == "edges":
        assert isinstance(module.tally({each.name: each.default or 1.0 for each in known.constants}), Tally)
    elif known.reads == "level":
        assert module.QUANTITY in known.quantities
    else:
        assert callable(module.part)
    assert callable(import_module(f"simulators.parts.{known.module}").part)


@KINDS
def test_contacts_that_do_not_move_are_found_whichever_way_they_stand(kind: str) -> None:
    known = entry(kind)
    if known.reads == "edges":
        assert known.stuck_active_min is not None
        assert known.stuck_inactive_h is not None or known.break_reads == "active"


@KINDS
def test_kind_is_in_the_example_or_on_every_gateway(kind: str) -> None:
    found = {sensor.kind for config in _example() for sensor in config.sensors}
    assert kind in found or entry(kind).every_gateway


def _example() -> Iterable[GatewayConfig]:
    return load_deployment(shipped_deployment()).gateways.values()


def test_kind_is_named_in_its_own_files_only() -> None:
    names = set(kinds()) - set(QUANTITIES)
    offences = []
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(OWN):
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and node.value in names and ALLOWED.get(name) != node.value:
                    offences.append(f"{name}:{node.lineno} names the kind {node.value!r}")
    assert offences == [], "Whoever adds a kind would have to look here too:\n" + "\n".join(offences)


def test_kinds_do_not_know_each_other() -> None:
    modules = {entry(kind).module for kind in kinds()}
    offences = []
    for folder in OWN:
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(node, ast.ImportFrom)
                    and node.module
                    and node.module.startswith(folder[:-1].replace("/", "."))
                ):
                    last = node.module.rpartition(".")[2]
                    if last in modules and last != path.stem:
                        offences.append(f"{path.relative_to(ROOT)}:{node.lineno} imports the kind {last}")
    assert offences == []
