"""All spools of a gateway on one disk: the current one, and those of older epochs, which drain.

A plain synchronous object for one thread, like the spools themselves.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from gateway.spool.disk import Disk
from gateway.spool.entries import Anchor, Entry, SensorSettings
from gateway.spool.errors import SpoolFull, SpoolUnwritable, cannot_open
from gateway.spool.folders import (
    current_epoch,
    draining,
    go_on_with,
    make_epoch,
    mark_draining,
    remove_epoch,
    remove_leftovers,
    unmarked,
)
from gateway.spool.opening import taken
from gateway.spool.recovery import recover
from gateway.spool.reserve import Reserve
from gateway.spool.room import SpoolLimits
from gateway.spool.spool import Spool
from sensorhub.ranges import Range


class Epochs:
    """Made by `Epochs.open`.

    An epoch is left when its card was copied, or when the hub says so. From then on no record is added to it, but what
    it holds is sealed, sent and freed under its own name, before anything of the current one has to go.

    Arguments:
        draw: draws 16 hex digits for a new epoch.
    """

    def __init__(
        self, disk: Disk, gateway: str, boot_id: UUID, limits: SpoolLimits, draw: Callable[[], str], reserve: Reserve
    ) -> None:
        self._disk = disk
        self._gateway = gateway
        self._boot_id = boot_id
        self._limits = limits
        self._draw = draw
        self._reserve = reserve
        self._sensors: tuple[SensorSettings, ...] = ()
        self._elders: list[Spool] = []
        self._shared: list[_Draining] = []
        with suppress(OSError):
            remove_leftovers(disk)
        chosen = current_epoch(disk) or make_epoch(disk, draw())
        for epoch in [*draining(disk), *(epoch for epoch in unmarked(disk) if epoch != chosen)]:
            self._drain(self._recovered(epoch, ()))
        self.current = self._recovered(chosen, self._shared)

    @classmethod
    def open(
        cls, disk: Disk, gateway: str, boot_id: UUID, *, limits: SpoolLimits, new_epoch: Callable[[], str]
    ) -> "Epochs":
        """Recover all spools on `disk`, or make a first one.

        Arguments:
            gateway: id; segments of another gateway are set aside.
            boot_id: which boot the measurement clock counts from.
            limits: how large they may grow together.
            new_epoch: draws 16 hex digits.

        Raises:
            SpoolInUse: another process has them.
            SpoolUnwritable: the disk refuses to be written; damaged content is never a reason.
        """
        with taken(disk, gateway, limits) as reserve:
            return cls(disk, gateway, boot_id, limits, new_epoch, reserve)

    def _recovered(self, epoch: str, elders: Sequence["_Draining"]) -> Spool:
        found = recover(self._disk, epoch, self._gateway, self._boot_id)
        return Spool(self._disk, self._gateway, self._boot_id, epoch, self._limits, found, self._reserve, elders=elders)

    def _drain(self, spool: Spool) -> None:
        self._elders.append(spool)
        self._shared.append(_Draining(spool, self._retire))

    @property
    def draining(self) -> tuple[Spool, ...]:
        """Older spools, in the order in which they were left: sealed, sent and freed, never added to."""
        return tuple(self._elders)

    @property
    def all(self) -> tuple[Spool, ...]:
        """Those that drain, then the current one."""
        return (*self._elders, self.current)

    @property
    def findings(self) -> tuple[str, ...]:
        """What recovery found wrong, sentences for the log."""
        return tuple(finding for spool in self.all for finding in spool.findings)

    @property
    def used_bytes(self) -> int:
        """What all of them take on the disk."""
        return self.current.used_bytes

    @property
    def freeable_bytes(self) -> int:
        """How much of it is kept only as long as its room is not needed: all of it is received."""
        return self.current.freeable_bytes

    @property
    def free_bytes(self) -> int:
        """What readings and edges may still take, by the limit or by the disk, whichever is nearer."""
        return self.current.free_bytes

    @property
    def unreceived(self) -> int:
        """How many records have no receipt."""
        return sum(spool.unreceived for spool in self.all)

    def get(self, epoch: str) -> Spool | None:
        """The spool of an epoch."""
        return next((spool for spool in self.all if spool.epoch == epoch), None)

    def define(self, sensors: Sequence[SensorSettings]) -> None:
        """Name the sensors of this process; see `Spool.define`."""
        self._sensors = tuple(sensors)
        self.current.define(sensors)

    def append(self, entries: Sequence[Entry], *, closing: bool = False) -> int:
        """Accept entries into the current spool; see `Spool.append`. Anchors go to all with records to seal."""
        first = self.current.append(entries, closing=closing)
        anchors = [entry for entry in entries if isinstance(entry, Anchor)]
        for spool in self._elders:
            if anchors and spool.unsealed():
                with suppress(SpoolFull, SpoolUnwritable):  # the next anchor serves as well
                    spool.append(anchors)
        return first

    def begin(self, cut: Sequence[Entry], opening: Sequence[Entry]) -> Spool:
        """Leave the current epoch for a new one; a power cut leaves the one or the other, whole.

        Arguments:
            cut: what closes the open intervals; appended to the old epoch, so that none spans two.
            opening: what the new one begins with: the newest anchor, and how the contacts are.

        Returns:
            The new current spool.

        Raises:
            SpoolFull, SpoolUnwritable: where `current` is still the old one, nothing changed but that `cut` may have
                been accepted; where it is a new one, `opening` is still to be appended.
        """
        old = self.current
        old.append(cut)
        try:
            mark_draining(self._disk, old.epoch)
            new = self._begun(old)
        except (OSError, SpoolUnwritable) as error:
            go_on_with(self._disk, old.epoch, known={spool.epoch for spool in self.all})
            raise cannot_open(self._gateway, error) if isinstance(error, OSError) else error from error
        new.define(self._sensors)
        new.append(opening)
        return new

    def _begun(self, old: Spool) -> Spool:
        epoch = make_epoch(self._disk, self._draw())
        new = self._recovered(epoch, self._shared)
        old.drain()
        self._drain(old)
        self.current = new
        return new

    def receive(self, epoch: str, ranges: Sequence[Range]) -> int:
        """Note what a receipt names; see `Spool.receive`. Of an unknown epoch nothing."""
        spool = self.get(epoch)
        return spool.receive(epoch, ranges) if spool else 0

    def unreceive(self, epoch: str, ranges: Sequence[Range]) -> int:
        """Take receipts back; see `Spool.unreceive`."""
        spool = self.get(epoch)
        return spool.unreceive(epoch, ranges) if spool else 0

    def write_received(self) -> None:
        """Note the receipts; see `Spool.write_received`."""
        for spool in self.all:
            spool.write_received()

    def close(self) -> None:
        """Note the receipts and let go of the disk."""
        for spool in self.all:
            spool.rest()
        self._disk.unlock()

    def _retire(self, spool: Spool) -> int:
        """Delete a spool that has drained; returns how many bytes that freed."""
        freed = spool.own_bytes
        spool.rest()
        try:
            remove_epoch(self._disk, spool.epoch)
        except OSError:
            return 0
        at = self._elders.index(spool)
        del self._elders[at], self._shared[at]
        return freed


class _Draining:
    """An older spool as the room of the current one sees it: when all of it is received it goes as a whole."""

    def __init__(self, spool: Spool, retire: Callable[[Spool], int]) -> None:
        self._spool = spool
        self._retire = retire

    @property
    def used_bytes(self) -> int:
        return self._spool.own_bytes

    @property
    def freeable_bytes(self) -> int:
        return self._spool.freeable_bytes if self._spool.unreceived else self._spool.own_bytes

    def make_free(self, bytes_wanted: int) -> int:
        freed = self._spool.make_free(bytes_wanted)
        return freed + self._retire(self._spool) if freed < bytes_wanted and not self._spool.unreceived else freed

    def drop_oldest(self, reason: str) -> int:
        return self._spool.drop_oldest(reason) or (0 if self._spool.unreceived else self._retire(self._spool))
