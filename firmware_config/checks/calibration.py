"""Calibration: whether it is due."""

from collections.abc import Iterator
from datetime import date

from firmware_config.checks.finding import Finding
from firmware_config.draft import GatewayDraft


def calibration_is_not_overdue(gateway: GatewayDraft, today: date) -> Iterator[Finding]:
    """A part past its date gives numbers that nobody stands for.

    Arguments:
        today: of whoever asks.
    """
    for at, sensor in enumerate(gateway.says.sensors):
        due = sensor.calibration_due
        if due is not None and due < today:
            wrong = f"the calibration of {sensor.id} was due on {due.isoformat()}"
            instead = "calibrate it, or swap the part, and write the next date"
            yield gateway.finding(("sensors", at, "calibration_due"), wrong, instead)
