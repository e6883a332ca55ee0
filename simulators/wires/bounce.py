"""How contacts bounce, by what they are: a matter of the contact, whatever the gateway waits for."""

from collections.abc import Mapping
from dataclasses import dataclass

from firmware_config.catalogue.entry import Signal

_NS_PER_US = 1_000
_NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Bounce:
    """What follows a change of a contact: it goes back once, and comes again.

    Arguments:
        share: of the changes that bounce.
        longest_ns: from a change until it is still at last; it is away for half of that at most.
    """

    share: float
    longest_ns: int


STILL = Bounce(0.0, 0)
"""Logic drives its pin both ways and has nothing that could bounce."""

SLOW_EDGE = Bounce(0.5, 20 * _NS_PER_US)
"""A transistor lets the pull-up lift the line in some microseconds, an isolator's too: noise crosses the threshold."""

REED = Bounce(0.5, _NS_PER_MS)
"""A reed weighs little and is still within a millisecond."""

RELAY = Bounce(0.5, 4 * _NS_PER_MS)
"""A relay or a switch takes one to some milliseconds."""

BOUNCE_OF: Mapping[Signal, Bounce] = {
    "dry-contact": RELAY,
    "opto-24v": SLOW_EDGE,
    "s0-pulse": SLOW_EDGE,
    "open-collector": SLOW_EDGE,
    "logic-3v3": STILL,
    "logic-5v": STILL,
}
"""How what reaches a pin bounces, where a part does not know it better."""
