"""What a county's process tells at its end."""

from pathlib import Path

from simulators.county.bounds import Bound
from simulators.county.telling import Calm, Telling, read_tellings, write_tellings
from simulators.parts.part import Truth

OCCUPANCY = Truth("occupancy", "mean", 3.25, 1e-6, "rounding")


def test_telling_is_read_as_it_was_written(tmp_path: Path) -> None:
    tellings = [
        Telling(
            "weir",
            3_600,
            {"air": [(900, 2_400)], "loop": [], "gateway": []},
            {
                "loop": [Calm(0, 3_600, [Truth("vehicle_count", "sum", 12), OCCUPANCY])],
                "air": [Calm(0, 780, []), Calm(2_700, 3_600, [])],
            },
            {"air": [Bound("air_temperature", 3.5, 4.0, 0.002)]},
            {"air": [(930.0, "Nothing answers."), (2_400.5, "")]},
            resumed=False,
        ),
        Telling("quay", 3_600, {}, {}, {}, {}, resumed=True),
    ]
    write_tellings(tmp_path, tellings)
    assert read_tellings(tmp_path) == tellings
