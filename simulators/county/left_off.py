"""Where the gateway of a county's run was when its process ended, by its spool."""

from collections.abc import Sequence
from uuid import UUID

from firmware_config.gateway import GatewayConfig
from gateway.spool.disk import RealDisk
from gateway.spool.entries import BootNote
from gateway.spool.folders import current_epoch
from gateway.spool.recovery import recover


def left_off(config: GatewayConfig, boots: Sequence[UUID]) -> tuple[int, int] | None:
    """The last of these boots that the spool knows, by its number, and the newest boot clock of all of them.

    None where it knows none of them. Called while no agent has the spool.
    """
    disk = RealDisk(config.spool)
    epoch = current_epoch(disk) if config.spool.is_dir() else None
    if epoch is None:
        return None
    found = recover(disk, epoch, config.gateway, boots[0])
    notes = found.books.notes
    clocks_ns = {
        boots.index(boot): notes.get(index, BootNote(0, 0)).clock_ns
        for index, boot in found.dictionary.boots.items()
        if boot in boots
    }
    return (max(clocks_ns), max(clocks_ns.values())) if clocks_ns else None
