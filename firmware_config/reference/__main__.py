"""`python -m firmware_config.reference [FOLDER]`: write the generated documents of a checkout (default: here)."""

import sys
from pathlib import Path

from firmware_config.reference.documents import documents


def main(folder: Path) -> None:
    """Write each document that has changed, and name it."""
    for name, text in documents().items():
        path = folder / name
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
