"""Every wire of a gateway, from the catalogue's wires and the sensors' pins and buses."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from firmware_config.boards import ONE_WIRE, Board
from firmware_config.catalogue import Wire
from firmware_config.gateway import GatewayFile
from firmware_config.header import HEADER, PHYSICAL, power_pins
from firmware_config.sensor import SensorConfig

POWER = ("3V3", "5V", "GND")
USB = "USB"
"""An end at an adapter, whose terminals are called as the part's."""

_CROWD = 3
"""How many rows further a wire goes rather than to a pin that has a wire already."""
_RAIL = "3V3"


@dataclass(frozen=True, slots=True)
class Connection:
    """One wire.

    Arguments:
        sensor: id of the sensor at its far end.
        pin: physical pin of the header, 1 to 40; None where it goes to a USB adapter.
        carries: what is there: `GPIO 17`, `3V3`, or the device of the adapter.
        end: what the catalogue calls this end: the name of an input, `SDA`, `GND`.
        to: terminal of the part.
        colour: of the wire, in words.
        part: what sits in it; empty: nothing.
        input: which of the sensor's inputs it is, by name; empty: it has one, or this is none.
    """

    sensor: str
    pin: int | None
    carries: str
    end: str
    to: str
    colour: str
    part: str
    input: str = ""

    @property
    def terminal(self) -> str:
        """The terminal, after the name of its input."""
        return f"{self.input}: {self.to}" if self.input else self.to


def connections(gateway: GatewayFile, board: Board) -> list[Connection]:
    """Every wire, sensor by sensor in the order of the file."""
    used: Counter[int] = Counter()
    has_pull_up = any(sensor.pull_up for sensor in gateway.sensors if sensor.bus == ONE_WIRE)
    found: list[Connection] = []
    for sensor in gateway.sensors:
        wires = list(_wires(sensor))
        pins = {wire.end: _pin(wire.end, sensor, gateway.interfaces, board) for wire in wires}
        signals = [pin for pin in pins.values() if pin is not None]
        for wire in wires:
            pin = pins[wire.end]
            if wire.end in POWER:
                pin = _power_pin(wire.end, signals, used)
                used[pin] += 1
            part = wire.part
            if sensor.bus == ONE_WIRE and _RAIL in part:
                part = "resistor on its board" if sensor.pull_up else "" if has_pull_up else part
                has_pull_up = True  # one resistor serves all probes
            carries = sensor.bus or "" if pin is None else carried(pin)
            which = wire.end if len(sensor.pin_of) > 1 and wire.end in sensor.pin_of else ""
            found.append(Connection(sensor.id, pin, carries, wire.end, wire.to, wire.colour, part, which))
    return found


def carried(pin: int) -> str:
    """What a physical pin carries, as a reader names it."""
    carries = HEADER[pin - 1]
    return f"GPIO {carries}" if isinstance(carries, int) else carries


def _wires(sensor: SensorConfig) -> Iterator[Wire]:
    """The wires of its kind, those of buses that it is not on left out, and with the isolator of its signal in them."""
    bus = sensor.wired.type if sensor.wired is not None else None
    isolated = "opto-24v" in sensor.signal_of.values()
    for wire in sensor.entry.wires:
        if wire.bus not in (None, bus):
            continue
        if sensor.active == "open" and wire.to_open:
            wire = wire.model_copy(update={"to": wire.to_open})  # noqa: PLW2901  # the same wire, elsewhere
        if isolated and wire.end in sensor.pin_of:
            yield wire.model_copy(update={"part": "; ".join(filter(None, (sensor.isolator, wire.part)))})
        elif isolated and wire.end == "GND":  # the 24 V stay on the other side
            told = {"to": "isolator, ground of its outputs", "part": f"24 V of the card on its {wire.to}"}
            yield wire.model_copy(update=told)
        else:
            yield wire


def _pin(end: str, sensor: SensorConfig, interfaces: Sequence[str], board: Board) -> int | None:
    """The physical pin of a signal; None for power, and for what is not on the header."""
    if end in sensor.pin_of:
        return PHYSICAL[sensor.pin_of[end]]
    if sensor.bus is None or end == USB or end in POWER:
        return None
    named = [found for name in interfaces if (found := board.interface(name)) is not None]
    interface = next((each for each in (*named, *board.interfaces) if each.serves(sensor.bus)), None)
    if interface is None:
        return None
    if end == "CE0" and sensor.bus.endswith(".1"):
        end = "CE1"
    return PHYSICAL[interface.pins[end]] if end in interface.pins else None


def _power_pin(rail: str, signals: Sequence[int], used: Counter[int]) -> int:
    """The pin of a rail that is nearest to the sensor's other pins, one with few wires before one with many."""
    return min(
        power_pins(rail),
        key=lambda pin: (_CROWD * used[pin] + min((_apart(pin, signal) for signal in signals), default=0), pin),
    )


def _apart(pin: int, other: int) -> int:
    """How far two pins are from each other on the header, the far column counting as more."""
    return abs((pin - 1) // 2 - (other - 1) // 2) + 2 * ((pin - other) % 2)
