"""What an input reads that nothing drives and nothing pulls: the hum of the mains, about its threshold."""

import hashlib

HUM_NS = 10_000_000
"""Half a wave of the mains at 50 Hz."""


def hum(pin: str, clock_ns: int) -> bool:
    """Whether a pin is high in the half-wave at a measurement clock (ns): one is as likely as the other.

    The same each time for the same pin and time, so that a run can be repeated.
    """
    half_wave = f"{pin} {clock_ns // HUM_NS}".encode()
    return bool(hashlib.blake2b(half_wave, digest_size=1).digest()[0] & 1)


def next_half_wave_ns(clock_ns: int) -> int:
    """When the next half-wave begins, on the measurement clock."""
    return (clock_ns // HUM_NS + 1) * HUM_NS
