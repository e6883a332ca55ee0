"""Asks for a new gateway what nobody has told, and writes its file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from firmware_config.boards import ONE_WIRE, boards
from firmware_config.catalogue import entry, kinds
from firmware_config.checks.finding import Finding
from firmware_config.draft import read_draft
from firmware_config.new import (
    SCHEMA_FILE,
    WantedSensor,
    broker_of,
    new_text,
    path_of,
    planned,
    wanted_sensors,
    with_constants,
    write_new,
)
from firmware_config.planning import Table
from sensorhub.config import nearest
from sensorhub.errors import AskedWrong
from sensorhub.names import check_gateway_id

CONSTANT = "rain-gauge-1.mm_per_tip=0.2"
DEVICE = "road-temperature-1=28-0316a2798aff"
"""How constants and probes are told."""

Say = Callable[[str], None]
Ask = Callable[[str, str | None], str]
"""A question and what an empty answer means (None: it is asked again); returns the answer."""


@dataclass(frozen=True)
class Told:
    """What is known of a new gateway before anything is asked; None and empty: it is asked.

    Arguments:
        constants, devices: as in `CONSTANT` and `DEVICE`.
    """

    gateway: str | None = None
    site: str | None = None
    board: str | None = None
    title: str | None = None
    kinds: Sequence[str] = ()
    constants: Sequence[str] = ()
    devices: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """A new gateway.

    Arguments:
        path: its file; written only where `well`.
        sensors: their tables.
        findings: of `check`.
    """

    gateway: str
    path: Path
    sensors: Sequence[Table]
    findings: Sequence[Finding] = field(default=())

    @property
    def well(self) -> bool:
        """Whether nothing is wrong with it, so that it was written."""
        return not any(finding.severity == "wrong" for finding in self.findings)


def make_gateway(folder: Path, told: Told, today: date, ask: Ask, say: Say) -> Made:
    """Ask, plan and write.

    Arguments:
        folder: of the deployment.
        today: for calibrations.

    Raises:
        AskedWrong: an answer is none that fits, or the folder is no deployment.
        BoardFull: the sensors find no place.
    """
    draft = read_draft(folder)
    name = check_gateway_id(told.gateway or ask("Name of the gateway", None))
    site = _one_of(draft.site_of, "site", told.site, ask, say)
    board = boards()[_one_of(boards(), "board", told.board, ask, say)]
    title = ask("Where it stands, in words", "") if told.title is None else told.title
    strands = draft.site_of[site].strands
    wanted = wanted_sensors(told.kinds or _asked_kinds(strands, ask, say))
    numbers = {key: _number(value, key) for key, value in _pairs(told.constants, CONSTANT).items()}
    devices = _pairs(told.devices, DEVICE)
    complete = [_complete(each, devices, ask, say) for each in with_constants(wanted, numbers)]
    plan = planned(board, complete)
    head = {"gateway": name, "title": title, "site": site, "board": board.name}
    text = new_text(head, broker_of(draft, name), plan, (folder / SCHEMA_FILE).is_file())
    path = path_of(folder, name)
    return Made(name, path, plan.sensors, write_new(path, text, draft, today))


def _one_of(choices: Mapping[str, object], what: str, told: str | None, ask: Ask, say: Say) -> str:
    if told is None:
        say(f"There are {', '.join(choices)}.")
        told = ask(what.capitalize(), None)
    if told not in choices:
        raise AskedWrong(f"The {what} {told!r} is not known; {nearest(told, list(choices), 'there are')}.")
    return told


def _asked_kinds(strands: Sequence[str], ask: Ask, say: Say) -> list[str]:
    """Kinds until an empty answer; those of the site's strands are listed."""
    for known in map(entry, kinds()):
        if {known.strand, *known.shown_to} & set(strands):
            say(f"  {known.kind:18} {known.title}")
    found = []
    while kind := ask("Kind of a sensor, or nothing more", ""):
        found.append(entry(kind).kind)
    if not found:
        raise AskedWrong("A gateway without a sensor has nothing to say. Name a kind with --kind.")
    return found


def _complete(sensor: WantedSensor, devices: Mapping[str, str], ask: Ask, say: Say) -> WantedSensor:
    """With constants that have no default, and the id of a probe."""
    constants = dict(sensor.constants)
    for each in sensor.known.constants:
        if each.name in sensor.missing:
            say(f"{sensor.id}: {each.what} ({each.low:g} to {each.high:g})")
            constants[each.name] = _number(ask(each.name, None), each.name)
    device = devices.get(sensor.id, "")
    if not device and [bus.type for bus in sensor.known.buses] == [ONE_WIRE]:
        say(f"{sensor.id}: with the probe connected, ls /sys/bus/w1/devices tells its id.")
        device = ask(f"Id of the probe, as in {DEVICE.partition('=')[2]}", None)
    return replace(sensor, constants=constants, device=device)


def _pairs(told: Sequence[str], example: str) -> dict[str, str]:
    """`NAME=VALUE` each."""
    found = {}
    for text in told:
        name, separator, value = text.partition("=")
        if not separator:
            raise AskedWrong(f"{text}: write a name and a value, as in {example}.")
        found[name] = value
    return found


def _number(text: str, what: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise AskedWrong(f"{text!r} is no number for {what}.") from None
