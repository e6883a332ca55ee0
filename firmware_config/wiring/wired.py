"""A gateway with its board and all its wires, from its file."""

from dataclasses import dataclass
from pathlib import Path

from firmware_config.boards import CMDLINE, CONFIG, Board, Interface, boards
from firmware_config.draft import GATEWAYS
from firmware_config.gateway import GatewayFile
from firmware_config.wiring.connections import Connection, connections
from firmware_config.wiring.links import Linked, links
from sensorhub.config import load_toml
from sensorhub.errors import AskedWrong


@dataclass(frozen=True)
class Wired:
    """What a wiring picture shows."""

    gateway: GatewayFile
    board: Board
    wires: tuple[Connection, ...]

    @property
    def interfaces(self) -> tuple[Interface, ...]:
        """The interfaces that its file switches on."""
        found = (self.board.interface(name) for name in self.gateway.interfaces)
        return tuple(each for each in found if each is not None)

    @property
    def system(self) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
        """What the system's files need: the heads of lists, and what each holds, with the interface that needs it."""
        lists = (
            (f"Into {CONFIG}, a line each", [(each.name, line) for each in self.interfaces for line in each.switches]),
            (f"Not in {CMDLINE}", [(each.name, each.console) for each in self.interfaces if each.console]),
        )
        return tuple((head, lines) for head, lines in lists if lines)

    @property
    def links(self) -> tuple[Linked, ...]:
        """The wires that do not reach the Pi."""
        return tuple(each for sensor in self.gateway.sensors for each in links(sensor))


def wired(name: str, folder: Path) -> Wired:
    """Read a gateway.

    Arguments:
        name: of the gateway, or its file.
        folder: of the deployment in which a name is looked for.

    Raises:
        AskedWrong: there is none, or it does not say its board.
        ConfigInvalid: its file has faults.
    """
    path = Path(name) if name.endswith(".toml") else folder / GATEWAYS / f"{name}.toml"
    if not path.is_file():
        there = ", ".join(sorted(each.stem for each in (folder / GATEWAYS).glob("*.toml")))
        known = f"In {folder} there are: {there}." if there else f"In {folder} there are no gateways."
        raise AskedWrong(f"{path} is not there. {known} Another deployment is named with --deployment FOLDER.")
    gateway = load_toml(path, GatewayFile)
    board = boards().get(gateway.board)
    if board is None:
        raise AskedWrong(f'{path} does not say its board, on which pins depend. Add it, as in board = "4b".')
    return Wired(gateway, board, tuple(connections(gateway, board)))
