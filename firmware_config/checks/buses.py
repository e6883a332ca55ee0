"""Buses: each switched on, and each address, port, channel and device used once."""

from collections.abc import Iterable, Iterator

from firmware_config.boards import ONE_WIRE, buses_like, uart_devices
from firmware_config.checks.finding import Finding
from firmware_config.draft import GatewayDraft
from firmware_config.sensor import SensorConfig
from sensorhub.config import one_of

Wired = tuple[int, SensorConfig, str]
"""A sensor on a bus: its place, itself, and the bus by the name of its interface, or its device."""


def _on(gateway: GatewayDraft, bus_type: str) -> list[Wired]:
    interfaces = gateway.board.interfaces if gateway.board is not None else ()
    found = []
    for at, sensor in enumerate(gateway.says.sensors):
        bus = sensor.bus
        if bus is not None and sensor.wired is not None and sensor.wired.type == bus_type:
            same = (each.name for each in interfaces if each.device and each.serves(bus))
            found.append((at, sensor, next(same, bus)))
    return found


def buses_are_switched_on(gateway: GatewayDraft) -> Iterator[Finding]:
    """Each bus or port that a sensor is on is one of the board, and named in `interfaces`."""
    board = gateway.board
    if board is None:
        return
    named = [found for name in gateway.says.interfaces if (found := board.interface(name)) is not None]
    for at, sensor in enumerate(gateway.says.sensors):
        bus = sensor.bus
        if bus is None or any(each.serves(bus) for each in named):
            continue
        able = next((each for each in board.interfaces if each.serves(bus)), None)
        if able is not None:
            wrong = f"{able.name} is not switched on"
            instead = f'add "{able.name}" to interfaces, and {able.switch} to /boot/firmware/config.txt'
            yield gateway.finding(("sensors", at, "bus"), wrong, instead)
        elif not bus.startswith("/dev/") or bus in uart_devices():
            like = "uart-" if bus.startswith("/dev/") else bus
            instead = f"write {one_of(buses_like(like, board.name))}"
            yield gateway.finding(("sensors", at, "bus"), f"a {board.title} has no {bus}", instead)


def i2c_addresses_differ(gateway: GatewayDraft) -> Iterator[Finding]:
    """Two parts at one address answer at once; only inputs of one converter share theirs."""
    first: dict[tuple[str, int], SensorConfig] = {}
    for at, sensor, bus in _on(gateway, "i2c"):
        known = sensor.wired
        for address in (sensor.unit, *(known.also_at if known is not None else ())):
            other = first.setdefault((bus, address), sensor)
            if other is sensor or (sensor.channels and other.channels):
                continue
            wrong = f"{other.id} is at {hex(address)} on {bus} already"
            yield gateway.finding(("sensors", at, "address"), wrong, _another_address(sensor, first, bus))


def _another_address(sensor: SensorConfig, taken: Iterable[tuple[str, int]], bus: str) -> str:
    addresses = sensor.wired.addresses if sensor.wired is not None else ()
    free = [hex(each) for each in addresses if (bus, each) not in taken]
    return f"set it to {' or '.join(free)}, and write that" if free else "put it on another bus"


def serial_ports_are_used_once(gateway: GatewayDraft) -> Iterator[Finding]:
    """A UART is for one part; an RS-485 line is for units of different numbers and one speed."""
    ports: dict[str, SensorConfig] = {}
    for at, sensor, port in sorted((*_on(gateway, "uart"), *_on(gateway, "rs-485")), key=lambda each: each[0]):
        other = ports.setdefault(port, sensor)
        if other is sensor or sensor.wired is None or other.wired is None:
            continue
        if sensor.wired.type == other.wired.type == "rs-485":
            if sensor.wired.baud != other.wired.baud:
                wrong = f"{other.id} speaks {other.wired.baud} baud on {port}, this {sensor.wired.baud}"
                yield gateway.finding(("sensors", at, "bus"), wrong, "use a second adapter")
        else:
            yield gateway.finding(("sensors", at, "bus"), f"{port} is used by {other.id} already", "use another port")
    units: dict[tuple[str, int], SensorConfig] = {}
    for at, sensor, port in _on(gateway, "rs-485"):
        other = units.setdefault((port, sensor.unit), sensor)
        if other is not sensor:
            wrong = f"{other.id} is unit {sensor.unit} on {port} already"
            yield gateway.finding(("sensors", at, "address"), wrong, "set another unit at the part, and write that")


def channels_are_used_once(gateway: GatewayDraft) -> Iterator[Finding]:
    """Each channel of a converter has one input."""
    first: dict[tuple[str, int, int], SensorConfig] = {}
    for at, sensor, bus in (*_on(gateway, "i2c"), *_on(gateway, "spi")):
        for name, channel in sensor.channels.items():
            other = first.setdefault((bus, sensor.unit, channel), sensor)
            if other is not sensor:
                wrong = f"channel {channel} on {bus} is used by {other.id} already"
                yield gateway.finding(("sensors", at, "channels", name), wrong, "connect it to another, and write that")


def one_wire_is_one_bus(gateway: GatewayDraft) -> Iterator[Finding]:
    """One bus with one pull-up, and each probe once."""
    buses = [at for at, name in enumerate(gateway.says.interfaces) if name.partition("@")[0] == ONE_WIRE]
    for at in buses[1:]:
        instead = "keep one: probes share it, and the system lists all of them together"
        yield gateway.finding(("interfaces", at), "this is a second 1-wire bus", instead)
    devices: dict[str, SensorConfig] = {}
    pulled: SensorConfig | None = None
    for at, sensor, _ in _on(gateway, ONE_WIRE):
        if sensor.device is not None and devices.setdefault(sensor.device, sensor) is not sensor:
            wrong = f"{sensor.device} is {devices[sensor.device].id} already"
            yield gateway.finding(("sensors", at, "device"), wrong, "write the id of this probe")
        if sensor.pull_up and pulled is not None:
            wrong = f"{pulled.id} has a pull-up on its board already, and two of them are too strong for the bus"
            yield gateway.finding(("sensors", at, "pull_up"), wrong, "remove this one's resistor, and write false")
        pulled = sensor if sensor.pull_up and pulled is None else pulled
