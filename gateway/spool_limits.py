"""How much of the card the spool may take, by the configuration and the partition it is on."""

import shutil
from pathlib import Path

from firmware_config.gateway import SPOOL_BYTES_MIN, GatewayConfig
from gateway.spool import SpoolLimits
from gateway.spool.reserve import RESERVE_BYTES

PARTITION_PERCENT = 70
"""The rest is for the reserve, the logs, and the wear levelling of the card."""

BYTES_DEFAULT_MAX = 268_435_456
"""256 MiB: 60 hours at 40 edges a second, of 31 bytes each. What is received stays until its room is needed, so in time
every spool is as large as its limit, and a start reads all of it, at some 3 MB/s: more is for those who ask."""

_DAY_S = 86_400.0


def limits_of(config: GatewayConfig) -> SpoolLimits:
    """The limits of a gateway's spool.

    Raises:
        OSError: the partition cannot be looked at.
    """
    bytes_max = config.spool_bytes_max or default_bytes_max(shutil.disk_usage(existing(config.spool)).total)
    age_max_s = config.spool_age_max_days * _DAY_S or None
    return SpoolLimits(bytes_max=bytes_max, when_full=config.spool_when_full, age_max_s=age_max_s)


def default_bytes_max(partition_bytes: int) -> int:
    """The limit where the configuration names none: 70 % of the partition, never into the reserve."""
    share = min(partition_bytes * PARTITION_PERCENT // 100, partition_bytes - RESERVE_BYTES)
    return max(SPOOL_BYTES_MIN, min(share, BYTES_DEFAULT_MAX))


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())
