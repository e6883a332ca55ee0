"""The ingester: one thread that takes messages in groups, has them kept, publishes the receipts, then acknowledges."""

import logging
import queue
import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cloud.incoming import Incoming
from cloud.ingest import Ingest
from cloud.receipts import Outgoing
from cloud.stores.protocol import StoreUnavailable
from cloud.trouble import Troubles

_log = logging.getLogger(__name__)

RECEIVE_MAX = 200
"""Messages the broker may leave with us unacknowledged (MQTT 5: Receive Maximum)."""

QUEUE_BYTES_MAX = 33_554_432
"""mosquitto 2.0 keeps Receive Maximum until the first acknowledgement, then sends all it has (measured with 2.0.11)."""

MESSAGE_BYTES = 1_024
"""What a message costs in memory besides its payload, so that many small ones cannot pass as nothing."""

GROUP_MAX = 100
"""Messages in one commit: enough to share its cost, few enough to hold them unpacked (up to 1 MiB each)."""

IDLE_S = 0.2
"""How long an idle ingester sleeps before it looks for newly named gateways."""

BACK_OFF_FIRST_S = 0.5
BACK_OFF_MAX_S = 30.0
"""While the store is away the gateways hold the data; half a minute more costs them nothing."""

_SOURCE = "store"
_NAMING = "registry"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in our hands and what its acknowledgement must name: the connection it came by, and its id there."""

    message: Incoming
    qos: int
    generation: int = 0
    mid: int = 0


def _cost_bytes(delivery: Delivery) -> int:
    return len(delivery.message.payload) + MESSAGE_BYTES


class Jitter(Protocol):
    """Chance, as of `random.Random`."""

    def uniform(self, low: float, high: float, /) -> float:
        """A number between the two."""
        ...


class Link(Protocol):
    """The broker as the ingester needs it; called from the ingest thread, returns at once."""

    def publish(self, outgoing: Outgoing) -> None:
        """Send with QoS 1; without a connection it is dropped, and the gateway asks again."""
        ...

    def acknowledge(self, delivery: Delivery) -> None:
        """Let the broker forget a message; nothing happens where its connection is gone."""
        ...


class Room(Protocol):
    """The disk as the ingester needs it; called from the ingest thread before each group."""

    def check(self) -> None:
        """Whether there is room for more.

        Raises:
            StoreUnavailable: there is none: nothing may be kept or receipted.
        """
        ...


class Ingester:
    """Runs `Ingest` in a thread of its own.

    Arguments:
        ingest: the core.
        troubles: told when the store takes no data, and when it does again.
        room: the disk of the hub; None: nobody looks at it.
        jitter: source of chance for the back-off.
    """

    def __init__(
        self, ingest: Ingest, troubles: Troubles, room: Room | None = None, jitter: Jitter | None = None
    ) -> None:
        self._ingest = ingest
        self._room = room
        self._troubles = troubles
        self._jitter: Jitter = jitter or random.Random()  # noqa: S311  # spreads load, hides nothing
        self._queue: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        self._queued_bytes = 0
        self._left_out = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._link: Link | None = None
        self._faults_said: set[str] = set()

    def start(self, link: Link) -> None:
        """Begin to take what `offer` was given."""
        self._link = link
        self._thread.start()

    def stop(self) -> None:
        """Ask it to end after the group in hand; what waits is left to the broker and the gateways."""
        self._stopping.set()

    def join(self, timeout_s: float) -> None:
        """Wait until it has ended."""
        self._thread.join(timeout_s)

    def offer(self, delivery: Delivery) -> bool:
        """Take a message, from any thread, at once; False where there is no room and its gateway must send again.

        QoS 0, which a gateway has no reason to use, may fill half of the room and never keeps QoS 1 out.
        """
        room_bytes = QUEUE_BYTES_MAX if delivery.qos else QUEUE_BYTES_MAX // 2
        with self._lock:
            if self._queued_bytes + _cost_bytes(delivery) > room_bytes:
                self._left_out += 1
                if self._left_out == 1:
                    _log.warning("More messages come than can be kept: some are left to the gateways to send again.")
                return False
            self._queued_bytes += _cost_bytes(delivery)
        self._queue.put(delivery)
        return True

    def _run(self) -> None:
        assert self._link is not None
        while not self._stopping.is_set():
            group = self._next_group()
            if group:
                self._keep(group, self._link)
            self._refresh(self._link)

    def _next_group(self) -> list[Delivery]:
        group: list[Delivery] = []
        try:
            group.append(self._queue.get(timeout=IDLE_S))
            while len(group) < GROUP_MAX:
                group.append(self._queue.get_nowait())
        except queue.Empty:
            pass
        with self._lock:
            self._queued_bytes -= sum(map(_cost_bytes, group))
            if self._left_out and not self._queued_bytes:
                _log.info("All that comes is taken again; %d messages were left to be sent again.", self._left_out)
                self._left_out = 0
        return group

    def _refresh(self, link: Link) -> None:
        try:
            answers = self._ingest.refresh()
        except StoreUnavailable as error:
            # Packs may be stored all the same: a trouble of its own, which their success does not end.
            self._troubles.begin(_NAMING, f"The hub's own notes cannot be kept. {error}")
            return
        except Exception as error:  # supervisor: naming gateways must not end the ingest of the others
            self._say_fault(error, "looking for newly named gateways")
            return
        self._troubles.end(_NAMING, "The hub's own notes are kept again.")
        for answer in answers:
            link.publish(answer)

    def _keep(self, group: Sequence[Delivery], link: Link) -> None:
        """Keep a group, however long it takes; it comes back only then, or when all is to end."""
        attempt = 0
        fault: Exception | None = None
        while not self._stopping.is_set() and fault is None:
            try:
                if self._room is not None:
                    self._room.check()
                answers = self._ingest.handle([delivery.message for delivery in group])
            except StoreUnavailable as error:
                self._unavailable(error)
                self._stopping.wait(self._back_off_s(attempt, error.retry_after_s))
                attempt += 1
                continue
            except Exception as error:  # supervisor: one message that breaks us must not stop the others
                fault = error
                continue
            self._troubles.end(_SOURCE, "The store takes data again.")
            for answer in answers:
                link.publish(answer)
            for delivery in group:
                link.acknowledge(delivery)
            return
        if fault is not None:
            self._take_apart(group, link, fault)

    def _take_apart(self, group: Sequence[Delivery], link: Link, error: Exception) -> None:
        """Find the message on which the core fails; that one is set aside, without a receipt."""
        if len(group) > 1:
            for delivery in group:
                self._keep([delivery], link)
            return
        delivery = group[0]
        self._say_fault(error, f"a message on {delivery.message.topic[:200]!r}")
        try:
            self._ingest.set_aside(delivery.message, f"the hub failed on it: {type(error).__name__}")
        except StoreUnavailable as unavailable:
            self._unavailable(unavailable)
            return  # not acknowledged: the broker brings it again with the next connection
        link.acknowledge(delivery)

    def _unavailable(self, error: StoreUnavailable) -> None:
        self._troubles.begin(_SOURCE, f"No data is taken. {error}")

    def _back_off_s(self, attempt: int, asked_s: float | None) -> float:
        if asked_s is not None:
            return min(asked_s, BACK_OFF_MAX_S)
        ceiling_s = min(BACK_OFF_MAX_S, BACK_OFF_FIRST_S * 2 ** min(attempt, 10))
        return self._jitter.uniform(ceiling_s / 2, ceiling_s)

    def _say_fault(self, error: Exception, what: str) -> None:
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        kind = f"{type(error).__name__} at line {last.tb_lineno if last else 0}"
        if kind not in self._faults_said:
            self._faults_said.add(kind)
            _log.error("The hub failed on %s; others are not affected. Please report this.", what, exc_info=error)
