"""What a county's process tells at its end."""

from pathlib import Path

from simulators.county.telling import Telling, read_tellings, write_tellings
from simulators.parts.part import Truth


def test_telling_is_read_as_it_was_written(tmp_path: Path) -> None:
    tellings = [
        Telling(
            "weir",
            {
                "loop": [Truth("vehicle_count", "sum", 12), Truth("occupancy", "mean", 3.25, 1e-6, "rounding")],
                "air": [],
            },
            {"air": [(930.0, "Nothing answers."), (2_400.5, "")]},
            resumed=False,
        ),
        Telling("quay", {}, {}, resumed=True),
    ]
    write_tellings(tmp_path, tellings)
    assert read_tellings(tmp_path) == tellings
