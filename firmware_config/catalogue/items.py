"""Items of an entry: its inputs, the quantities it measures, its constants."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sensorhub.quantity import QUANTITIES

Signal = Literal["dry-contact", "opto-24v", "s0-pulse", "open-collector", "logic-3v3", "logic-5v"]
"""What reaches a pin: a contact without voltage; 24 V of a detector card through an isolator board; an S0 meter's
pulse with an external pull-up; an open collector; logic of 3.3 V; logic of 5 V through a divider."""


def _is_quantity(text: str) -> str:
    if text not in QUANTITIES:
        raise ValueError(f"the quantity {text!r} is not in the table of sensorhub/quantity.py; add its row there")
    return text


class Item(BaseModel):
    """What entries are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Input(Item):
    """One pin of a kind.

    Arguments:
        name: in `pins` of a sensor, as in `upstream`.
        what: what is connected, for the wiring picture.
        direction: `in`, or `out` for a trigger.
        pull: the resistor that holds the pin while nothing drives it; `external` where the board's own is too weak.
        signals: what may be connected, the usual first.
        active: level of the pin while it detects; a contact to ground is active low.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    what: str
    direction: Literal["in", "out"] = "in"
    pull: Literal["up", "down", "external", "none"] = "up"
    signals: tuple[Signal, ...] = Field(default=("dry-contact",), min_length=1)
    active: Literal["low", "high"] = "low"


class Measure(Item):
    """One quantity of a kind, with the limits of the part: outside them a value keeps its number and is `suspect`.

    Arguments:
        quantity: in the table of quantities.
        low, high: inclusive, in its unit; default the table's.
        shown: whether it is among the (at most three) that a row of a page shows.
    """

    quantity: Annotated[str, AfterValidator(_is_quantity)]
    low: float | None = None
    high: float | None = None
    shown: bool = False

    @property
    def limits(self) -> tuple[float, float]:
        """The plausible range, inclusive."""
        row = QUANTITIES[self.quantity]
        return row.low if self.low is None else self.low, row.high if self.high is None else self.high


class Constant(Item):
    """One calibration constant of a kind, in `calibration` of a sensor.

    Arguments:
        name: with its unit last, as in `mm_per_tip`.
        default: where a sensor does not say; None: it must.
        low, high: what is taken, inclusive.
        what: what it is, with where it comes from.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    default: float | None = None
    low: float
    high: float
    what: str
