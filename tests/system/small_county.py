"""A deployment of a few gateways with many kinds, small enough to be simulated in seconds."""

from pathlib import Path

_SITES = """\
[[sites]]
id = "weir"
name = "Rayleigh Weir"
latitude = 51.5745
longitude = 0.601
strands = ["transport", "infrastructure", "public-services"]
road = "A127"
direction = "eastbound"

[[sites]]
id = "quay"
name = "Harwich Quay"
latitude = 51.944
longitude = 1.288
strands = ["transport", "infrastructure", "public-services", "economy"]
town = "Harwich"

[[sites]]
id = "flat"
name = "Sheltered flat"
latitude = 51.79
longitude = 1.15
strands = ["social-care"]
indoors = true
"""

_WEIR = """\
gateway = "weir"
site = "weir"
board = "4b"
interfaces = ["1-wire", "i2c-1"]

[[sensors]]
id = "pair"
kind = "loop-pair"
pins = { upstream = 5, downstream = 6 }

[[sensors]]
id = "loop"
kind = "loop"
pin = 12

[[sensors]]
id = "other-loop"
kind = "loop"
pin = 13

[[sensors]]
id = "road"
kind = "road-temperature"
bus = "1-wire"
device = "28-0316a279d4ff"

[[sensors]]
id = "air"
kind = "air-climate"
bus = "i2c-1"
"""

_QUAY = """\
gateway = "quay"
site = "quay"
board = "4b"
interfaces = ["uart-0", "spi-0"]

[[sensors]]
id = "level"
kind = "river-level"
bus = "uart-0"
calibration = { mounting_height_mm = 4200 }

[[sensors]]
id = "vane"
kind = "wind-vane"
bus = "spi-0.0"
channels = { vane = 1 }

[[sensors]]
id = "rain"
kind = "rain-gauge"
pin = 5

[[sensors]]
id = "people"
kind = "footfall"
pins = { outer = 12, inner = 13 }

[[sensors]]
id = "power"
kind = "energy-pulse"
pin = 16

[[sensors]]
id = "bin"
kind = "bin-fill"
pins = { trigger = 19, echo = 20 }
level_shift = true

[[sensors]]
id = "door"
kind = "cabinet-door"
pin = 26
"""

_KERB = """\
gateway = "kerb"
site = "quay"
board = "4b"
interfaces = ["i2c-1", "i2c-6", "uart-0", "uart-3"]

[[sensors]]
id = "gate"
kind = "loop"
pin = 17
active = "open"

[[sensors]]
id = "low-air"
kind = "air-climate"
bus = "i2c-1"

[[sensors]]
id = "high-air"
kind = "air-climate"
bus = "i2c-1"
address = 0x77

[[sensors]]
id = "sheltered"
kind = "air-climate-sht"
bus = "i2c-6"

[[sensors]]
id = "gully"
kind = "gully-level"
bus = "uart-0"
calibration = { mounting_height_mm = 1050 }

[[sensors]]
id = "bay"
kind = "parking-bay"
bus = "uart-3"
"""

_FLAT = """\
gateway = "flat"
site = "flat"
board = "zero-2-w"
interfaces = ["i2c-1"]

[[sensors]]
id = "room"
kind = "room-climate"
bus = "i2c-1"

[[sensors]]
id = "moves"
kind = "activity"
pin = 5
"""


def write_deployment(folder: Path, *, care: bool = False, kerb: bool = False) -> Path:
    """Write it into a new folder; returns the folder.

    Arguments:
        folder: where.
        care: with a gateway of social care.
        kerb: with one more beside the quay, of what faults happen to that can happen to none of the others.
    """
    gateways = folder / "gateways"
    gateways.mkdir(parents=True)
    (folder / "sites.toml").write_text(_SITES)
    more = {**({"flat": _FLAT} if care else {}), **({"kerb": _KERB} if kerb else {})}
    for name, text in {"weir": _WEIR, "quay": _QUAY, **more}.items():
        (gateways / f"{name}.toml").write_text(text)
    return folder
