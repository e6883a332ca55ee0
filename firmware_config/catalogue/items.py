"""Items of an entry: the quantities it measures, and its constants."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sensorhub.quantity import QUANTITIES


def _is_quantity(text: str) -> str:
    if text not in QUANTITIES:
        raise ValueError(f"the quantity {text!r} is not in the table of sensorhub/quantity.py; add its row there")
    return text


class Item(BaseModel):
    """What entries are made of."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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
