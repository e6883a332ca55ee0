"""One finding of a check of deployment files."""

from dataclasses import dataclass
from typing import Literal

from sensorhub.config import Fault

Severity = Literal["wrong", "warning", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found, where, and what to write instead.

    Arguments:
        file: as the person would open it.
        fault: place in the file, what is wrong, what to write instead.
        severity: `wrong`: the gateway cannot be used as it is described; `warning`: somebody should look;
            `note`: it works, and is good to know.
    """

    file: str
    fault: Fault
    severity: Severity = "wrong"

    def as_json(self) -> dict[str, str]:
        """For scripts."""
        return {
            "severity": self.severity,
            "file": self.file,
            "key": self.fault.key_path,
            "wrong": self.fault.wrong,
            "instead": self.fault.instead,
        }
