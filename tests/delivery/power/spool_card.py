"""The spools whose card is cut off: small segments, so that new ones are made and old ones go all the time."""

from random import Random
from uuid import UUID

from gateway.spool import Disk, SensorSettings, SpoolLimits
from gateway.spool.epochs import Epochs

GATEWAY = "a127-rayleigh-weir"
SENSORS = (
    SensorSettings("detector-1", "detector", 60_000, b"\x01\x02\x03\x04\x05\x06\x07\x08"),
    SensorSettings("detector-2", "detector", 5_000, b"\x11\x12\x13\x14\x15\x16\x17\x18"),
)
LIMITS = {
    "reject_new": SpoolLimits(192 * 1024, 4 * 1024, "reject_new", reserve_bytes=64 * 1024),
    "drop_oldest": SpoolLimits(96 * 1024, 4 * 1024, "drop_oldest", reserve_bytes=64 * 1024),
}
IMAGE_BYTES = 24 * 1024 * 1024


def open_spools(disk: Disk, when_full: str, boot: int) -> Epochs:
    """Open them as the gateway does at its start.

    Arguments:
        when_full: the policy, which says how large they may grow.
        boot: number of the boot of the machine; another one after each power cut. New epochs are drawn from it, so
            that two copies of one card go the same way.
    """
    rng = Random(f"epochs of boot {boot}")
    boot_id = UUID(int=0x1000 + boot)
    spools = Epochs.open(
        disk, GATEWAY, boot_id, limits=LIMITS[when_full], new_epoch=lambda: f"{rng.getrandbits(64):016x}"
    )
    spools.define(SENSORS)
    return spools
