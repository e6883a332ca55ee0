"""Findings as a person reads them in a terminal."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from firmware_config.checks.finding import Finding, Severity
from firmware_config.draft import Draft, Extent

_SIGNS: dict[Severity, tuple[str, str]] = {
    "wrong": ("WRONG", "bold red"),
    "warning": ("warning", "yellow"),
    "note": ("note", "cyan"),
}


def print_findings(console: Console, draft: Draft, findings: Sequence[Finding]) -> None:
    """File by file a line for each finding, then what was looked at and how it is."""
    for file in dict.fromkeys(finding.file for finding in findings):
        console.print(Text(file, style="bold"), soft_wrap=True)
        for finding in findings:
            if finding.file == file:
                _print_finding(console, finding)
    console.print(_summary(draft, findings), soft_wrap=True)


def _print_finding(console: Console, finding: Finding) -> None:
    """In a terminal it wraps beside its sign; elsewhere it is one line, to be searched."""
    sign, style = _SIGNS[finding.severity]
    if console.is_terminal:
        table = Table.grid(padding=(0, 1))
        table.add_row("", Text(f"{sign:7}", style=style, no_wrap=True), Text(f"{finding.fault}"))
        console.print(table)
    else:
        console.print(Text.assemble("  ", (f"{sign:8}", style), f"{finding.fault}"), soft_wrap=True)


def _summary(draft: Draft, findings: Sequence[Finding]) -> str:
    there = draft.extent
    wrong, warnings, notes = (sum(each.severity == what for each in findings) for what in _SIGNS)
    found = [f"{wrong} wrong", _many(warnings, "warning"), *([_many(notes, "note")] if notes else [])]
    return " ".join(
        (
            f"{_many(there.gateways, 'gateway')} with {_many(there.sensors, 'sensor')}",
            f"at {_many(there.sites, 'site')}:",
            f"{', '.join(found) if findings else 'nothing wrong'}.",
            *_left(there),
            *(["Next: sensorhub config new"] if not findings and not there.gateways else []),
        )
    )


def _left(there: Extent) -> Iterator[str]:
    """What had to be left out of comparisons, so that a second look may find more."""
    counted = {"file": there.files_left, "sensor": there.sensors_left, "site": there.sites_left}
    left = [_many(number, what) for what, number in counted.items() if number]
    if there.boards_left:
        left.append(f"buses and current of {_many(there.boards_left, 'gateway')} without a known board")
    if left:
        yield f"Not compared with the rest: {', '.join(left)}; mend that and check again."


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
