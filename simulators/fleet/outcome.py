"""What came of a fleet: how much was sent, and what the hub said of it."""

import json
from dataclasses import asdict, dataclass

from simulators.fleet.counts import Counts


@dataclass(frozen=True, slots=True)
class FleetOutcome:
    """A whole run; readings where not said otherwise.

    Arguments:
        gateways: how many; each with so many `sensors`.
        seconds: from the beginning to the last receipt.
        sent: published; each is one of `receipted`, `refused` and `outstanding`.
        receipted: stored, as the hub's receipts say.
        refused: kept as dead letters, as they say.
        outstanding: without a receipt.
        waiting: measured and not sent, since too many were without a receipt.
        resent: published again, each time counted.
        readings_per_s: receipted per second.
        per_core: receipted per second of processor time of the fleet.
    """

    gateways: int
    sensors: int
    seconds: float
    sent: int
    receipted: int
    refused: int
    outstanding: int
    waiting: int
    resent: int
    readings_per_s: float
    per_core: float

    @property
    def whole(self) -> bool:
        """Whether everything that was measured is stored."""
        return not (self.outstanding or self.waiting or self.refused)

    def as_json(self) -> str:
        """One JSON object."""
        return json.dumps(asdict(self))


def outcome_of(counts: Counts, gateways: int, sensors: int, begin_s: float) -> FleetOutcome:
    """Sum a run up.

    Arguments:
        begin_s: when the gateways began to measure, machine clock.
    """
    seconds = max(0.0, counts.last_receipt_s - begin_s)
    return FleetOutcome(
        gateways=gateways,
        sensors=sensors,
        seconds=round(seconds, 3),
        sent=counts.sent,
        receipted=counts.receipted,
        refused=counts.refused,
        outstanding=counts.outstanding,
        waiting=counts.waiting,
        resent=counts.resent,
        readings_per_s=round(counts.receipted / seconds, 1) if seconds else 0.0,
        per_core=round(counts.receipted / counts.cpu_s, 1) if counts.cpu_s else 0.0,
    )
