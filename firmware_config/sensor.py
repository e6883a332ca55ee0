"""One sensor of a gateway, as its file describes it; what it leaves out comes from the catalogue."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from firmware_config.catalogue import Bus, Entry, KindUnknown, entry
from firmware_config.catalogue.entry import Signal
from firmware_config.header import USABLE_PINS
from sensorhub.names import check_sensor_id

SensorId = Annotated[str, AfterValidator(check_sensor_id)]
Pin = Annotated[int, Field(ge=min(USABLE_PINS), le=max(USABLE_PINS))]

_EXAMPLES = {"i2c": "i2c-1", "spi": "spi-0.0", "1-wire": "1-wire", "uart": "uart-0", "rs-485": "/dev/ttyUSB0"}
_BUS = r"^(i2c-\d{1,2}|spi-\d\.\d|uart-\d|1-wire|/dev/[\w./-]+)$"


def _known_kind(kind: str) -> str:
    try:
        entry(kind)
    except KindUnknown as error:
        raise ValueError(str(error)) from None
    return kind


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class StuckRule(_Table):
    """After how long without a closure a contact counts as stuck, at some hours of some days."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), min_length=1, description="Days of the week."
    )
    from_hour: int = Field(default=0, ge=0, le=23, description="First hour of the day, local time.")
    to_hour: int = Field(default=24, ge=1, le=24, description="Hour of the day at which it ends.")
    hours: float | None = Field(gt=0, le=8_760, description="Hours without a closure; none: never stuck then.")


class SensorConfig(_Table):
    """One sensor: what it is, where it is connected, and its calibration."""

    id: SensorId = Field(description="Name of the sensor, unique on this gateway.")
    kind: Annotated[str, AfterValidator(_known_kind)] = Field(
        default="detector", description="What it is: a kind of the catalogue (sensorhub config catalogue)."
    )
    title: str = Field(default="", max_length=120, description="What it watches, in words for the page.")
    pin: Pin | None = Field(default=None, description="BCM number of its pin, 2 to 27, where it has one.")
    pins: dict[str, Pin] = Field(default_factory=dict, description="BCM numbers by input, where it has several.")
    signal: Signal | None = Field(default=None, description="What reaches the pin; by default the kind's usual signal.")
    active: Literal["closed", "open"] = Field(
        default="closed", description="Whether the contact is closed or open while it detects."
    )
    bus: str | None = Field(
        default=None,
        pattern=_BUS,
        description="Its bus: i2c-1, spi-0.0, uart-0, 1-wire, or a serial device such as /dev/ttyUSB0.",
    )
    address: int | None = Field(default=None, ge=0, le=247, description="I2C address or Modbus unit; or the kind's.")
    channels: dict[str, Annotated[int, Field(ge=0, le=7)]] = Field(
        default_factory=dict, description="Channels of the converter by input of the part."
    )
    device: str | None = Field(
        default=None, pattern=r"^[0-9a-f]{2}-[0-9a-f]{12}$", description="1-wire device, as in 28-0316a2798aff."
    )
    period_s: int = Field(
        default=0, ge=0, le=86_400, description="Length of an interval in seconds; by default the kind's."
    )
    sample_s: float | None = Field(
        default=None, gt=0, le=86_400, description="Seconds between two reads; by default the kind's."
    )
    debounce_ms: int | None = Field(
        default=None, ge=0, le=10_000, description="A contact still this long has settled; by default the kind's."
    )
    calibration: dict[str, float] = Field(default_factory=dict, description="Constants of the kind, by name.")
    serial: str = Field(default="", max_length=60, description="Serial number of the part.")
    calibration_due: date | None = Field(default=None, description="When it must be calibrated again.")
    lane: str = Field(default="", max_length=40, description="Lane or place within the site.")
    stuck_active_min: float | None = Field(
        default=None, gt=0, le=100_000, description="Minutes after which a held contact counts as stuck."
    )
    stuck_inactive: tuple[StuckRule, ...] = Field(
        default=(), description="When a contact without a closure counts as stuck; the first rule that fits holds."
    )

    @model_validator(mode="before")
    @classmethod
    def _from_catalogue(cls, told: Any) -> Any:
        """Fill in what the kind says and the file does not."""
        if not isinstance(told, Mapping):
            return told
        try:
            known = entry(str(told.get("kind", "detector")))
        except KindUnknown:
            return told
        filled = dict(told)
        for name in ("period_s", "sample_s", "debounce_ms"):
            if filled.get(name) is None and getattr(known, name) is not None:
                filled[name] = getattr(known, name)
        if filled.get("sample_s") and isinstance(filled.get("period_s"), int) and "sample_s" not in told:
            filled["sample_s"] = min(filled["sample_s"], filled["period_s"])
        return filled

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        known = self.entry
        self._check_pins(known)
        self._check_bus(known)
        self._check_calibration(known)
        if self.period_s < 1:
            raise ValueError("period_s must be at least 1 second; write 60, or leave it out")
        if self.sample_s is not None and known.reads != "samples":
            raise ValueError(f"sample_s: a {self.kind} is not sampled; leave it out")
        if self.sample_s is not None and self.sample_s > self.period_s:
            raise ValueError(f"sample_s is longer than period_s ({self.period_s}); write at most that")
        return self

    def _check_pins(self, known: Entry) -> None:
        names = [each.name for each in known.inputs]
        if self.pin is not None and self.pins:
            raise ValueError("pin and pins: write one of them")
        if not names and (self.pin is not None or self.pins):
            raise ValueError(f"pin: a {self.kind} has no pin of its own; leave it out")
        if len(names) == 1 and self.pin is None and not self.pins:
            raise ValueError(f"pin is missing; add the BCM number of {known.inputs[0].what}, as in pin = 4")
        if len(names) > 1 and set(self.pins) != set(names):
            example = ", ".join(f"{name} = {5 + at}" for at, name in enumerate(names))
            raise ValueError(f"pins: a {self.kind} has the inputs {', '.join(names)}; write pins = {{ {example} }}")
        if len(names) == 1 and self.pins and set(self.pins) != set(names):
            raise ValueError(f"pins: a {self.kind} has one input; write pin = 4")
        signals = sorted({signal for each in known.inputs for signal in each.signals})
        if self.signal is not None and self.signal not in signals:
            raise ValueError(f"signal: a {self.kind} takes {' or '.join(signals) or 'none'}, not {self.signal}")

    def _check_bus(self, known: Entry) -> None:
        wanted = [bus for bus in known.buses if bus.type != "file"]
        if not wanted:
            if self.bus is not None:
                raise ValueError(f"bus: a {self.kind} is not on a bus; leave it out")
            return
        bus = self.wired
        if bus is None:
            told = " or ".join(f'bus = "{_EXAMPLES[each.type]}"' for each in wanted)
            raise ValueError(
                f"bus: a {self.kind} is read over {' or '.join(each.type for each in wanted)}; write {told}"
            )
        if bus.type == "1-wire" and self.device is None:
            raise ValueError('device is missing; write the probe\'s id, as in device = "28-0316a2798aff"')
        if set(self.channels) != set(bus.channels):
            told = ", ".join(f"{name} = {at}" for at, name in enumerate(bus.channels))
            need = f"write channels = {{ {told} }}" if bus.channels else "leave it out"
            raise ValueError(f"channels: they are those of the converter of a {self.kind}; {need}")
        if self.address is not None and bus.addresses and self.address not in bus.addresses:
            told = " or ".join(f"0x{each:02x}" for each in bus.addresses)
            raise ValueError(f"address: a {self.kind} can be at {told}, not 0x{self.address:02x}")

    def _check_calibration(self, known: Entry) -> None:
        constants = {each.name: each for each in known.constants}
        for name, value in self.calibration.items():
            if name not in constants:
                told = ", ".join(constants) or "none"
                raise ValueError(f"calibration.{name}: a {self.kind} has no such constant; there are {told}")
            if not constants[name].low <= value <= constants[name].high:
                low, high = constants[name].low, constants[name].high
                raise ValueError(f"calibration.{name}: {value:g} does not fit; write {low:g} to {high:g}")
        missing = [name for name, each in constants.items() if each.default is None and name not in self.calibration]
        if missing:
            raise ValueError(f"calibration.{missing[0]} is missing; add it: {constants[missing[0]].what}")

    @property
    def entry(self) -> Entry:
        """What the catalogue says of its kind."""
        return entry(self.kind)

    @property
    def wired(self) -> Bus | None:
        """The bus it is on, as its kind knows it; None where it is on none, or on one that the kind cannot be on."""
        return None if self.bus is None else self.entry.bus_for(self.bus)

    @property
    def pin_of(self) -> dict[str, int]:
        """BCM numbers by input, in the order of the catalogue."""
        names = [each.name for each in self.entry.inputs]
        if self.pin is not None:
            return {names[0]: self.pin}
        return {name: self.pins[name] for name in names}

    @property
    def constants(self) -> dict[str, float]:
        """All calibration constants: those of the file, else the kind's defaults."""
        return {each.name: self.calibration.get(each.name, each.default or 0.0) for each in self.entry.constants}

    @property
    def unit(self) -> int:
        """I2C address or Modbus unit: that of the file, else the kind's usual one; 0 where there is none."""
        if self.address is not None:
            return self.address
        bus = self.wired
        return bus.addresses[0] if bus is not None and bus.addresses else 0
