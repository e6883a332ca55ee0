"""Asks for a new gateway what nobody has told, and writes its file."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from firmware_config.boards import ONE_WIRE, boards
from firmware_config.catalogue import entry, kinds
from firmware_config.checks.finding import Finding
from firmware_config.draft import read_draft
from firmware_config.new import (
    SCHEMA_FILE,
    WantedSensor,
    broker_of,
    free_path,
    new_text,
    planned,
    wanted_sensors,
    with_constants,
    write_new,
)
from firmware_config.planning import Table
from firmware_config.sensor import check_device
from sensorhub.config import nearest
from sensorhub.errors import AskedWrong

CONSTANT = "rain-gauge-1.mm_per_tip=0.2"
DEVICE = "road-temperature-1=28-0316a2798aff"
"""How constants and probes are told."""

Answer = TypeVar("Answer")
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
        AskedWrong: something that was told does not fit, or the folder is no deployment with a site.
        BoardFull: the sensors find no place.
    """
    draft = read_draft(folder)
    if not draft.site_of:
        raise AskedWrong(f"{folder} has no site at which a gateway could stand. See: sensorhub config check {folder}")
    if told.gateway:
        path = free_path(folder, told.gateway)
    else:
        path = _asked("Name of the gateway", None, partial(free_path, folder), ask, say)
    site = _one_of(draft.site_of, "site", told.site, ask, say)
    board = boards()[_one_of(boards(), "board", told.board, ask, say)]
    title = ask("Where it stands, in words", "") if told.title is None else told.title
    wanted = wanted_sensors(told.kinds or _asked_kinds(draft.site_of[site].strands, ask, say))
    numbers = {key: _number(value, key) for key, value in _pairs(told.constants, CONSTANT).items()}
    devices = _devices(told.devices, wanted)
    complete = [_complete(each, devices, ask, say) for each in with_constants(wanted, numbers)]
    plan = planned(board, complete)
    head = {"gateway": path.stem, "title": title, "site": site, "board": board.name}
    text = new_text(head, broker_of(draft, path.stem), plan, (folder / SCHEMA_FILE).is_file())
    return Made(path.stem, path, plan.sensors, write_new(path, text, draft, today))


def _asked(question: str, empty: str | None, take: Callable[[str], Answer], ask: Ask, say: Say) -> Answer:
    """What `take` makes of the answer; one that does not fit is told why, and asked again."""
    while True:
        try:
            return take(ask(question, empty))
        except AskedWrong as error:
            say(str(error))


def _one_of(choices: Mapping[str, object], what: str, told: str | None, ask: Ask, say: Say) -> str:
    def known(name: str) -> str:
        if name not in choices:
            instead = nearest(name, list(choices), "there are")
            raise AskedWrong(f"The {what} {name!r} is not known; {instead}{'' if instead.endswith('?') else '.'}")
        return name

    if told is not None:
        return known(told)
    say(f"{what.capitalize()}s: {', '.join(choices)}")
    return _asked(what.capitalize(), None, known, ask, say)


def _asked_kinds(strands: Sequence[str], ask: Ask, say: Say) -> list[str]:
    """Kinds until an empty answer; those of the site's strands are listed."""
    for known in map(entry, kinds()):
        if {known.strand, *known.shown_to} & set(strands):
            say(f"  {known.kind:18} {known.title}")
    found: list[str] = []
    while True:
        question = f"Kind of {'another' if found else 'a'} sensor{' (Enter: no more)' if found else ''}"
        kind = _asked(question, "" if found else None, lambda name: name and entry(name).kind, ask, say)
        if not kind:
            return found
        found.append(kind)


def _complete(sensor: WantedSensor, devices: Mapping[str, str], ask: Ask, say: Say) -> WantedSensor:
    """With constants that have no default, and the id of a probe."""
    constants = dict(sensor.constants)
    for each in sensor.known.constants:
        if each.name in sensor.missing:
            say(f"{sensor.id}: {each.what}")
            low, high = each.low, each.high
            question = f"{each.name} ({low:g} to {high:g})"
            constants[each.name] = _asked(
                question, None, partial(_number, what=each.name, low=low, high=high), ask, say
            )
    device = devices.get(sensor.id, "")
    if not device and [bus.type for bus in sensor.known.buses] == [ONE_WIRE]:
        say(f"{sensor.id}: with the probe connected, ls /sys/bus/w1/devices tells its id.")
        device = _asked(f"Id of the probe, as in {DEVICE.partition('=')[2]}", None, check_device, ask, say)
    return replace(sensor, constants=constants, device=device)


def _devices(told: Sequence[str], wanted: Sequence[WantedSensor]) -> dict[str, str]:
    devices = _pairs(told, DEVICE)
    ids = [each.id for each in wanted]
    for name in devices:
        if name not in ids:
            raise AskedWrong(f"--device {name}: there is no such sensor; there are {', '.join(ids)}.")
    return devices


def _pairs(told: Sequence[str], example: str) -> dict[str, str]:
    """`NAME=VALUE` each."""
    found = {}
    for text in told:
        name, separator, value = text.partition("=")
        if not separator:
            raise AskedWrong(f"{text}: write a name and a value, as in {example}.")
        found[name] = value
    return found


def _number(text: str, what: str, low: float = -math.inf, high: float = math.inf) -> float:
    try:
        number = float(text)
    except ValueError:
        raise AskedWrong(f"{text!r} is no number for {what}.") from None
    if not low <= number <= high:
        raise AskedWrong(f"{number:g} does not fit {what}; write {low:g} to {high:g}.")
    return number
