"""What is generated, and where it is kept."""

from pathlib import Path

from firmware_config.new import SCHEMA_FILE
from firmware_config.reference.keys import configuration
from firmware_config.reference.sensors import sensors
from firmware_config.reference.site_map import site_map
from firmware_config.schema import schema_text

_EXAMPLE = "deployments/essex"
_CHECKOUT = Path(__file__).parents[2]


def documents() -> dict[str, str]:
    """Text by path in a checkout."""
    return {
        "docs/sensors.md": sensors(),
        "docs/configuration.md": configuration(),
        f"{_EXAMPLE}/{SCHEMA_FILE}": schema_text("gateway"),
        f"{_EXAMPLE}/sites.schema.json": schema_text("sites"),
        f"{_EXAMPLE}/map.svg": site_map(_CHECKOUT / _EXAMPLE),
    }
