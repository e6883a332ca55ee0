"""The files of a deployment, read as far as they can be: what is sound is kept, what is not becomes a finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from firmware_config.boards import Board, boards
from firmware_config.checks.finding import Finding, Severity
from firmware_config.gateway import GatewayFile
from firmware_config.site import DeploymentFile, Site, SitesFile
from sensorhub.config import Fault, Misfit, fit, read_toml
from sensorhub.errors import AskedWrong
from sensorhub.fields import Place
from sensorhub.names import is_id

SITES = "sites.toml"
GATEWAYS = "gateways"
DEPLOYMENT = "deployment.toml"

Model = TypeVar("Model", bound=BaseModel)
Places = Mapping[str, Sequence[int]]
"""By the name of a list: where in the file each of its sound items stands."""


class DeploymentMissing(AskedWrong):
    """A path where no deployment and no gateway's file is."""


@dataclass(frozen=True)
class GatewayDraft:
    """One gateway's file, as far as it is sound.

    Arguments:
        file: its path, as the person would open it.
        says: what it says; faulty sensors and keys are left out.
        places: where in the file each item of each of its lists stands.
    """

    file: Path
    says: GatewayFile
    places: Places

    @property
    def board(self) -> Board | None:
        """Its board, where it says which."""
        return boards().get(self.says.board)

    def finding(self, at: Place, wrong: str, instead: str, severity: Severity = "wrong") -> Finding:
        """A finding in this file; `at` is the place in `says`."""
        name = ""
        if len(at) > 1 and isinstance(at[1], int):
            name = self.says.sensors[at[1]].id if at[0] == "sensors" and at[2:] != ("id",) else ""
            at = (at[0], self.places[str(at[0])][at[1]], *at[2:])
        return Finding(str(self.file), Fault(at, wrong, instead, name), severity)


@dataclass(frozen=True)
class Draft:
    """All files of a deployment, as far as they are sound.

    Arguments:
        says: what `deployment.toml` says, or its defaults.
        sites_file: the path of `sites.toml`; None where one gateway's file stands alone.
        sites: place in that file and content of each sound site.
        site_ids: ids of all sites, faulty ones included; None where they are not known.
        gateways: the sound ones, and the sound parts of the others.
        findings: what was wrong with the files themselves.
    """

    says: DeploymentFile
    sites_file: Path | None
    sites: tuple[tuple[int, Site], ...]
    site_ids: frozenset[str] | None
    gateways: tuple[GatewayDraft, ...]
    findings: tuple[Finding, ...]

    @cached_property
    def site_of(self) -> dict[str, Site]:
        """The sound sites by id."""
        return {site.id: site for _, site in self.sites}

    def site_finding(self, place: int, key: str, wrong: str, instead: str) -> Finding:
        """A finding in `sites.toml`."""
        return Finding(str(self.sites_file), Fault(("sites", place, key), wrong, instead))


def read_draft(path: Path) -> Draft:
    """Read a deployment's folder, or one gateway's file (with the sites of its deployment, where it is in one).

    Raises:
        DeploymentMissing: there is neither.
    """
    if path.is_file() and path.name in (SITES, DEPLOYMENT):
        path = path.parent
    if path.is_file():
        inside = path.parent.name == GATEWAYS and (path.parent.parent / SITES).is_file()
        return _read(path.parent.parent if inside else None, [path])
    if not path.is_dir():
        raise DeploymentMissing(f"{path} is not there. Name the folder of a deployment, or a gateway's file.")
    gateways = sorted((path / GATEWAYS).glob("*.toml"))
    if not gateways and not (path / SITES).is_file():
        raise DeploymentMissing(
            f"{path} is no deployment: it has neither {SITES} nor a file in {GATEWAYS}/. Name the folder of one, or "
            f"begin one here: write {SITES} with a table [[sites]] for each place, then run sensorhub config new."
        )
    return _read(path, gateways)


def _read(folder: Path | None, gateway_paths: Sequence[Path]) -> Draft:
    findings: list[Finding] = []
    says = DeploymentFile()
    sites: tuple[tuple[int, Site], ...] = ()
    site_ids: frozenset[str] | None = None
    if folder is not None:
        if (folder / DEPLOYMENT).is_file():
            whole = _read_file(folder / DEPLOYMENT, DeploymentFile)
            findings += whole.findings
            says = whole.says or says
        listed = _read_file(folder / SITES, SitesFile) if (folder / SITES).exists() else _no_sites(folder)
        findings += listed.findings
        if listed.says is not None:
            sites = tuple(zip(listed.places.get("sites", ()), listed.says.sites, strict=True))
            tables = listed.told.get("sites", [])
            if isinstance(tables, list):
                site_ids = frozenset(str(table.get("id")) for table in tables if isinstance(table, Mapping))
    gateways = []
    for path in gateway_paths:
        name = {"gateway": path.stem} if is_id(path.stem) else {}
        file = _read_file(path, GatewayFile, {"sensors": [_STAND_IN], **name})
        findings += file.findings
        if file.says is not None:
            gateways.append(GatewayDraft(path, file.says, file.places))
    return Draft(says, folder and folder / SITES, sites, site_ids, tuple(gateways), tuple(findings))


@dataclass(frozen=True)
class _File(Generic[Model]):
    """One file as far as it is sound.

    Arguments:
        says: None where nothing of it is.
        told: all that it holds.
        findings: what is wrong with it.
    """

    says: Model | None
    places: Places
    told: Mapping[str, Any]
    findings: tuple[Finding, ...]


_STAND_IN = {"id": "stand-in", "pin": 4}
"""A gateway has to have a sensor; it has this one while the others are not sound, so that all else is looked at."""


def _no_sites(folder: Path) -> _File[SitesFile]:
    fault = Fault((), "it is missing", "write it, with a table [[sites]] for each place")
    return _File(None, {}, {}, (Finding(str(folder / SITES), fault),))


def _read_file(path: Path, model: type[Model], stand_in: Mapping[str, Any] | None = None) -> _File[Model]:
    """Read a file; items of lists that are faulty are left out, and so are other keys that are.

    Arguments:
        stand_in: what is taken for keys that are missing or faulty, and for lists with no sound item, which are then
            empty.
    """
    try:
        told = read_toml(path)
    except Misfit as misfit:
        return _File(None, {}, {}, _findings(path, misfit))
    try:
        return _File(fit(told, model, path.parent), _places(told, set()), told, ())
    except Misfit as misfit:
        findings = _findings(path, misfit)
        ill = {fault.at for fault in misfit.faults}
    ill_items = {at[:2] for at in ill if len(at) > 1 and isinstance(at[1], int)}
    ill_keys = {at[0] for at in ill if at and at[:2] not in ill_items}
    places = _places(told, ill_items)
    sound = {key: value for key, value in told.items() if key not in ill_keys}
    sound |= {key: [told[key][at] for at in places[key]] for key in sound if key in places}
    filled = {**sound, **{key: value for key, value in (stand_in or {}).items() if not sound.get(key)}}
    try:
        says = fit(filled, model, path.parent)
        empty = {key: () for key, value in filled.items() if isinstance(value, list) and not sound.get(key)}
        return _File(says.model_copy(update=empty), {**places, **empty}, told, findings)
    except Misfit:  # what is left is too little
        return _File(None, places, told, findings)


def _places(told: Mapping[str, Any], ill_items: set[Place]) -> Places:
    lists = {key: value for key, value in told.items() if isinstance(value, list)}
    return {key: [at for at in range(len(value)) if (key, at) not in ill_items] for key, value in lists.items()}


def _findings(path: Path, misfit: Misfit) -> tuple[Finding, ...]:
    return tuple(Finding(str(path), fault) for fault in misfit.faults)
