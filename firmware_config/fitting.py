"""Whether what a file says of a sensor fits its kind: each function yields the faults of one key."""

from collections.abc import Iterator, Mapping

from firmware_config.catalogue import Bus, Entry
from firmware_config.catalogue.entry import BusType
from sensorhub.config import Fault, nearest, one_of

_EXAMPLES: dict[BusType, str] = {
    "i2c": "i2c-1",
    "spi": "spi-0.0",
    "1-wire": "1-wire",
    "uart": "uart-0",
    "rs-485": "/dev/ttyUSB0",
}
_I2C_ADDRESSES = range(0x03, 0x78)
_LEAVE_OUT = "leave it out"


def pins_fit(known: Entry, pins: Mapping[str, int]) -> Iterator[Fault]:
    """Whether `pins` names the inputs of a kind that has several."""
    names = [each.name for each in known.inputs]
    if not pins:
        if len(names) > 1:
            yield Fault((), "is missing", f"write {_pins_of(known)}")
    elif not names:
        yield Fault((), f"{known.one} has no pin of its own", _LEAVE_OUT)
    elif len(names) == 1:
        if set(pins) != set(names):
            yield Fault((), f"{known.one} has one input", "write pin = 4")
    else:
        for name in pins:
            if name not in names:
                yield Fault((name,), f"{known.one} has no such input", nearest(name, names, "its inputs are"))
        for each in known.inputs:
            if each.name not in pins:
                yield Fault((each.name,), "is missing", f"add the BCM number of the {each.what}")


def pin_fits(known: Entry, pin: int | None, pins: Mapping[str, int]) -> Iterator[Fault]:
    """Whether `pin` is there for a kind with one input, and for no other."""
    if pin is None:
        if len(known.inputs) == 1 and not pins:
            yield Fault((), "is missing", f"add the BCM number of the {known.inputs[0].what}, as in pin = 4")
    elif not known.inputs:
        yield Fault((), f"{known.one} has no pin of its own", _LEAVE_OUT)
    elif len(known.inputs) > 1:
        yield Fault((), f"{known.one} has several inputs", f"write {_pins_of(known)}")
    elif pins:
        yield Fault((), "pin and pins say the same", "write one of them")


def _pins_of(known: Entry) -> str:
    return f"pins = {{ {', '.join(f'{each.name} = {5 + at}' for at, each in enumerate(known.inputs))} }}"


def signal_fits(known: Entry, signal: str | None) -> Iterator[Fault]:
    """Whether the kind takes this signal."""
    signals = sorted({signal for each in known.inputs for signal in each.signals})
    if signal is not None and signal not in signals:
        instead = f"write {' or '.join(signals)}" if signals else _LEAVE_OUT
        yield Fault((), f"{known.one} does not take {signal}", instead)


def bus_fits(known: Entry, bus: str | None) -> Iterator[Fault]:
    """Whether the kind is read over this bus, or over none."""
    if known.choices and (bus is None or known.bus_for(bus) is None):
        wrong = "is missing" if bus is None else f"{known.one} is not read over {bus}"
        yield Fault((), wrong, f"write {one_of([_bus(each) for each in known.choices])}")
    elif not known.choices and bus is not None:
        yield Fault((), f"{known.one} is not on a bus", _LEAVE_OUT)


def _bus(bus: Bus) -> str:
    return f'bus = "{_EXAMPLES[bus.type]}"{f" for the {bus.part}" if bus.part else ""}'


def address_fits(known: Entry, bus: Bus | None, address: int | None) -> Iterator[Fault]:
    """Whether the part can be set to this address."""
    if address is None:
        return
    if bus is None or bus.type not in ("i2c", "rs-485"):
        yield Fault((), f"{known.one} has no address there", _LEAVE_OUT)
    elif bus.addresses and address not in bus.addresses:
        told = " or ".join(hex(each) if bus.type == "i2c" else str(each) for each in bus.addresses)
        yield Fault((), f"{known.one} cannot be at {hex(address)}", f"write {told}")
    elif bus.type == "i2c" and address not in _I2C_ADDRESSES:
        yield Fault((), f"no I2C part is at {hex(address)}", "write 0x03 to 0x77")


def channels_fit(known: Entry, bus: Bus | None, channels: Mapping[str, int]) -> Iterator[Fault]:
    """Whether each input of the part has a channel of the converter."""
    names = bus.channels if bus is not None else ()
    if channels and not names:
        yield Fault((), f"{known.one} is not on a converter there", _LEAVE_OUT)
        return
    limit = len(bus.terminals) if bus is not None else 0
    for name, channel in channels.items():
        if name not in names:
            yield Fault((name,), f"{known.one} has no such input", nearest(name, names, "its inputs are"))
        elif channel >= limit:
            yield Fault((name,), f"the converter has no channel {channel}", f"write 0 to {limit - 1}")
        elif list(channels.values()).count(channel) > 1:
            yield Fault((name,), f"channel {channel} is used twice", "give each input its own")
    for at, name in enumerate(names):
        if name not in channels:
            yield Fault(
                (name,), "is missing", f"add the channel of the converter, as in channels = {{ {name} = {at} }}"
            )


def device_fits(known: Entry, bus: Bus | None, device: str | None) -> Iterator[Fault]:
    """Whether a 1-wire part says which it is."""
    on_one_wire = bus is not None and bus.type == "1-wire"
    if on_one_wire and device is None:
        yield Fault((), "is missing", 'write the probe\'s id, as in device = "28-0316a2798aff"')
    elif device is not None and not on_one_wire:
        yield Fault((), f"{known.one} is not on 1-wire there", _LEAVE_OUT)


def period_fits(known: Entry, period_s: int) -> Iterator[Fault]:
    """Whether an interval is long enough for the kind: one of a few seconds would tell single movements of people."""
    if period_s < known.period_min_s:
        wrong = f"{period_s} s is too short: {known.one} must not tell single movements"
        yield Fault((), wrong, f"write at least {known.period_min_s}")


def sample_fits(known: Entry, sample_s: float | None, period_s: int | None) -> Iterator[Fault]:
    """Whether the kind is sampled, at least once in an interval."""
    if sample_s is None:
        return
    if known.reads != "samples":
        yield Fault((), f"{known.one} is not sampled", _LEAVE_OUT)
    elif period_s is not None and sample_s > period_s:
        yield Fault((), f"{sample_s:g} s is longer than period_s", f"write at most {period_s}")
    elif known.sample_s_max is not None and sample_s > known.sample_s_max:
        yield Fault((), f"{sample_s:g} s is too long for {known.one}", f"write at most {known.sample_s_max:g}")


def debounce_fits(known: Entry, debounce_ms: int | None) -> Iterator[Fault]:
    """Whether a contact of the kind can be still for so long between two of what is counted."""
    if debounce_ms is not None and known.debounce_ms_max is not None and debounce_ms > known.debounce_ms_max:
        wrong = f"{debounce_ms} ms is too long: {known.one} moves faster, and would be missed"
        yield Fault((), wrong, f"write at most {known.debounce_ms_max}")


def stuck_fits(known: Entry, limit: object) -> Iterator[Fault]:
    """Whether a limit of stillness is given to a contact that is counted.

    How long a door stands open or a float is lifted is a condition of the world, and no fault; of a part on a bus the
    same values for hours are, by the kind's own limit.
    """
    if limit and known.reads != "edges":
        held = "tells how long it stays so, which is no fault of it" if known.reads == "level" else "has no contact"
        yield Fault((), f"{known.one} {held}", _LEAVE_OUT)


def calibration_fits(known: Entry, calibration: Mapping[str, float]) -> Iterator[Fault]:
    """Whether the constants are the kind's, within their limits, and none is missing that has no default."""
    constants = {each.name: each for each in known.constants}
    for name, value in calibration.items():
        if name not in constants:
            told = nearest(name, list(constants), "there are")
            yield Fault((name,), f"{known.one} has no such constant", told)
        elif not constants[name].low <= value <= constants[name].high:
            low, high = constants[name].low, constants[name].high
            yield Fault((name,), f"{value:g} does not fit", f"write {low:g} to {high:g}")
    for name, each in constants.items():
        if each.default is None and name not in calibration:
            yield Fault((name,), "is missing", f"add it, {each.low:g} to {each.high:g}: {each.what}")
