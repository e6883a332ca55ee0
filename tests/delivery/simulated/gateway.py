"""One gateway of a simulation: a computer, a card, contacts and a link, and the process that comes and goes on them."""

import json
import random
import traceback
from collections.abc import Callable
from functools import partial
from typing import Protocol
from uuid import UUID

from gateway.config import GatewayConfig, SensorConfig
from gateway.driver import Granted, LinkSilent, Message
from gateway.spool import Spool, SpoolFull, SpoolLimits, SpoolUnreadable, SpoolUnwritable
from gateway.spool.segment import parse_segment_name
from sensorhub.pack import body_hash, decompress
from sensorhub.ranges import Range
from sensorhub.receipt import ReceiptMalformed, decode_receipt
from sensorhub.signing import SignatureWrong, verify
from tests.delivery.simulated.broker import Broker, Packet
from tests.delivery.simulated.clock import Computer, Timeline
from tests.delivery.simulated.disk import Card
from tests.delivery.simulated.ledger import EpochLedger, Ledger
from tests.delivery.simulated.pins import Header, Traffic
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.process import Process
from tests.delivery.simulated.store import pack_named
from tests.delivery.simulated.trace import Broken, Log
from tests.gateway.spool.memory_disk import PowerCut

CALLS_MAX = 14
"""No step of a gateway makes many more calls of its disk than this."""

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


class Gateway:
    """Arguments:
    name: id; a clone has the one of its original.
    label: for the log.
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
        self.gateway = name
        self.label = label
        self.key = key
        self.computer = Computer(timeline, chance)
        self.card = Card(chance)
        self.ledger = Ledger(label, self.computer)
        self.process: Process | None = None
        self.connected = False
        self.knows: dict[str, str] = {}
        self.network = True
        self.deaf_until_s = 0.0
        self.honest = False
        self.measuring = True
        self._plan = plan
        self._timeline = timeline
        self._chance = chance
        self._broker = broker
        self._auditor = auditor
        self._log: Log = lambda text: log(f"{label} {text}")
        self._header = Header()
        self._nonce = ""
        self._unanswered: list[str] = []
        self._images: list[tuple[Card, Ledger]] = []
        self.past: list[Ledger] = []
        self.forked = False
        self._starting = self._connecting = False
        sensors = tuple(
            SensorConfig(id=f"loop-{number}", pin=1 + number, period_s=plan.period_s)
            for number in range(1, plan.sensors + 1)
        )
        self._config = GatewayConfig(gateway=name, sensors=sensors, pack_s=plan.pack_s)
        self._limits = SpoolLimits(
            bytes_max=plan.segments * plan.segment_bytes,
            segment_bytes=plan.segment_bytes,
            when_full=plan.when_full,
            age_max_s=plan.age_max_s,
            reserve_bytes=plan.reserve_bytes,
        )
        self._traffic = {
            sensor.id: Traffic(self._header.pin(sensor.pin), chance, timeline.now_ns, plan.pause_s, plan.glitches)
            for sensor in sensors
        }

    # The process: every step of it may be cut at any call of its disk -------------------------------------------

    def _run(self, what: str, step: Callable[[], None]) -> bool:
        """Do a step of the process; False where the process is no more."""
        card = self.card
        if not self.honest and self._plan.cut_at_call and self._chance.random() < self._plan.cut_at_call * 4:
            card.cut_in = self._chance.randrange(CALLS_MAX)
        try:
            step()
        except PowerCut:
            self._log(f"cut {what} at call {len(card.calls)}")
            self._die()
            return False
        except (SpoolFull, SpoolUnreadable, SpoolUnwritable) as error:
            self._log(f"ends {what}: {error}")
            self._end()
            return False
        except LinkSilent:
            raise
        except Broken:
            raise
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            raise Broken(
                "crash", f"{self.label} {what}: {error!r} at {where.filename.rpartition('/')[2]}:{where.lineno}"
            ) from error
        card.cut_in = None
        return self.process is not None

    def _die(self) -> None:
        if self._chance.random() < self._plan.power:
            self.power_cut()
        else:
            self.kill()

    def kill(self) -> None:
        """The process is killed; the system keeps what it had written."""
        self._log("is killed")
        self.card.power_on()
        self._end()

    def power_cut(self) -> None:
        """The computer is off, and on again some time later."""
        self._log("loses its power")
        self.card = self.card.after_cut()
        self._end()
        self.computer.reboot()
        self._set_clock()

    def stop(self) -> None:
        """The process is told to stop, and does so in order."""
        process = self.process
        if process is None:
            return
        self._log("is stopped")
        if self._run("stopping", process.stop):
            self.observe()
            if self.connected:
                self._publish(process.outbox.farewell())
            self._end()

    def take_image(self) -> None:
        """Its card is copied while the power is off."""
        self.power_cut()
        self._images.append((self.card.image(), self.ledger.copy(self.label, self.computer)))
        self._log("has its card copied")

    def put_image_back(self) -> None:
        """An old copy takes the place of its card; what only the card had is gone with it."""
        if not self._images:
            self.take_image()
            return
        self.power_cut()
        card, ledger = self._images[-1]
        self.past.append(self.ledger)
        self.card, self.ledger, self.forked = card.image(), ledger.copy(self.label, self.computer), True
        self._log("goes on with an old copy of its card")

    def clone(self, original: "Gateway") -> None:
        """Begin with a copy of another's card, under its name."""
        original.power_cut()
        self.card = original.card.image()
        self.ledger = original.ledger.copy(self.label, self.computer)
        self.forked = original.forked = True
        self._log(f"begins as a copy of {original.label}")

    def rot(self) -> None:
        """Bits of its card flip while the power is off: in a segment that is full, or in the notes of receipts."""
        self.power_cut()
        places = [(folder, name) for folder in sorted(self.card.folders()) for name in sorted(self.card.files(folder))]
        segments = [place for place in places if place[1].endswith(".seg")]
        newest = {folder: name for folder, name in segments}
        old = [place for place in segments if newest[place[0]] != place[1]]
        notes = [place for place in places if place[1] == "received"]
        if found := old + notes:
            folder, name = self._chance.choice(found)
            at = self.card.rot(folder, name)
            self.ledger.damaged |= name.endswith(".seg")
            self._log(f"has a flipped bit in {folder}/{name} at {at}")

    def _set_clock(self) -> None:
        lies = not self.honest and self._chance.random() < self._plan.ntp_lies
        wrong = self._chance.random() < self._plan.wall_off
        off_s = self._chance.choice((-55, -3, -0.01, 0.1, 3, 14)) * 31_557_600 if wrong else 0.0
        self.computer.wall_off_ns = int(off_s * 1e9)
        synced = self._chance.random() < self._plan.ntp
        self.computer.ntp_error_ns = self._chance.randrange(1_000_000, 60_000_000) if synced else None
        if synced and not lies:
            error_ns = self.computer.ntp_error_ns or 0
            self.computer.wall_off_ns = self._chance.randrange(-error_ns, error_ns)

    def step_wall(self) -> None:
        """The wall clock jumps, as when NTP comes or goes."""
        self._set_clock()
        self._log(f"wall clock {self.computer.wall_off_ns / 1e9:+.3f} s, NTP {self.computer.ntp_error_ns}")

    def _end(self) -> None:
        self.process = None
        self.knows = {}
        self._header.release_all()
        for traffic in self._traffic.values():
            traffic.pin.when_changed = None
        if self.connected:
            self.connected = False
            self._timeline.after(self._chance.random() * NOTICED_S, lambda: self._broker.disconnect(self, None))
        self.start_in(self._chance.choice((0.3, 2.0, 15.0)))

    def start_in(self, seconds: float) -> None:
        """Start the process so many seconds from now, unless it runs then."""
        if not self._starting:
            self._starting = True
            self._timeline.after(seconds, self._start)

    def _start(self) -> None:
        self._starting = False
        if self.process is None:
            self._run("starting", self._open)

    def _open(self) -> None:
        try:
            process = Process(
                self._config,
                self.key,
                self._limits,
                self.card,
                self.computer,
                self._header,
                self._chance,
                lambda what, refused: self.ledger.accept(
                    self.computer.boot.boot_id, what.edges, what.settled_until_ns, refused=refused
                ),
            )
        except SpoolUnwritable as error:
            if not self.card.error_rate and self.card.capacity_bytes is None:
                raise Broken("failed start", str(error)) from error
            raise
        self._check_journal(process)
        self.ledger.begin()
        if self.measuring:
            self._let_pass()
        process.resume()
        self.process = process
        for spool in process.spools:
            self._log(f"runs, epoch {spool.epoch}, next {spool.next}")
        self.observe()
        self.connect_in(self._chance.random())

    def _check_journal(self, process: Process) -> None:
        there: set[tuple[UUID, str, int]] = set()
        for spool in process.spools:
            known = self._known(spool)
            if spool.next < known.next:
                raise Broken("sequence", f"{spool.epoch} goes on with {spool.next} after {known.next - 1} was given")
            kept = self.ledger.journal(spool.epoch, spool.boots, process.boot, spool.scan(), there)
            self._let_go(spool.epoch, known, kept_now=[*kept])
        self.ledger.open_intervals(there)

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
        known.kept = type(known.kept)(kept_now)
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
                for located in spool.records(known.next, spool.next - 1):
                    self.ledger.take(spool.epoch, spool.boots, process.boot, located)
                known.next = spool.next
                known.segments |= _segments(self.card, spool.epoch)
            anchors = spool.anchors(spool.boot)
            if len(anchors) != known.anchors:
                known.anchors = len(anchors)
                self.ledger.anchored(process.boot, anchors)
            if removed:
                self._let_go(spool.epoch, known, self._on_card(spool.epoch, known))
            received = list(spool.received)
            if received != known.received:
                known.received = received
                for named in received:
                    self._auditor.received(self, spool.epoch, named)
        if removed:
            for epoch in self.ledger.epochs.keys() - {spool.epoch for spool in process.spools}:
                self._let_go(epoch, self.ledger.epochs[epoch], [])

    def _on_card(self, epoch: str, known: EpochLedger) -> list[Range]:
        # A segment is named by its first sequence, and holds records up to the next one's; of several with the same
        # first one only the last that was begun has records.
        names = _segments(self.card, epoch)
        known.segments |= names
        newest = dict(sorted(known.segments))
        ends = [*list(newest)[1:], known.next]
        return [
            (first, end - 1)
            for (first, turn), end in zip(newest.items(), ends, strict=True)
            if (first, turn) in names and first < end
        ]

    # What it does --------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Let traffic pass and make durable what it gave."""
        if self.measuring:
            self._let_pass()
        process = self.process
        if process is not None and self._run("committing", process.commit):
            self.observe()
            if process.outbox.leave_epoch and self._run("leaving its epoch", process.leave_epoch):
                if process.refused:
                    self.ledger.forgive(process.boot)
                self._log(f"begins epoch {process.epochs.current.epoch}")
                self.observe()
        self.pump()

    def _let_pass(self) -> None:
        now_ns = self._timeline.now_ns

        def at(time_ns: int) -> None:
            self._timeline.now_ns = time_ns

        def changed(sensor: str, closed: bool) -> None:
            if self.process is not None:
                self.ledger.drive(sensor, self.computer.boot.now_ns(), closed)

        for sensor, traffic in self._traffic.items():
            traffic.until(now_ns, at, partial(changed, sensor))
        at(now_ns)

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
        if not self.network or not self._broker.connect(self):
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
            self._log(f"hears {receipt.store} {[*receipt.stored]} {[*receipt.refused]}")
        self.observe()
        if self._chance.random() < 0.7:
            self.pump()


def _segments(card: Card, epoch: str) -> set[tuple[int, int]]:
    """The first sequences and the turns of the segments on a card."""
    return {place for name in card.files(epoch) if (place := parse_segment_name(name)) is not None}
