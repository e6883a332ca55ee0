"""One sensor of a gateway, as its file describes it; what it leaves out comes from the catalogue."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
    model_validator,
)

from firmware_config import fitting
from firmware_config.boards import buses_like
from firmware_config.catalogue import Bus, Entry, KindUnknown, entry, kinds
from firmware_config.catalogue.entry import Signal
from firmware_config.header import RESERVED_PINS, USABLE_PINS
from sensorhub.config import Fault, Misfit, Number, Switch, Whole, faults_of, is_partly, nearest, one_of
from sensorhub.errors import AskedWrong
from sensorhub.names import check_sensor_id

_BUS = re.compile(r"(i2c-\d{1,2}|spi-\d\.\d|uart-\d|1-wire|/dev/[\w./-]+)\Z", re.ASCII)
_DEVICE = re.compile(r"[0-9a-f]{2}-[0-9a-f]{12}\Z")


def _known_kind(kind: str) -> str:
    if kind not in kinds():
        raise ValueError(f"the kind {kind!r} is not in the catalogue; {nearest(kind, kinds(), 'there are')}")
    return kind


def _usable(pin: int) -> int:
    if pin in RESERVED_PINS:
        raise ValueError(f"GPIO {pin} belongs to the EEPROM of an add-on board; write 2 to 27")
    if pin not in USABLE_PINS:
        raise ValueError(f"GPIO {pin} is not on the header; write 2 to 27, the BCM number and not the physical pin")
    return pin


def _is_bus(bus: str) -> str:
    if not _BUS.match(bus):
        raise ValueError(f"{bus!r} is no bus; write i2c-1, spi-0.0, uart-0, 1-wire or a device such as /dev/ttyUSB0")
    if bus.startswith("spi-") and bus not in buses_like(bus):  # as on every board; others are checked with the board
        instead = one_of([f"{each} (chip select CE{each[-1]})" for each in buses_like(bus)])
        raise ValueError(f"the gateway can read no part on {bus}; write {instead}")
    return bus


class DeviceInvalid(AskedWrong, ValueError):
    """A text that is no id of a 1-wire part."""


def check_device(device: str) -> str:
    """Return the id of a 1-wire part, as the system lists it.

    Raises:
        DeviceInvalid: `device` is none.
    """
    if not _DEVICE.match(device):
        raise DeviceInvalid(f"{device!r} is no 1-wire device; write it as in 28-0316a2798aff, all in lower case")
    return device


SensorId = Annotated[str, AfterValidator(check_sensor_id)]
Pin = Annotated[
    Whole,
    AfterValidator(_usable),
    Field(json_schema_extra={"minimum": min(USABLE_PINS), "maximum": max(USABLE_PINS)}),
]
Kind = Annotated[
    str, AfterValidator(_known_kind), Field(json_schema_extra=lambda schema: schema.update(enum=list(kinds())))
]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class StuckRule(_Table):
    """After how long without a closure a contact counts as stuck, at some hours of some days."""

    days: tuple[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], ...] = Field(
        default=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), min_length=1, description="Days of the week."
    )
    from_hour: Whole = Field(default=0, ge=0, le=23, description="Hour of the day at which it begins, local time.")
    to_hour: Whole = Field(
        default=24, ge=1, le=24, description="Hour at which it ends; no later than the first: over midnight."
    )
    hours: Number | None = Field(
        default=None, gt=0, le=8_760, description="Hours without a closure; left out: never stuck then."
    )

    def covers(self, day: str, hour: int) -> bool:
        """Whether it holds at an hour of a day; one that ends no later than it begins goes over midnight."""
        within = self.from_hour <= hour < self.to_hour
        if self.from_hour >= self.to_hour:
            within = hour >= self.from_hour or hour < self.to_hour
        return day in self.days and within


class SensorConfig(_Table):
    """One sensor: what it is, where it is connected, and its calibration."""

    id: SensorId = Field(description="Name of the sensor, unique on this gateway.")
    kind: Kind = Field(default="detector", description="What it is: a kind of the catalogue.")
    title: str = Field(default="", max_length=120, description="What it watches, in words for the page.")
    lane: str = Field(default="", max_length=40, description="Lane or place within the site.")
    pins: dict[str, Pin] = Field(
        default_factory=dict, description="BCM numbers, 2 to 27, by input, where it has several."
    )
    pin: Pin | None = Field(default=None, description="BCM number of its pin, 2 to 27, where it has one.")
    signal: Signal | None = Field(default=None, description="What reaches the pin; by default the kind's usual signal.")
    active: Literal["closed", "open"] = Field(
        default="closed", description="Whether the contact is closed or open while it detects."
    )
    isolator: str = Field(
        default="", max_length=60, description="Isolator board between 24 V and the pin, by its name."
    )
    level_shift: Switch = Field(
        default=False, description="Whether a divider or level shifter is between 5 V and the pin."
    )
    pull_up: Switch = Field(
        default=False,
        description="Whether the part's own board has a pull-up resistor to 3.3 V; a 1-wire bus bears one.",
    )
    bus: Annotated[str, AfterValidator(_is_bus)] | None = Field(
        default=None, description="Its bus: i2c-1, spi-0.0, uart-0, 1-wire, or a serial device such as /dev/ttyUSB0."
    )
    address: Whole | None = Field(default=None, ge=0, le=247, description="I2C address or Modbus unit; or the kind's.")
    channels: dict[str, Annotated[Whole, Field(ge=0, le=7)]] = Field(
        default_factory=dict, description="Channels of the converter by input of the part."
    )
    device: Annotated[str, AfterValidator(check_device)] | None = Field(
        default=None, description="1-wire device, as in 28-0316a2798aff."
    )
    period_s: Whole = Field(
        default=60, ge=1, le=86_400, description="Length of an interval in seconds; by default the kind's."
    )
    sample_s: Number | None = Field(
        default=None, gt=0, le=86_400, description="Seconds between two reads; by default the kind's."
    )
    debounce_ms: Whole | None = Field(
        default=None, ge=0, le=10_000, description="A contact still this long has settled; by default the kind's."
    )
    calibration: dict[str, Number] = Field(default_factory=dict, description="Constants of the kind, by name.")
    calibration_due: Annotated[date, Strict()] | None = Field(
        default=None, description="When it must be calibrated again."
    )
    serial: str = Field(default="", max_length=60, description="Serial number of the part.")
    stuck_active_min: Number | None = Field(
        default=None,
        gt=0,
        le=100_000,
        description="Minutes after which a counted contact that stays active is stuck; by default the kind's.",
    )
    stuck_inactive: tuple[StuckRule, ...] = Field(
        default=(),
        description="When a counted contact without a closure is stuck, by the first rule that fits; by default the "
        "kind's limit at all hours.",
    )

    @model_validator(mode="before")
    @classmethod
    def _from_catalogue(cls, told: Any) -> Any:
        """Fill in what the kind says and the file does not."""
        if not isinstance(told, Mapping):
            return told
        try:
            known = entry(str(told.get("kind", cls.model_fields["kind"].default)))
        except KindUnknown:
            return told
        filled = dict(told)
        for name in ("period_s", "sample_s", "debounce_ms"):
            if filled.get(name) is None and getattr(known, name) is not None:
                filled[name] = getattr(known, name)
        if filled.get("sample_s") and isinstance(filled.get("period_s"), int) and "sample_s" not in told:
            filled["sample_s"] = min(filled["sample_s"], filled["period_s"])
        return filled

    @field_validator(
        "pin",
        "signal",
        "bus",
        "address",
        "device",
        "period_s",
        "sample_s",
        "debounce_ms",
        "stuck_active_min",
        "stuck_inactive",
    )
    @classmethod
    def _fits_its_kind(cls, value: Any, info: ValidationInfo) -> Any:
        faults = tuple(_faults(info.field_name or "", value, info.data))
        if faults and not is_partly(info):
            raise Misfit(*faults)
        return value

    @field_validator("pins", "channels", "calibration", mode="wrap")
    @classmethod
    def _each_fits_its_kind(cls, told: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        """A faulty item hides no fault of the others."""
        ill: tuple[Fault, ...] = ()
        try:
            value = handler(told)
        except ValidationError as error:
            ill = tuple(faults_of(error, cls, (info.field_name or "",)))
            value = dict(told) if isinstance(told, Mapping) else {}
        known_ill = {fault.at[:1] for fault in ill}
        sound = {name: each for name, each in value.items() if (name,) not in known_ill}
        found = _faults(info.field_name or "", sound, info.data)
        own = tuple(fault for fault in found if fault.at not in known_ill)
        if is_partly(info):
            unfit = {fault.at[:1] for fault in own}
            return {name: each for name, each in sound.items() if (name,) not in unfit}
        faults = ill if () in known_ill else (*ill, *own)
        if faults:
            raise Misfit(*faults)
        return value

    @property
    def entry(self) -> Entry:
        """What the catalogue says of its kind."""
        return entry(self.kind)

    @property
    def wired(self) -> Bus | None:
        """The bus it is on, as its kind knows it; None where it is on none."""
        return None if self.bus is None else self.entry.bus_for(self.bus)

    @property
    def pin_of(self) -> dict[str, int]:
        """BCM numbers by input, in the order of the catalogue; of what is sound of a faulty sensor, those it has."""
        names = [each.name for each in self.entry.inputs]
        if self.pin is not None:
            return {names[0]: self.pin}
        return {name: self.pins[name] for name in names if name in self.pins}

    @property
    def signal_of(self) -> dict[str, Signal]:
        """What reaches each pin, by input."""
        return {
            each.name: self.signal if self.signal in each.signals else each.signals[0] for each in self.entry.inputs
        }

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


def _faults(key: str, value: Any, before: Mapping[str, Any]) -> Iterable[Fault]:
    """What of a key does not fit the kind; nothing is said of what hangs on a key that is faulty itself."""
    if "kind" not in before or (key in ("address", "channels", "device") and "bus" not in before):
        return ()
    known = entry(before["kind"])
    bus = known.bus_for(before["bus"]) if before.get("bus") else None
    match key:
        case "pins":
            return fitting.pins_fit(known, value)
        case "pin":
            return fitting.pin_fits(known, value, before["pins"]) if "pins" in before else ()
        case "signal":
            return fitting.signal_fits(known, value)
        case "bus":
            return fitting.bus_fits(known, value)
        case "address":
            return fitting.address_fits(known, bus, value)
        case "channels":
            return fitting.channels_fit(known, bus, value)
        case "device":
            return fitting.device_fits(known, bus, value)
        case "period_s":
            return fitting.period_fits(known, value)
        case "stuck_active_min" | "stuck_inactive":
            return fitting.stuck_fits(known, value)
        case "debounce_ms":
            return fitting.debounce_fits(known, value)
        case "sample_s":
            return fitting.sample_fits(known, value, before.get("period_s"))
        case _:
            return fitting.calibration_fits(known, value)
