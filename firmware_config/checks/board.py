"""The board: that it is said which, and has what the file switches on."""

from collections.abc import Iterator
from itertools import combinations

from firmware_config.boards import ONE_WIRE, Board, boards, uart_devices
from firmware_config.checks.finding import Finding
from firmware_config.draft import GatewayDraft


def board_is_said(gateway: GatewayDraft) -> Iterator[Finding]:
    """Pins of buses and current depend on it."""
    if not gateway.says.board:
        names = ", ".join(f'"{name}"' for name in boards())
        yield gateway.finding(("board",), "is missing, so buses and current cannot be checked", f"write one of {names}")


def clock_battery_fits(gateway: GatewayDraft) -> Iterator[Finding]:
    """A gateway that believes in a battery that is not there takes a wrong time for a right one."""
    board = gateway.board
    if board is not None and gateway.says.clock_battery and not board.clock_battery:
        yield gateway.finding(("clock_battery",), f"a {board.title} takes no clock battery", "write false")


def interfaces_are_used(gateway: GatewayDraft) -> Iterator[Finding]:
    """The pins of one that nobody needs could be free."""
    board, sensors = gateway.board, gateway.says.sensors
    if board is None or not all(_finds_its_bus(gateway, at, board) for at in range(len(sensors))):
        return
    for at, name in enumerate(gateway.says.interfaces):
        interface = board.interface(name)
        if interface is None or not interface.for_sensors or name in gateway.says.interfaces[:at]:
            continue
        if not any(sensor.bus is not None and interface.serves(sensor.bus) for sensor in sensors):
            pins = " and ".join(f"GPIO {pin}" for pin in interface.pins.values())
            instead = f"leave it out to have {pins} free, or keep it for what is no sensor"
            yield gateway.finding(("interfaces", at), f"no sensor is on {name}", instead, "note")


def _finds_its_bus(gateway: GatewayDraft, at: int, board: Board) -> bool:
    """Whether a sensor's bus is known; one with a slip in it may be the one that an interface is on for."""
    bus = gateway.says.sensors[at].bus
    if bus is None or (bus.startswith("/dev/") and bus not in uart_devices()):
        return not gateway.unknown(at, "bus")
    return any(each.serves(bus) for each in board.interfaces)


def interfaces_are_on_the_board(gateway: GatewayDraft) -> Iterator[Finding]:
    """Each is one that the board's header can carry, named once, on pins of its own."""
    board = gateway.board
    if board is None:
        return
    found = {}
    for at, name in enumerate(gateway.says.interfaces):
        interface = board.interface(name)
        if name in found:
            yield gateway.finding(("interfaces", at), f"{name} is there twice", "leave one out")
        elif interface is None:
            have = ", ".join(each.name for each in board.interfaces)
            yield gateway.finding(("interfaces", at), f"a {board.title} has no {name}", f"it has {have}")
        else:
            found[name] = at, interface
    for (_, first), (at, second) in combinations(found.values(), 2):
        shared = sorted(set(first.pins.values()) & set(second.pins.values()))
        if shared:
            pins = " and ".join(f"GPIO {pin}" for pin in shared)
            instead = (
                "put 1-wire on another pin, as in 1-wire@17"
                if ONE_WIRE in (first.name, second.name)
                else ("use another bus for one of them")
            )
            yield gateway.finding(("interfaces", at), f"{second.name} and {first.name} both need {pins}", instead)
