"""Plans what a new sensor is connected to: a bus that the board has and nobody fills, or pins that nobody uses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware_config.boards import ONE_WIRE, Board, buses_like, uart_devices
from firmware_config.catalogue import Bus, Entry, entry
from firmware_config.header import FIXED_PULL_UP_PINS, USABLE_PINS
from sensorhub.config import one_of
from sensorhub.errors import SensorHubError

_USB_PORTS = 4
_ISOLATOR = "opto-isolator board, 24 V"

Table = dict[str, Any]
"""A table of a gateway's file."""


class BoardFull(SensorHubError):
    """A board on which a sensor finds no place."""


class Plan:
    """The sensors of one gateway, each with a place on the board.

    Arguments:
        board: what they are connected to.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.interfaces: list[str] = []
        self.sensors: list[Table] = []
        self._pins: set[int] = set()
        self._addresses: set[tuple[str, int]] = set()
        self._channels: set[tuple[str, int]] = set()
        self._ports: set[str] = set()

    def add(self, known: Entry, sensor_id: str, told: Mapping[str, Any], on: str = "") -> Table:
        """Connect a sensor; returns its table.

        Arguments:
            told: further keys, as `calibration` and `device`.
            on: the bus that it shall be on, or its type; empty: any of its kind.

        Raises:
            BoardFull: there is no bus or pin left for it.
        """
        table: Table = {"id": sensor_id, "kind": known.kind, "title": known.title}
        if known.choices:
            buses = [each for each in known.choices if on in ("", each.type) or each == known.bus_for(on)]
            places = (place for bus in buses for place in self._places(bus, "" if on == bus.type else on))
            found = next(places, None)
            if found is None:
                where, others = (f" on {on}", one_of(buses_like(on, self.board.name))) if on else ("", "")
                instead = f"Write {others}, or use another gateway" if others else "Use another gateway"
                raise BoardFull(f"A {self.board.title} has no place left for {known.one}{where}. {instead}.")
            table |= found
        table |= self._inputs(known)
        usual = {each.signals[0] for each in known.inputs}
        table |= {"level_shift": True} if "logic-5v" in usual else {}
        table |= {"isolator": _ISOLATOR} if "opto-24v" in usual else {}
        table |= told
        self.sensors.append(table)
        return table

    def _inputs(self, known: Entry) -> Table:
        pins = {}
        for each in known.inputs:
            free = [pin for pin in self._free_pins() if each.pull == "up" or pin not in FIXED_PULL_UP_PINS]
            if not free:
                raise BoardFull(f"A {self.board.title} has no pin left for {known.one}. Use another gateway.")
            pins[each.name] = free[0]
            self._pins.add(free[0])
        return {"pin": next(iter(pins.values()))} if len(pins) == 1 else {"pins": pins} if pins else {}

    def _free_pins(self) -> list[int]:
        """Those with the fewest uses first, so that buses stay free."""
        free = [pin for pin in USABLE_PINS if pin not in self._pins]
        return sorted(free, key=lambda pin: (pin in FIXED_PULL_UP_PINS, len(self.board.functions_of(pin)), pin))

    def _places(self, bus: Bus, only: str) -> Iterator[Table]:
        """Places on a bus, the best first; the one that is taken is then used.

        Arguments:
            only: the name of the bus; empty: any of its type.
        """
        if bus.type == "i2c":
            yield from self._i2c(bus, only)
        elif bus.type == "spi":
            yield from self._spi(bus, only)
        elif bus.type == ONE_WIRE:
            yield from self._one_wire()
        elif bus.type == "rs-485":
            yield from self._rs_485(bus, only)
        else:
            yield from self._uart(only)

    def _one_wire(self) -> Iterator[Table]:
        """One bus for all probes, on its usual pin or on another."""
        on = any(name.startswith(ONE_WIRE) for name in self.interfaces)
        names = [ONE_WIRE, *(f"{ONE_WIRE}@{pin}" for pin in self._free_pins())]
        if on or any(self._switch_on(name) for name in names):
            yield {"bus": ONE_WIRE}

    def _i2c(self, bus: Bus, only: str) -> Iterator[Table]:
        for name in self._named("i2c-"):
            if only not in ("", name):
                continue
            for address in bus.addresses:
                wanted = {(name, each) for each in (address, *bus.also_at)}
                if not wanted & self._addresses and self._switch_on(name):
                    self._addresses |= wanted
                    channels = {"channels": {each: at for at, each in enumerate(bus.channels)}} if bus.channels else {}
                    yield {"bus": name, "address": address, **channels}

    def _spi(self, bus: Bus, only: str) -> Iterator[Table]:
        for name in self._named("spi-"):
            interface = self.board.interface(name)
            for device in interface.buses if interface is not None else ():
                if only not in ("", device):
                    continue
                free = [each for each in range(len(bus.terminals)) if (device, each) not in self._channels]
                if len(free) >= len(bus.channels) and self._switch_on(name):
                    channels = dict(zip(bus.channels, free, strict=False))
                    self._channels |= {(device, each) for each in channels.values()}
                    yield {"bus": device, "channels": channels}

    def _uart(self, only: str) -> Iterator[Table]:
        lines = {line for line, _ in self._addresses}
        for name in (*self._named("uart-"), *_usb(only)):
            if (
                only in ("", name)
                and name not in self._ports | lines
                and (name.startswith("/") or self._switch_on(name))
            ):
                self._ports.add(name)
                yield {"bus": name}

    def _rs_485(self, bus: Bus, only: str) -> Iterator[Table]:
        for name in _usb(only):
            if name in self._ports:
                continue
            for unit in bus.addresses:
                if (name, unit) not in self._addresses:
                    self._addresses.add((name, unit))
                    yield {"bus": name, "address": unit}

    def _named(self, start: str) -> list[str]:
        """Interfaces of a type on which a sensor can be, those that are on first."""
        names = [each.name for each in self.board.interfaces if each.for_sensors and each.name.startswith(start)]
        return sorted(names, key=lambda name: name not in self.interfaces)

    def _switch_on(self, name: str) -> bool:
        """Whether an interface is on, or could be switched on without a pin that is used."""
        interface = self.board.interface(name)
        if name in self.interfaces or interface is None:
            return name in self.interfaces
        if self._pins & set(interface.pins.values()):
            return False
        self.interfaces.append(name)
        self._pins |= set(interface.pins.values())
        return True


def _usb(only: str) -> list[str]:
    return [only] if only.startswith("/dev/") else [f"/dev/ttyUSB{at}" for at in range(_USB_PORTS)]


def adapter(known: Entry, bus: str) -> str:
    """What a sensor on this bus needs between it and a USB port of the board; empty: nothing."""
    found = known.bus_for(bus)
    if found is None or not bus.startswith("/dev/") or bus in uart_devices():
        return ""
    return "an isolated RS-485 adapter" if found.type == "rs-485" else "a USB adapter for serial parts of 3.3 V"


def adapters(sensors: Sequence[Table]) -> list[str]:
    """What to buy for the sensors of a plan, a sentence each."""
    needed = {table["id"]: adapter(entry(table["kind"]), table.get("bus", "")) for table in sensors}
    return [f"{table['id']} needs {needed[table['id']]} at {table['bus']}." for table in sensors if needed[table["id"]]]
