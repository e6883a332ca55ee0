"""The gateway's durable log: what is accepted is on disk until a receipt names it."""

from gateway.spool.disk import Disk, RealDisk, SpoolFile
from gateway.spool.entries import (
    Anchor,
    AnchorKind,
    BootNote,
    Edge,
    Entry,
    Located,
    MarkerEntry,
    Measured,
    ReadingEntry,
    Seal,
    SensorSettings,
)
from gateway.spool.epochs import Epochs
from gateway.spool.errors import SealRefused, SpoolFull, SpoolInUse, SpoolUnreadable, SpoolUnwritable
from gateway.spool.room import SpoolLimits
from gateway.spool.spool import Spool

__all__ = [
    "Anchor",
    "AnchorKind",
    "BootNote",
    "Disk",
    "Edge",
    "Entry",
    "Epochs",
    "Located",
    "MarkerEntry",
    "Measured",
    "ReadingEntry",
    "RealDisk",
    "Seal",
    "SealRefused",
    "SensorSettings",
    "Spool",
    "SpoolFile",
    "SpoolFull",
    "SpoolInUse",
    "SpoolLimits",
    "SpoolUnreadable",
    "SpoolUnwritable",
]
