"""The spool whose card is cut off: small segments, so that new ones are made and old ones go all the time."""

from uuid import UUID

from gateway.spool import Disk, SensorSettings, Spool, SpoolLimits

EPOCH = "5f0c2a9e41d07b36"
GATEWAY = "a127-rayleigh-weir"
SENSORS = (
    SensorSettings("detector-1", "detector", 60_000, b"\x01\x02\x03\x04\x05\x06\x07\x08"),
    SensorSettings("detector-2", "detector", 5_000, b"\x11\x12\x13\x14\x15\x16\x17\x18"),
)
LIMITS = SpoolLimits(bytes_max=192 * 1024, segment_bytes=4 * 1024)
IMAGE_BYTES = 24 * 1024 * 1024


def open_spool(disk: Disk, boot: int) -> Spool:
    """Open it as the gateway does at its start.

    Arguments:
        boot: number of the boot of the machine; another one after each power cut.
    """
    boot_id = UUID(int=0x1000 + boot)
    spool = Spool.open(disk, GATEWAY, boot_id, limits=LIMITS, new_epoch=lambda: EPOCH)
    spool.define(SENSORS)
    return spool
