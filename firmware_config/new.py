"""A new gateway's file: sensors planned onto the board's free buses and pins, written with a comment at each choice."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from firmware_config.boards import Board
from firmware_config.catalogue import Entry, entry
from firmware_config.checks.finding import Finding
from firmware_config.checks.run import check_draft
from firmware_config.draft import GATEWAYS, Draft, GatewayDraft
from firmware_config.gateway import GatewayFile
from firmware_config.planning import Plan, Table, adapter
from firmware_config.schema import schema_text
from firmware_config.sensor import SensorConfig
from sensorhub.config import check, read_toml
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id

SCHEMA_FILE = "gateway.schema.json"
"""Where a deployment keeps the schema of its gateways' files, for editors."""

_COMMENT_COLUMN = 44


class FileInTheWay(AskedWrong):
    """A file that would be overwritten."""


@dataclass(frozen=True)
class WantedSensor:
    """A sensor that a new gateway shall have.

    Arguments:
        known: its kind.
        id: its name.
        constants: calibration that is told.
        device: of a 1-wire probe, its id.
        bus: the one that it shall be on, as `i2c-1`, or its type; empty: any of its kind.
    """

    known: Entry
    id: str
    constants: Mapping[str, float] = field(default_factory=dict)
    device: str = ""
    bus: str = ""

    @property
    def missing(self) -> list[str]:
        """Constants that the kind has no default for, and nobody told."""
        return [each.name for each in self.known.constants if each.default is None and each.name not in self.constants]


def wanted_sensors(kinds: Sequence[str]) -> list[WantedSensor]:
    """Sensors of these kinds, named `rain-gauge-1` and so on.

    Raises:
        KindUnknown: with the nearest one.
    """
    return [WantedSensor(entry(kind), f"{kind}-{kinds[: at + 1].count(kind)}") for at, kind in enumerate(kinds)]


def planned(board: Board, sensors: Sequence[WantedSensor]) -> Plan:
    """All sensors on the board: those that are told a bus first, contacts last, since pins are easier to find.

    Raises:
        BoardFull: one of them finds no place.
    """
    plan = Plan(board)
    for sensor in sorted(sensors, key=lambda each: (not each.known.buses, not each.bus)):
        told: Table = {"device": sensor.device} if sensor.device else {}
        if sensor.constants:
            told["calibration"] = dict(sensor.constants)
        plan.add(sensor.known, sensor.id, told, sensor.bus)
    order = [sensor.id for sensor in sensors]
    plan.sensors.sort(key=lambda table: order.index(table["id"]))
    return plan


def new_text(head: Mapping[str, Any], broker: Mapping[str, Any], plan: Plan) -> str:
    """The file; constants that nobody told are in it with their usual value, as comments.

    Arguments:
        head: keys of the first level, `interfaces` and sensors left out.
    """
    lines = [f"#:schema ../{SCHEMA_FILE}", ""]
    lines += [_line(key, value, _described(GatewayFile, key)) for key, value in head.items() if value not in ("", None)]
    lines.append(_line("interfaces", plan.interfaces, _described(GatewayFile, "interfaces")))
    if broker:
        lines += ["", "[broker]", *(_line(key, value, "") for key, value in broker.items())]
    for table in plan.sensors:
        known = entry(table["kind"])
        lines += ["", f"# {known.what_for}", "[[sensors]]"]
        lines += [
            _line(key, value, _comment(known, key, value)) for key, value in table.items() if key != "calibration"
        ]
        lines += _calibration(known, table.get("calibration", {}))
    return "\n".join(lines) + "\n"


def _calibration(known: Entry, told: Mapping[str, float]) -> Iterator[str]:
    if known.constants:
        yield "[sensors.calibration]"
    for each in known.constants:
        told_line = _line(each.name, told.get(each.name, each.default), each.what)
        yield told_line if each.name in told else f"# {told_line}"


def write_schema(folder: Path) -> list[Path]:
    """Write the schema that the files of a deployment's gateways name, where it has none; returns what was written.

    Raises:
        AskedWrong: it cannot be written.
    """
    path = folder / SCHEMA_FILE
    if path.is_file():
        return []
    try:
        path.write_text(schema_text("gateway"))
    except OSError as error:
        raise AskedWrong(f"{path} cannot be written: {error.strerror}.") from None
    return [path]


def write_new(path: Path, text: str, draft: Draft, today: date) -> list[Finding]:
    """Write the file, unless it would be wrong in its deployment; returns what `check` says of it.

    Raises:
        ConfigInvalid: the file would not be one that a gateway takes.
    """
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text)
        told = read_toml(part)
        says = check(str(path), told, GatewayFile, path.parent)
        whole = {key: range(len(value)) for key, value in told.items() if isinstance(value, list)}
        new = GatewayDraft(path, says, whole)
        with_it = replace(draft, gateways=(*draft.gateways, new), findings=())
        findings = [each for each in check_draft(with_it, today) if each.file == str(path)]
        if not any(each.severity == "wrong" for each in findings):
            part.replace(path)
        return findings
    except OSError as error:
        raise AskedWrong(f"{path} cannot be written: {error.strerror}.") from None
    finally:
        part.unlink(missing_ok=True)


def broker_of(draft: Draft, gateway: str) -> dict[str, Any]:
    """The broker that the deployment's other gateways speak to, with this one's name to sign in; empty: none known."""
    if not draft.gateways:
        return {}
    other = draft.gateways[0]
    told = dict(read_toml(other.file).get("broker", {}))
    return {key: gateway if value == other.says.gateway else value for key, value in told.items()}


def free_path(folder: Path, gateway: str) -> Path:
    """The file of a new gateway in a deployment.

    Raises:
        NameInvalid: `gateway` is no id.
        FileInTheWay: there is one of that name.
    """
    path = folder / GATEWAYS / f"{check_gateway_id(gateway)}.toml"
    if path.exists():
        raise FileInTheWay(f"{path} is there already and is not overwritten. Move it away, or choose another name.")
    return path


def _line(key: str, value: Any, comment: str) -> str:
    told = f"{key} = {hex(value) if key == 'address' else _toml(value)}"
    return f"{told.ljust(_COMMENT_COLUMN)} # {comment}" if comment else told


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _described(model: type[GatewayFile | SensorConfig], key: str) -> str:
    return model.model_fields[key].description or ""


def _comment(known: Entry, key: str, value: Any) -> str:
    if key in ("pin", "pins"):
        return "; ".join(each.what for each in known.inputs)
    if key == "bus":
        chosen = known.bus_for(value)
        return "; ".join(filter(None, (chosen.part if chosen is not None else "", adapter(known, value))))
    return "" if key in ("id", "kind", "title", "address") else _described(SensorConfig, key)
