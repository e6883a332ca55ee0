"""One gateway of a simulation: its machine, its spools against the ledger, and its link to the broker."""

import json
import random
from typing import Protocol
from uuid import UUID

from gateway.spool import Spool
from gateway.uplink.driver import Granted, LinkSilent, Message
from sensorhub.pack import body_hash, decompress
from sensorhub.ranges import Range, RangeSet
from sensorhub.receipt import Receipt, ReceiptMalformed, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from tests.delivery.simulated.accounts import EpochLedger
from tests.delivery.simulated.broker import Broker, Packet
from tests.delivery.simulated.clock import Timeline
from tests.delivery.simulated.going import Going
from tests.delivery.simulated.machine import Machine
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.process import Process
from tests.delivery.simulated.store import pack_named
from tests.delivery.simulated.trace import Broken, Log

NOTICED_S = 20.0
"""How long a dead connection can look alive."""


class Auditor(Protocol):
    """Asked before and told after what a gateway does with records."""

    def freed(self, gateway: "Gateway", epoch: str, gone: Range) -> None:
        """The spool does not keep these records any more."""
        ...

    def received(self, gateway: "Gateway", epoch: str, named: Range) -> None:
        """The spool says that these records have a receipt."""
        ...


class Gateway(Machine):
    """Arguments:
    name, label: see `Machine`.
    broker: that it connects to.
    auditor: checks what needs the hub's side too.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: bytes,
        plan: Plan,
        timeline: Timeline,
        chance: random.Random,
        broker: Broker,
        auditor: Auditor,
        log: Log,
    ) -> None:
        super().__init__(name, label, key, plan, timeline, chance, log)
        self.connected = False
        self.knows: dict[str, str] = {}
        self.network = True
        self.barred = False
        self.deaf_until_s = 0.0
        self._broker = broker
        self._auditor = auditor
        self._nonce = ""
        self._unanswered: list[str] = []
        self._connecting = False
        self._hearing: Receipt | None = None
        self._going = Going()

    def _started(self) -> None:
        self.observe()
        self.connect_in(self._chance.random())

    def _stopped(self, process: Process) -> None:
        self.observe()
        if self.connected:
            self._publish(process.outbox.farewell())

    def _ended(self) -> None:
        self.knows = {}
        if self.connected:
            self.connected = False
            self._timeline.after(self._chance.random() * NOTICED_S, lambda: self._broker.disconnect(self, None))

    # The spools against the ledger -------------------------------------------------------------------------------

    def _recovered(self, process: Process) -> None:
        there: set[tuple[UUID, str, int]] = set()
        for spool in process.spools:
            known = self._known(spool)
            if spool.next < known.next:
                raise Broken("sequence", f"{spool.epoch} goes on with {spool.next} after {known.next - 1} was given")
            kept = self.ledger.journal(spool.epoch, spool.boots, process.boot, spool.scan(), there)
            for index, boot in spool.boots.items():
                self.ledger.times.note(boot, spool.anchors(index))
            self._let_go(spool.epoch, known, kept_now=[*kept])
        self.ledger.open_intervals(there)
        self._going = Going()
        self.card.removing = lambda epoch: self._going.look(process.epochs.get(epoch), self.ledger, self.card)

    def uncounted(self) -> list[str]:
        """Accepted closures that are in no reading, in words."""
        return [
            f"{self.label}: the closures {contact.closures[contact.counted :]} of {sensor} are in no reading"
            for (boot, sensor), contact in self.ledger.contacts.items()
            if contact.counted < len(contact.closures) and self.ledger.counts(boot)
        ]

    def _known(self, spool: Spool) -> EpochLedger:
        return self.ledger.epochs.setdefault(spool.epoch, EpochLedger())

    def _let_go(self, epoch: str, known: EpochLedger, kept_now: list[Range]) -> None:
        gone = [*known.kept]
        known.kept = RangeSet(kept_now)
        for first, last in gone:
            for part in known.kept.missing(first, last):
                self._auditor.freed(self, epoch, part)

    def observe(self) -> None:
        """Look at what the spools say now, and compare it with the ledger."""
        process = self.process
        if process is None:
            return
        removed, self.card.removals = self.card.removals, 0
        for spool in process.spools:
            known = self._known(spool)
            if spool.next > known.next:
                for located in self._going.records(spool, known.next):
                    self.ledger.take(spool.epoch, spool.boots, process.boot, located)
                known.next = spool.next
                known.segments |= self.card.segments(spool.epoch)
            anchors = spool.anchors(spool.boot)
            if len(anchors) != known.anchors:
                known.anchors = len(anchors)
                self.ledger.times.note(process.boot, anchors)
            if removed:
                self._let_go(spool.epoch, known, known.on_card(self.card.segments(spool.epoch)))
            received = list(spool.received)
            if received != known.received:
                known.received = received
                for named in received:
                    self._auditor.received(self, spool.epoch, named)
        if removed:
            for epoch in sorted(self.ledger.epochs.keys() - {spool.epoch for spool in process.spools}):
                self._let_go(epoch, self.ledger.epochs[epoch], [])

    # What it does --------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Let traffic pass and make durable what it gave."""
        if self.measuring:
            self._let_pass()
        process = self.process
        if process is not None and self._run("committing", process.commit):
            self.observe()
            if process.outbox.leave_epoch:
                self._leave_epoch(process)
        self.pump()

    def _leave_epoch(self, process: Process) -> None:
        old = process.epochs.current
        if self._run("leaving its epoch", process.leave_epoch) and process.epochs.current is not old:
            self._log(f"begins epoch {process.epochs.current.epoch}")
            self.observe()
            if process.refused:
                self.ledger.forgive(process.boot)

    def pump(self) -> None:
        """Publish what is due."""
        process = self.process
        if process is None or not self.connected:
            return
        due: list[Message] = []
        try:
            alive = self._run("sending", lambda: due.extend(process.due()))
        except LinkSilent:
            self._log("hears nothing and connects anew")
            self.lose_link(silent=False)
            return
        if alive:
            self.observe()
        for message in due if alive else ():
            if not self.honest and self._chance.random() < self._plan.half_published:
                self.lose_link(silent=False)
                return
            self._publish(message)

    def _publish(self, message: Message) -> None:
        pack_id = pack_named(message.topic)
        if pack_id is not None:
            body = body_hash(decompress(message.payload))
            known = self.ledger.epochs[pack_id.epoch]
            wrong = known.send(pack_id.first, pack_id.last, body)
            if wrong is not None and not self.ledger.damaged:
                raise Broken("pack", f"{pack_id} {wrong}")
            unsettled = self.card.settled(pack_id.epoch)
            if unsettled is not None:
                raise Broken("I4", f"{pack_id} is sent while a power cut could take part of {unsettled}")
            self._log(f"sends {pack_id.first}-{pack_id.last} {body}")
            if not self.honest and self._chance.random() < self._plan.puback_refuses and self.process is not None:
                self.process.outbox.refused(message.topic, 0x97, "Quota exceeded")
                return
        elif message.topic.endswith("/status"):
            self._nonce = json.loads(message.payload).get("nonce", "")
            self._log("sends its status")
        if not self.network:
            self._unanswered.append(message.topic)
        else:
            self._broker.publish(self, Packet(message.topic, message.payload, message.retain))

    # The link ------------------------------------------------------------------------------------------------------

    def connect_in(self, seconds: float) -> None:
        """Try to connect so many seconds from now."""
        if not self._connecting:
            self._connecting = True
            self._timeline.after(seconds, self._connect)

    def _connect(self) -> None:
        self._connecting = False
        process = self.process
        if process is None or self.connected:
            return
        if self.barred or not self.network or not self._broker.connect(self):
            self.connect_in(self._chance.uniform(1, 8))
            return
        self.connected = True
        self._log("is connected")
        self._unanswered = []
        limit = None if self.honest else self._plan.packet_bytes_max
        process.outbox.connected(Granted(packet_bytes_max=limit) if limit else Granted())
        self.pump()

    def lose_link(self, *, silent: bool) -> None:
        """The connection is gone; with `silent` the broker finds out later."""
        if not self.connected or self.process is None:
            return
        self.connected = False
        will = self.process.outbox.will()
        packet = Packet(will.topic, will.payload, will.retain)
        self.process.outbox.disconnected(self._unanswered)
        self._timeline.after(self._chance.random() * NOTICED_S if silent else 0.0, lambda: self._drop_client(packet))
        self._log("has lost its link")
        self.connect_in(self._chance.uniform(0.1, 6))

    def _drop_client(self, will: Packet) -> None:
        if not self.connected:
            self._broker.disconnect(self, will)

    def taken_over(self) -> None:
        """Another client with this name has connected."""
        self.lose_link(silent=False)

    def cut_network(self, seconds: float) -> None:
        """Nothing passes for so long; the gateway notices some time later."""
        self.network = False
        self._log(f"has no network for {seconds:.0f} s")
        self._timeline.after(self._chance.random() * NOTICED_S, lambda: self.lose_link(silent=True))
        self._timeline.after(seconds, self._network_back)

    def _network_back(self) -> None:
        self.network = True

    def arrived(self, topic: str, payload: bytes) -> None:
        """A message came by the link."""
        process = self.process
        if process is None or not self.connected or not self.network:
            return
        if self._timeline.elapsed_s < self.deaf_until_s:
            return
        if not self._run("receiving", lambda: process.received(topic, payload)):
            return
        try:
            receipt = decode_receipt(verify(self.key, topic, payload))
        except (SignatureWrong, ReceiptMalformed):
            pass
        else:
            if receipt.nonce and receipt.nonce == self._nonce:
                self.knows[receipt.epoch] = receipt.store
            self._hearing = None if receipt.nonce else receipt
            self._log(f"hears {receipt.store} {[*receipt.stored]} {[*receipt.refused]}")
        self.observe()
        self._hearing = None
        if self._chance.random() < 0.7:
            self.pump()

    def may_take_for_its_own(self, epoch: str, named: Range) -> bool:
        """Whether these records are in packs that were sent and that the receipt at hand names as wholes."""
        receipt = self._hearing
        if receipt is None or receipt.epoch != epoch:
            return False
        sent = self.ledger.epochs[epoch].sent_within(RangeSet([*receipt.stored, *receipt.refused]))
        return sent.covers(*named)
