"""Ingest: messages of gateways in; dead letters, readings and ranges kept; receipts out.

It owns no thread, socket or sleep.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cloud.collaborators import Books, Named
from cloud.conflicts import REASON_CONFLICT, Conflicts
from cloud.counts import Counts
from cloud.feed import Feed
from cloud.gap_watch import GapWatch
from cloud.incoming import Incoming, IncomingPack, IncomingReply, IncomingStatus, letter, understand
from cloud.letters import DeadLetter
from cloud.receipts import NO_EPOCH, Outgoing, Ranges, Spool, receipts
from cloud.stores.protocol import Fate, Store, StorePack
from sensorhub.clock import MachineClock
from sensorhub.pack import MESSAGE_BYTES_MAX
from sensorhub.ranges import RangeSet
from sensorhub.reading import US_PER_S
from sensorhub.status import is_nonce
from sensorhub.topics import OPEN_ROOT, GatewayTopic, parse_topic

_log = logging.getLogger(__name__)

WAITING_STATUSES_MAX = 100
"""Statuses of gateways not yet named that are kept in memory, at most 64 KiB each, to be answered once they are."""

SAID_AGAIN_S = 60.0
"""At most one line of log per gateway in this time says that messages became dead letters."""


HASHES_KEPT_US = 30 * 24 * 3_600 * US_PER_S
"""A pack that comes again later than this is taken for a duplicate by its range alone."""

FORGET_EVERY_S = 3_600.0
FORGOTTEN_PER_CALL = 1_000
"""Ranges whose hashes are forgotten at a time: packs wait meanwhile."""


@dataclass(slots=True)
class _Group:
    """The messages of one group by what is to be done with them."""

    letters: list[DeadLetter] = field(default_factory=list)
    packs: list[IncomingPack] = field(default_factory=list)
    statuses: list[IncomingStatus] = field(default_factory=list)
    replies: list[IncomingReply] = field(default_factory=list)
    foreign: Counter[str] = field(default_factory=Counter)
    heard: dict[str, int] = field(default_factory=dict)
    unnamed: list[tuple[Incoming, GatewayTopic]] = field(default_factory=list)


class Ingest:
    """Takes groups of messages, in one thread.

    Arguments:
        registry: who is named, with keys.
        state: where dead letters, commands, gaps and findings go.
        store: where readings go.
        feed: told what comes.
        clock: for receipts' time, for the numbers of commands, and for how often something is said.
        root: of the topics that it takes (default open data); what comes on others is a stray.
    """

    def __init__(
        self,
        registry: Named,
        state: Books,
        store: Store,
        feed: Feed,
        clock: MachineClock,
        *,
        root: str = OPEN_ROOT,
    ) -> None:
        self._registry = registry
        self._state = state
        self._store = store
        self._feed = feed
        self._clock = clock
        self._root = root
        self._connections: dict[str, str] = {}
        self._waiting: dict[str, Incoming] = {}
        self._said_s: dict[str, float] = {}
        self._conflicts = Conflicts(registry, state, clock)
        self._gaps = GapWatch(store, state, clock)
        self._forget_at_s = 0.0
        self.counts = Counts()

    def handle(self, messages: Sequence[Incoming]) -> list[Outgoing]:
        """Keep a group of messages durably and return what to publish; then all of them may be acknowledged.

        Dead letters are committed first, then readings and ranges in one call of the store, then receipts are made,
        and commands where packs are in conflict.

        Raises:
            StoreUnavailable: nothing may be receipted or acknowledged; call again with the same group.
        """
        group = _Group()
        for message in messages:
            self._sort(message, group)
        self._keep_letters(group.letters)
        self._keep_letters(self._conflicts.replied(group.replies))
        self._tell_foreign(group.foreign)
        for pack in group.packs:
            if pack.readable:
                self._feed.arrived(pack.pack)
        store_id = self._store.id  # read first: what is wanted again under a later id must not be told under that
        pack_answers = self._write(group.packs, store_id)
        answers = [answer for said in group.statuses for answer in self._answer(said, store_id)]
        for said in group.statuses:
            self._gaps.said(said.gateway, said.status, said.message.arrived_us)
        self._show(group)
        return answers + pack_answers  # the answer first: it tells the id of the store that the others name

    def refresh(self) -> list[Outgoing]:
        """Look who is named now, answer the statuses that waited, work out gaps; called every second or so.

        Raises:
            StoreUnavailable: call again later.
        """
        for gateway in self._registry.refresh():
            self._connections.pop(gateway, None)
            self._feed.retired(gateway)
        ready = [gateway for gateway in self._waiting if self._registry.key(gateway) is not None]
        answers = self.handle([self._waiting[gateway] for gateway in ready])
        for gateway in ready:
            del self._waiting[gateway]
        self._registry.note()
        self._gaps.refresh()
        self._forget_hashes()
        return answers

    def _forget_hashes(self) -> None:
        now_s = self._clock.monotonic_s()
        if now_s < self._forget_at_s:
            return
        done = self._store.forget_hashes(self._clock.wall_us() - HASHES_KEPT_US, FORGOTTEN_PER_CALL)
        self._forget_at_s = now_s if done == FORGOTTEN_PER_CALL else now_s + FORGET_EVERY_S

    def set_aside(self, message: Incoming, reason: str) -> None:
        """Keep a message that could not be handled as a dead letter; it gets no receipt, so its gateway keeps it too.

        Raises:
            StoreUnavailable: it is not kept.
        """
        topic = self._ours(message)
        if topic is not None and self._registry.key(topic.gateway) is not None and self._room(topic.gateway):
            self._keep_letters([letter(topic.gateway, message, reason)])

    def _ours(self, message: Incoming) -> GatewayTopic | None:
        topic = parse_topic(message.topic)
        return topic if topic is not None and topic.root == self._root else None

    def _sort(self, message: Incoming, group: _Group) -> None:
        topic = self._ours(message)
        if topic is None:
            self.counts.strays += 1
            return
        if self._registry.key(topic.gateway) is None:
            group.unnamed.append((message, topic))
            return
        group.heard[topic.gateway] = message.arrived_us
        understood = understand(message, topic)
        if understood.letters:
            if not self._room(topic.gateway):
                return
            self.counts.malformed += 1
            group.letters += understood.letters
        if understood.foreign:
            group.foreign[topic.gateway] += 1
        if understood.reply is not None:
            group.replies.append(understood.reply)
        if understood.pack is not None:
            group.packs.append(understood.pack)
        if understood.status is not None:
            group.statuses.append(understood.status)

    def _room(self, gateway: str) -> bool:
        """Whether another dead letter of this gateway may be kept; where not, the message gets no receipt."""
        if self._state.dead_letter_room(gateway):
            return True
        self.counts.no_room += 1
        if self._may_say(f"{gateway} room"):
            _log.warning(
                "Gateway %s has as many dead letters as are kept for one gateway: its messages that cannot be "
                "accepted get no receipt. Look at them with: sensorhub dead-letters list.",
                gateway,
            )
        return False

    def _keep_letters(self, letters: Sequence[DeadLetter]) -> None:
        if not letters:
            return
        self._state.add_dead_letters(letters)
        for one in letters:
            if self._may_say(one.gateway):
                _log.warning(
                    "A message of gateway %s on %s became a dead letter: %s. More within a minute are not said.",
                    one.gateway,
                    one.topic[:200],
                    one.reason,
                )

    def _may_say(self, what: str) -> bool:
        now_s = self._clock.monotonic_s()
        if what in self._said_s and now_s < self._said_s[what] + SAID_AGAIN_S:
            return False
        self._said_s[what] = now_s
        return True

    def _tell_foreign(self, counts: Counter[str]) -> None:
        for gateway, count in counts.items():
            text = "sends packs in which it names another gateway: a wrong configuration, or somebody plays with it"
            self._state.add_finding("security", gateway, text, count, self._clock.wall_us())

    def _write(self, packs: Sequence[IncomingPack], store_id: str) -> list[Outgoing]:
        if not packs:
            return []
        outcomes = self._store.write([item.pack for item in packs])
        ranges: dict[Spool, Ranges] = {}
        clashes: list[DeadLetter] = []
        clashed: list[IncomingPack] = []
        committed: list[StorePack] = []
        for item, outcome in zip(packs, outcomes, strict=True):
            pack_id = item.pack.id
            if outcome.fate is Fate.CONFLICT:
                self.counts.conflicts += 1
                clashed.append(item)
                if item.readable:  # an unreadable one is a dead letter already
                    if not self._room(pack_id.gateway):
                        continue
                    clashes.append(letter(pack_id.gateway, item.message, REASON_CONFLICT))
            else:
                committed.append(item.pack)
                self.counts.stored += outcome.fate is Fate.STORED
                self.counts.duplicates += outcome.fate is Fate.DUPLICATE
                self.counts.renewed += outcome.fate is Fate.RENEWED
            ranges.setdefault(item.spool, Ranges()).add(pack_id.first, pack_id.last, outcome.refused)
        self._feed.committed([pack.id for pack in committed])
        self._gaps.stored(committed)
        self._keep_letters(clashes)
        commands = self._conflicts.met(clashed)
        answers = [answer for spool, named in ranges.items() for answer in self._receipts(spool, named, store_id, "")]
        return answers + commands

    def _answer(self, said: IncomingStatus, store_id: str) -> Iterator[Outgoing]:
        status = said.status
        if not is_nonce(status.nonce):
            return
        if not status.epochs:
            yield from self._receipts(Spool(said.root, said.gateway, NO_EPOCH), Ranges(), store_id, status.nonce)
        for spool in status.epochs:
            ranges = Ranges()
            if spool.next > spool.lowest:
                kept = self._store.kept(said.gateway, spool.epoch, spool.lowest, spool.next - 1)
                ranges = Ranges(RangeSet(kept.stored), RangeSet(kept.refused))
            yield from self._receipts(Spool(said.root, said.gateway, spool.epoch), ranges, store_id, status.nonce)

    def _receipts(self, spool: Spool, ranges: Ranges, store_id: str, nonce: str) -> Iterator[Outgoing]:
        key = self._registry.key(spool.gateway)
        assert key is not None  # the registry changes between groups only
        return receipts(spool, ranges, store=store_id, nonce=nonce, time_us=self._clock.wall_us(), key=key)

    def _show(self, group: _Group) -> None:
        for said in group.statuses:
            newest = self._connections.get(said.gateway)
            if said.status.state == "lost" and newest not in {None, said.status.connection}:
                continue  # the will of a connection that a newer one has replaced
            self._connections[said.gateway] = said.status.connection
            self._feed.status(said.gateway, said.status, said.message.arrived_us)
        for gateway, arrived_us in group.heard.items():
            self._registry.heard(gateway, arrived_us)
        for message, topic in group.unnamed:
            if self._registry.forget(topic.gateway, message.arrived_us):
                self._feed.unnamed(topic.gateway, 1)
            if topic.levels == ("status",) and 0 < len(message.payload) <= MESSAGE_BYTES_MAX:
                self._wait(topic.gateway, message)

    def _wait(self, gateway: str, message: Incoming) -> None:
        self._waiting.pop(gateway, None)
        if len(self._waiting) >= WAITING_STATUSES_MAX:
            del self._waiting[next(iter(self._waiting))]  # that gateway sends another within a minute
        self._waiting[gateway] = message
