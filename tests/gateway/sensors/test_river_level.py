"""A river's level, over UART and over I2C, from a bridge and from a bed below the datum."""

from pathlib import Path
from typing import Any

import pytest

from simulators.world.place import Place
from tests.gateway.sensors.stand import START_US, Stand

PROBE: dict[str, Any] = {"bus": "i2c-1", "channels": {"probe": 0}}


class River(Place):
    """Water that rises by 4 mm a minute from below the datum."""

    def water_mm(self, time_us: int) -> float:
        return -300 + (time_us - self.start_us) / 15_000_000


@pytest.mark.parametrize(
    ("height", "told"), [(4_000, {"bus": "uart-0"}), (-900, PROBE), (-1_000, PROBE)], ids=["uart", "i2c", "deep"]
)
def test_what_it_tells_is_true(tmp_path: Path, height: float, told: dict[str, Any]) -> None:
    river = Stand(tmp_path, River(START_US), kind="river-level", calibration={"mounting_height_mm": height}, **told)
    with river:
        river.compare(intervals=6)
