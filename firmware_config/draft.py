"""The files of a deployment, read as far as they can be: what is sound is kept, what is not becomes a finding."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from firmware_config.boards import Board, boards
from firmware_config.checks.finding import Finding, Severity
from firmware_config.gateway import GatewayFile
from firmware_config.sensor import SensorConfig
from firmware_config.site import DeploymentFile, Site, SitesFile
from firmware_config.sound import Ill, Places, Sound, Tables, read_sound
from sensorhub.config import Fault
from sensorhub.errors import AskedWrong
from sensorhub.fields import Place
from sensorhub.names import is_id

SITES = "sites.toml"
GATEWAYS = "gateways"
DEPLOYMENT = "deployment.toml"


class DeploymentMissing(AskedWrong):
    """A path where no deployment and no gateway's file is."""


@dataclass(frozen=True)
class GatewayDraft:
    """One gateway's file, as far as it is sound.

    Arguments:
        file: its path, as the person would open it.
        says: what it says; of faulty sensors what is sound, faulty keys are left out.
        places: where in the file each item of each of its lists stands.
        ill: of its sensors, by their place in the file.
    """

    file: Path
    says: GatewayFile
    places: Places
    ill: Ill = field(default_factory=dict)

    @property
    def board(self) -> Board | None:
        """Its board, where it says which."""
        return boards().get(self.says.board)

    def unknown(self, at: int, *keys: str) -> bool:
        """Whether one of these keys of a sensor could not be read; `at` is its place in `says`."""
        return not self.ill.get(self.places["sensors"][at], frozenset()).isdisjoint(keys)

    def finding(self, at: Place, wrong: str, instead: str, severity: Severity = "wrong") -> Finding:
        """A finding in this file; `at` is the place in `says`."""
        name = ""
        if len(at) > 1 and isinstance(at[1], int):
            if at[0] == "sensors" and at[2:] != ("id",) and not self.unknown(at[1], "id"):
                name = self.says.sensors[at[1]].id
            at = (at[0], self.places[str(at[0])][at[1]], *at[2:])
        return Finding(str(self.file), Fault(at, wrong, instead, name), severity)


@dataclass(frozen=True)
class SiteDraft:
    """One site, as far as it is sound.

    Arguments:
        place: where in the file it stands.
        says: what it says; where a key is faulty, something that stands in for it.
        ill: its keys that could not be read.
    """

    place: int
    says: Site
    ill: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Extent:
    """How much there is, sound or not, and what could not be compared with the rest.

    Arguments:
        gateways, sensors, sites: that are in the files.
        files_left, sensors_left, sites_left, boards_left: files of which nothing, and sensors and sites of which too
            little is sound; gateways whose board is not known, so that buses and current are not.
    """

    gateways: int = 0
    sensors: int = 0
    sites: int = 0
    files_left: int = 0
    sensors_left: int = 0
    sites_left: int = 0
    boards_left: int = 0


@dataclass(frozen=True)
class Draft:
    """All files of a deployment, as far as they are sound.

    Arguments:
        says: what `deployment.toml` says, or its defaults.
        sites_file: the path of `sites.toml`; None where one gateway's file stands alone.
        sites: the sites, and the sound parts of faulty ones.
        site_ids: ids of all sites, faulty ones included; None where they are not known.
        gateways: the sound ones, and the sound parts of the others.
        extent: how much there is.
        findings: what was wrong with the files themselves.
    """

    says: DeploymentFile
    sites_file: Path | None
    sites: tuple[SiteDraft, ...]
    site_ids: frozenset[str] | None
    gateways: tuple[GatewayDraft, ...]
    extent: Extent
    findings: tuple[Finding, ...]

    @cached_property
    def site_of(self) -> dict[str, Site]:
        """The wholly sound sites by id."""
        return {site.says.id: site.says for site in self.sites if not site.ill}

    def site_finding(self, site: SiteDraft, key: str, wrong: str, instead: str) -> Finding:
        """A finding in `sites.toml`."""
        name = "" if key == "id" or "id" in site.ill else site.says.id
        return Finding(str(self.sites_file), Fault(("sites", site.place, key), wrong, instead, name))


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


_NO_SITES = Sound[SitesFile](faults=(Fault((), "it is missing", "write it, with a table [[sites]] for each place"),))

_SENSOR = {"id": "stand-in", "pin": 4}
"""A gateway has to have a sensor; it has this one while the others are not sound, so that all else is looked at."""

_SENSORS = {"sensors": Tables(SensorConfig, {"id": "stand-in"}, frozenset({"kind"}))}

_SITE = {"id": "stand-in", "name": "-", "latitude": 0.0, "longitude": 0.0, "strands": ["transport"]}
_SITES = {"sites": Tables(Site, _SITE)}


def _read(folder: Path | None, gateway_paths: Sequence[Path]) -> Draft:
    says: Sound[DeploymentFile] = Sound(DeploymentFile())
    listed: Sound[SitesFile] = Sound(SitesFile())
    if folder is not None:
        if (folder / DEPLOYMENT).is_file():
            says = read_sound(folder / DEPLOYMENT, DeploymentFile, {})
        listed = read_sound(folder / SITES, SitesFile, _SITES) if (folder / SITES).exists() else _NO_SITES
    files: dict[Path, Sound[GatewayFile]] = {}
    for path in gateway_paths:
        name = {"gateway": path.stem} if is_id(path.stem) else {}
        files[path] = read_sound(path, GatewayFile, _SENSORS, {"sensors": [_SENSOR], **name})
    gateways = tuple(
        GatewayDraft(path, file.says, file.places, file.ill.get("sensors", {}))
        for path, file in files.items()
        if file.says is not None
    )
    sites = _sites(listed)
    findings: list[Finding] = []
    if folder is not None:
        findings += _findings(folder / DEPLOYMENT, says) + _findings(folder / SITES, listed)
    for path, file in files.items():
        findings += _findings(path, file)
    return Draft(
        says.says or DeploymentFile(),
        folder and folder / SITES,
        sites,
        None if folder is None or listed.says is None else _ids(listed),
        gateways,
        _extent(listed, list(files.values()), gateways, sites),
        tuple(findings),
    )


def _sites(listed: Sound[SitesFile]) -> tuple[SiteDraft, ...]:
    if listed.says is None:
        return ()
    ill = listed.ill.get("sites", {})
    places = zip(listed.places.get("sites", ()), listed.says.sites, strict=True)
    return tuple(SiteDraft(place, site, ill.get(place, frozenset())) for place, site in places)


def _ids(listed: Sound[SitesFile]) -> frozenset[str] | None:
    """Ids as they are told; None where the list is none."""
    tables = listed.told.get("sites", [])
    return (
        frozenset(str(each.get("id")) for each in tables if isinstance(each, dict))
        if isinstance(tables, list)
        else None
    )


def _extent(
    listed: Sound[SitesFile],
    files: Sequence[Sound[GatewayFile]],
    gateways: Sequence[GatewayDraft],
    sites: Sequence[SiteDraft],
) -> Extent:
    sensors = sum(file.listed("sensors") for file in files)
    return Extent(
        gateways=len(files),
        sensors=sensors,
        sites=listed.listed("sites"),
        files_left=[listed.says, *(file.says for file in files)].count(None),
        sensors_left=sensors - sum(len(gateway.says.sensors) for gateway in gateways),
        sites_left=listed.listed("sites") - len(sites),
        boards_left=sum(gateway.board is None for gateway in gateways),
    )


def _findings(path: Path, file: Sound[DeploymentFile] | Sound[SitesFile] | Sound[GatewayFile]) -> list[Finding]:
    return [Finding(str(path), fault) for fault in file.faults]
