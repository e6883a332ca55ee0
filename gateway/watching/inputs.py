"""Every input of a gateway as it is now: what goes over the local socket, a JSON object a line."""

from pydantic import BaseModel, ConfigDict

from sensorhub.status import Status


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class PinNow(_Part):
    """One contact: its input's name, BCM number, and whether it is active."""

    name: str
    number: int
    active: bool


class ValueNow(_Part):
    """One value of the newest reading, with what is known against it."""

    quantity: str
    value: float
    quality: str = ""


class InputNow(_Part):
    """One sensor.

    Arguments:
        id, kind, title, period_s: as configured.
        bus: the bus it is read over, and its address there; empty for contacts.
        pins: its contacts.
        edges: settled changes to active since the gateway was started.
        values: its newest reading; of a part that has given none yet, its newest sample.
        age_s: of these; None where there is none.
        quiet_s: for how long nothing was seen; None where that is not known.
        fault: what is wrong; empty where nothing is.
    """

    id: str
    kind: str
    title: str
    period_s: float
    bus: str = ""
    pins: tuple[PinNow, ...] = ()
    edges: int | None = None
    values: tuple[ValueNow, ...] = ()
    age_s: float | None = None
    quiet_s: float | None = None
    fault: str = ""


class GatewayNow(_Part):
    """One gateway.

    Arguments:
        gateway: id.
        time_us: wall time by its newest anchor, microseconds since 1970 UTC; None while it has none.
        connected: whether the broker is reached.
        percent: how full the spool is, /100.
        status: as the hub gets it.
        inputs: all sensors.
    """

    gateway: str
    time_us: int | None
    connected: bool
    percent: float
    status: Status
    inputs: tuple[InputNow, ...]
