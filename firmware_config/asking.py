"""Asks for a new gateway what nobody has told, and writes its file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from firmware_config.answers import DEVICE, bus_of, devices_of, number, with_buses, with_constants
from firmware_config.boards import ONE_WIRE, boards
from firmware_config.catalogue import entry, kinds
from firmware_config.checks.finding import Finding
from firmware_config.draft import read_draft
from firmware_config.new import (
    WantedSensor,
    broker_of,
    free_path,
    new_text,
    planned,
    wanted_sensors,
    write_new,
    write_schema,
)
from firmware_config.planning import Table, adapters
from firmware_config.sensor import check_device
from firmware_config.site import Site
from sensorhub.config import close_to, nearest
from sensorhub.errors import AskedWrong
from sensorhub.sentence import ended

Answer = TypeVar("Answer")
Say = Callable[[str], None]
Ask = Callable[[str, str, str | None], str]
"""What is asked, the option that says the same, and what an empty answer means (None: it is asked again)."""


@dataclass(frozen=True)
class Question:
    """What is asked.

    Arguments:
        text: the question.
        option: what says the same on the command line.
        empty: what an empty answer means; None: it is asked again.
    """

    text: str
    option: str
    empty: str | None = None


@dataclass(frozen=True)
class Told:
    """What is known of a new gateway before anything is asked; None and empty: it is asked.

    Arguments:
        constants, devices, buses: as in `CONSTANT`, `DEVICE` and `BUS` of the answers.
    """

    gateway: str | None = None
    site: str | None = None
    board: str | None = None
    title: str | None = None
    kinds: Sequence[str] = ()
    constants: Sequence[str] = ()
    devices: Sequence[str] = ()
    buses: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """A new gateway.

    Arguments:
        files: that were written, its own the first; none unless `well`.
        path: its file.
        sensors: their tables.
        notes: what else is needed, a sentence each.
        findings: of `check`.
    """

    gateway: str
    path: Path
    sensors: Sequence[Table]
    notes: Sequence[str]
    findings: Sequence[Finding] = field(default=())
    files: Sequence[Path] = field(default=())

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
        named = Question("Name of the gateway", "its name after sensorhub config new, as in canvey-2")
        path = _asked(named, partial(free_path, folder), ask, say)
    sites = {name: site.name for name, site in draft.site_of.items()}
    site = _one_of(sites, "site", told.site, ask, say)
    titles = {name: board.title for name, board in boards().items()}
    board = boards()[_one_of(titles, "board", told.board, ask, say)]
    title = ask("Where it stands, in words", "--title TITLE", "") if told.title is None else told.title
    wanted = _wanted(told, draft.site_of[site], ask, say)
    plan = planned(board, wanted)
    head = {"gateway": path.stem, "title": title, "site": site, "board": board.name}
    findings = write_new(path, new_text(head, broker_of(draft, path.stem), plan), draft, today)
    made = Made(path.stem, path, plan.sensors, adapters(plan.sensors), findings)
    return replace(made, files=(path, *write_schema(folder))) if made.well else made


def _wanted(told: Told, site: Site, ask: Ask, say: Say) -> list[WantedSensor]:
    """The sensors, with all that is to be known of them."""
    suited = _suited(site.strands)
    names = [_kind(name, f"for this site there are {', '.join(suited)}.") for name in told.kinds] or _asked_kinds(
        suited, ask, say
    )
    wanted = with_constants(with_buses(wanted_sensors(names), told.buses), told.constants)
    devices = devices_of(wanted, told.devices)
    return [_complete(each, devices.get(each.id, ""), ask, say) for each in wanted]


def _asked(question: Question, take: Callable[[str], Answer], ask: Ask, say: Say) -> Answer:
    """What `take` makes of the answer; one that does not fit is told why, and asked again."""
    while True:
        try:
            return take(ask(question.text, question.option, question.empty))
        except AskedWrong as error:
            say(str(error))


def _one_of(titles: Mapping[str, str], what: str, told: str | None, ask: Ask, say: Say) -> str:
    def known(name: str) -> str:
        if name not in titles:
            instead = nearest(name, list(titles), "there are")
            raise AskedWrong(ended(f"The {what} {name!r} is not known; {instead}"))
        return name

    if told is not None:
        return known(told)
    say(f"{what.capitalize()}s:")
    _say_list(titles, say)
    return _asked(Question(what.capitalize(), f"--{what} {next(iter(titles))}"), known, ask, say)


def _say_list(titles: Mapping[str, str], say: Say) -> None:
    width = max(map(len, titles), default=0)
    for name, title in titles.items():
        say(f"  {name.ljust(width)}  {title}")


def _suited(strands: Sequence[str]) -> dict[str, str]:
    """Titles of the kinds that may stand at a site, by kind."""
    found = [known for known in map(entry, kinds()) if {known.strand, *known.shown_to} & set(strands)]
    return {known.kind: known.title for known in found if not known.every_gateway}


def _kind(name: str, there_are: str) -> str:
    if name in kinds():
        return name
    if "," in name:
        raise AskedWrong(f"{name!r} is more than one name; write one kind at a time.")
    near = close_to(name, kinds())
    raise AskedWrong(f"The kind {name!r} is not in the catalogue; {f'did you mean {near!r}?' if near else there_are}")


def _asked_kinds(suited: Mapping[str, str], ask: Ask, say: Say) -> list[str]:
    """Kinds until an empty answer; those of the site's strands are listed."""
    say("Kinds that suit the site:")
    _say_list(suited, say)
    found: list[str] = []
    while True:
        text = "Kind of a sensor, one at a time; an empty answer ends"
        question = Question(text, f"--kind {next(iter(suited), 'KIND')}", "" if found else None)
        kind = _asked(question, lambda name: name and _kind(name, "take one of those above."), ask, say)
        if not kind:
            return found
        found.append(kind)


def _complete(sensor: WantedSensor, device: str, ask: Ask, say: Say) -> WantedSensor:
    """With its bus where there are several, constants that have no default, and the id of a probe."""
    known, bus, constants = sensor.known, sensor.bus, dict(sensor.constants)
    if not bus and len(known.choices) > 1:
        choices = ", or ".join(f"{each.part} on {each.type}" for each in known.choices)
        options = " or ".join(f"--bus {sensor.id}={each.type}" for each in known.choices)
        bus = _asked(Question(f"{sensor.id}: {choices}", options), partial(bus_of, known), ask, say)
    for each in known.constants:
        if each.name in sensor.missing:
            say(f"{sensor.id}: {each.what}")
            low, high = each.low, each.high
            question = Question(f"{each.name} ({low:g} to {high:g})", f"--constant {sensor.id}.{each.name}=...")
            constants[each.name] = _asked(question, partial(number, what=each.name, low=low, high=high), ask, say)
    if not device and [one.type for one in known.choices] == [ONE_WIRE]:
        say(f"{sensor.id}: with the probe connected, ls /sys/bus/w1/devices tells its id.")
        example = DEVICE.partition("=")[2]
        probe = Question(f"Id of the probe, as in {example}", f"--device {sensor.id}={example}")
        device = _asked(probe, check_device, ask, say)
    return replace(sensor, bus=bus, constants=constants, device=device)
