"""The files and lines that docs/adding-a-sensor.md says to write."""

import re
from pathlib import Path

_PAGE = Path(__file__).parent.parent / "docs" / "adding-a-sensor.md"


def files_of_the_tutorial() -> dict[str, str]:
    """Their text, by path."""
    pattern = r"^`([\w/.-]+)`[^`\n]*(?:`[^`\n]*`)?:\n\n```\w+\n(.*?)^```$"
    return dict(re.findall(pattern, _PAGE.read_text(), re.MULTILINE | re.DOTALL))


def lines_of_the_tutorial() -> list[str]:
    """The lines that go into the table of sensors of `bus_rig.py`."""
    return re.findall(r"^```\n( +SensorConfig\(.*\),\n)```$", _PAGE.read_text(), re.MULTILINE)
