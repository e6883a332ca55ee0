"""Conflicts: other content under sequences that are here already. The gateway is told to begin a new epoch.

The command goes out with the first conflict of an epoch, and again with back-off while conflicts go on: with the same
number until a reply came, with a new one after that, since another card under the same name may not have heard it.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cloud.collaborators import Books, Named
from cloud.incoming import IncomingPack, IncomingReply, letter
from cloud.letters import DeadLetter
from cloud.receipts import Outgoing, Spool
from sensorhub.clock import MachineClock
from sensorhub.command import Command, CommandName, encode_command
from sensorhub.signing import sign
from sensorhub.topics import gateway_topic

_log = logging.getLogger(__name__)

REASON_CONFLICT = (
    "other content than what is stored under these sequences: a copied card, a restored image or a fault; "
    "what came first is kept"
)
REASON_REPLY = "a reply to a command that this hub did not give"

COMMAND_AGAIN_S = 10.0
COMMAND_AGAIN_S_MAX = 3_600.0
"""Between two commands for one epoch: a gateway answers within a second, and one that drains what is in conflict with
another's records needs none of them."""

SPOOLS_MAX = 1_000
"""Spools in conflict that are remembered; of another one the command may be sent sooner again."""

NEW_EPOCH: CommandName = "new-epoch"


@dataclass(slots=True)
class _Told:
    due_s: float
    wait_s: float


class Conflicts:
    """Tells of conflicts, and tells gateways what to do.

    Arguments:
        named, books: who is named; where numbers, replies and findings are kept.
        clock: for numbers, and for when to say it again.
    """

    def __init__(self, named: Named, books: Books, clock: MachineClock) -> None:
        self._named = named
        self._books = books
        self._clock = clock
        self._told: dict[Spool, _Told] = {}
        self._said: set[Spool] = set()

    def met(self, items: Iterable[IncomingPack]) -> list[Outgoing]:
        """Note packs in conflict, and return the commands that are due.

        Raises:
            StoreUnavailable: call again with the same packs.
        """
        packs: dict[Spool, IncomingPack] = {}
        counts: Counter[str] = Counter()
        for item in items:
            packs.setdefault(item.spool, item)
            counts[item.spool.gateway] += 1
        for spool, item in packs.items():
            self._say(spool, item)
        for gateway, count in counts.items():
            text = "sends other content under sequences that are stored: a copied card or a restored image"
            self._books.add_finding("conflict", gateway, text, count, self._clock.wall_us())
        return [command for spool in packs for command in self._command(spool)]

    def _command(self, spool: Spool) -> Iterator[Outgoing]:
        now_s = self._clock.monotonic_s()
        told = self._told.get(spool)
        if told is not None and now_s < told.due_s:
            return
        key = self._named.key(spool.gateway)
        assert key is not None  # who is named changes between groups only
        number = self._books.command_number(spool.gateway, spool.epoch, self._clock.wall_us())
        wait_s = min(told.wait_s * 2, COMMAND_AGAIN_S_MAX) if told is not None else COMMAND_AGAIN_S
        self._told.pop(spool, None)
        if len(self._told) >= SPOOLS_MAX:
            del self._told[next(iter(self._told))]
        self._told[spool] = _Told(now_s + wait_s, wait_s)
        _log.info("Gateway %s is told to leave its epoch %s (command %d).", spool.gateway, spool.epoch, number)
        topic = gateway_topic(spool.root, spool.gateway, "command")
        yield Outgoing(topic, sign(key, topic, encode_command(Command(number, NEW_EPOCH, spool.epoch))))

    def replied(self, items: Iterable[IncomingReply]) -> list[DeadLetter]:
        """Keep replies; those to no command of ours come back as dead letters.

        Raises:
            StoreUnavailable: call again with the same replies.
        """
        letters: list[DeadLetter] = []
        for item in items:
            if not self._books.replied(item.gateway, item.reply, self._clock.wall_us()):
                letters.append(letter(item.gateway, item.message, REASON_REPLY))
                continue
            _log.info(
                "Gateway %s replies to command %d: %s%s",
                item.gateway,
                item.reply.number,
                "" if item.reply.ok else "not done: ",
                item.reply.text or "done",
            )
        return letters

    def _say(self, spool: Spool, item: IncomingPack) -> None:
        if spool in self._said or len(self._said) >= SPOOLS_MAX:
            return
        self._said.add(spool)
        _log.error(
            "Gateway %s sends other content under sequences that are stored (epoch %s, %d to %d): a copied card or a "
            "restored image. What came first is kept, the other is a dead letter, and the gateway is told to begin a "
            "new epoch; if two gateways have this name, give one of them another name and an empty spool.",
            spool.gateway,
            spool.epoch,
            item.pack.id.first,
            item.pack.id.last,
        )
