"""How a benchmark tells its figures: small tables, whether each goal is met, and one JSON line last."""

import json
import operator
from collections.abc import Sequence
from typing import Any

_HOLDS = {">=": operator.ge, "<=": operator.le}


class Report:
    """What one benchmark says; printed as it comes, the JSON line by `end`.

    Arguments:
        benchmark: its name, as in the file's.
    """

    def __init__(self, benchmark: str) -> None:
        self._results: dict[str, Any] = {"benchmark": benchmark}
        self._goals: dict[str, dict[str, float | bool]] = {}

    def say(self, sentence: str) -> None:
        """Print a sentence."""
        print(sentence, flush=True)

    def skip(self, what: str, reason: str) -> None:
        """Say that a side or figure is left out, and why."""
        self.say(f"{what} is left out: {reason}.")
        self._results.setdefault("skipped", {})[what] = reason

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table: the first column to the left, all others to the right."""
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        for row in (head, *rows):
            cells = [
                row[0].ljust(widths[0]),
                *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
            self.say("  ".join(cells).rstrip())

    def goal(self, name: str, value: float, sense: str, limit: float, unit: str) -> None:
        """Say whether a goal is met.

        Arguments:
            name: what is measured, in words.
            value, limit: both in `unit`.
            sense: `>=` or `<=`.
        """
        met = bool(_HOLDS[sense](value, limit))
        self.say(f"goal {name} {sense} {limit:,.6g} {unit}: {'met' if met else 'MISSED'} with {value:,.4g} {unit}")
        self._goals[name] = {"value": round(value, 4), "limit": limit, "met": met}

    def end(self, **results: Any) -> None:
        """Print everything once more as one line of JSON."""
        print(json.dumps({**self._results, **results, "goals": self._goals}), flush=True)
