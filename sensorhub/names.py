"""The grammar of names: gateway and sensor ids, quantities, epochs."""

import re

from sensorhub.errors import AskedWrong

GATEWAY_SENSOR = "gateway"
"""The reserved sensor id under which a gateway speaks of itself."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,47}\Z")
_QUANTITY = re.compile(r"[a-z][a-z0-9_]{0,47}\Z")
_HEX16 = re.compile(r"[0-9a-f]{16}\Z")


class NameInvalid(AskedWrong, ValueError):
    """A name that MQTT topics, SenML or the store could not carry unescaped."""


def is_id(text: str) -> bool:
    """Whether `text` can be a gateway or sensor id: `[a-z0-9][a-z0-9-]{0,47}`."""
    return _ID.match(text) is not None


def is_quantity(text: str) -> bool:
    """Whether `text` can name a quantity: `[a-z][a-z0-9_]{0,47}`."""
    return _QUANTITY.match(text) is not None


def is_hex16(text: str) -> bool:
    """Whether `text` is 16 lower-case hex digits: an epoch, a store id, a nonce."""
    return _HEX16.match(text) is not None


def check_gateway_id(text: str) -> str:
    """Return a gateway id that fits the grammar.

    Raises:
        NameInvalid: `text` is no id.
    """
    if not is_id(text):
        raise NameInvalid(
            f"{text!r} cannot name a gateway; use lower-case letters, digits and hyphens, at most 48, "
            "beginning with a letter or digit."
        )
    return text


def check_sensor_id(text: str) -> str:
    """Return a sensor id that fits the grammar and is not reserved.

    Raises:
        NameInvalid: `text` is no id, or the reserved `gateway`.
    """
    if text == GATEWAY_SENSOR or not is_id(text):
        raise NameInvalid(
            f"{text!r} cannot name a sensor; use lower-case letters, digits and hyphens, at most 48, "
            f"beginning with a letter or digit, and not {GATEWAY_SENSOR!r}, which is reserved."
        )
    return text
