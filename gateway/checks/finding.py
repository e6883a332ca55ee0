"""One finding of a check: what it is about, whether it is well, and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

State = Literal["well", "note", "wrong"]

_SIGNS: dict[State, tuple[str, str]] = {
    "well": ("well", "green"),
    "note": ("note", "yellow"),
    "wrong": ("WRONG", "bold red"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do where that is not well."""

    subject: str
    state: State
    text: str


def any_wrong(findings: Sequence[Finding]) -> bool:
    """Whether one of them is wrong; notes are not."""
    return any(finding.state == "wrong" for finding in findings)


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """One line each, or more where a sentence is longer than the terminal is wide; elsewhere it is not broken."""
    if not console.is_terminal:
        width = max((len(finding.subject) for finding in findings), default=0)
        for finding in findings:
            line = f"{_SIGNS[finding.state][0]:5}  {finding.subject:{width}}  {finding.text}"
            console.print(line, soft_wrap=True, markup=False)
        return
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        sign, style = _SIGNS[finding.state]
        table.add_row(Text(sign, style=style), Text(finding.subject), Text(finding.text))
    console.print(table)
