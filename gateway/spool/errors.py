"""What can go wrong with the spool.

SensorHubError
  SpoolInUse         another process has it           (asked wrong)
  SpoolUnwritable    the disk refused a write twice   nothing of the group was accepted
  SpoolFull          no room, nothing free to go      nothing of the group was accepted
  SpoolUnreadable    records went bad while running   a restart finds them and puts a marker in their place
  SealRefused        a seal over what cannot be sealed
"""

from sensorhub.errors import AskedWrong, SensorHubError


class SpoolInUse(AskedWrong):
    """Another process holds the lock of this spool."""


class SpoolUnwritable(SensorHubError):
    """The disk refused the group in the open segment and in a new one; the caller still has its entries."""


class SpoolFull(SensorHubError):
    """The limit of bytes is reached and no segment is free to go; the caller still has its entries."""


class SpoolUnreadable(SensorHubError):
    """Records that are kept cannot be read back."""


class SealRefused(SensorHubError, ValueError):
    """A seal over records that are not kept, of several boots, sealed before, or only part of a reading."""


def cannot_open(gateway: str, error: OSError) -> SpoolUnwritable:
    """The fault of a folder that cannot be opened."""
    return SpoolUnwritable(
        f"The spool of {gateway} cannot be opened: {error.strerror or error}. Check that its folder exists on a "
        "healthy card and belongs to the user that the gateway runs as."
    )


def no_room(used_bytes: int, unreceived: int) -> SpoolFull:
    """The error of a spool that holds so many bytes and records."""
    return SpoolFull(
        f"The spool holds {used_bytes:,} bytes, {unreceived:,} records without a receipt among them, and has no room: "
        "what is measured now is not kept. Bring the connection to the hub back, or raise its limit."
    )
