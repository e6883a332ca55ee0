"""The worked example, whole or with one place of it broken."""

import shutil
from datetime import date
from pathlib import Path

ESSEX = Path(__file__).parent.parent.parent / "deployments" / "essex"
TODAY = date(2026, 11, 25)


def copied(folder: Path) -> Path:
    """A copy of the example in `folder`."""
    return Path(shutil.copytree(ESSEX, folder / "essex"))


def broken(folder: Path, file: str, old: str, new: str) -> Path:
    """A copy in which the first `old` of one file is `new`; an empty `old`: `new` is put at the end."""
    copy = copied(folder)
    path = copy / file
    text = path.read_text() if path.exists() else ""
    assert old in text, f"{file} has no {old!r} to break"
    path.write_text(text.replace(old, new, 1) if old else text + new)
    return copy
