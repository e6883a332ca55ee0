"""The machine of a simulated gateway: a computer, a card and contacts, and the process that comes and goes on them."""

import random
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial

from firmware_config.gateway import GatewayConfig
from gateway.recorder.poller import Poller
from gateway.spool import SpoolFull, SpoolLimits, SpoolUnreadable, SpoolUnwritable
from gateway.spool.segment import parse_segment_name
from gateway.uplink.driver import LinkSilent
from sensorhub.reading import NS_PER_US
from tests.delivery.simulated.clock import YEAR_S, Computer, Timeline
from tests.delivery.simulated.disk import Card
from tests.delivery.simulated.ledger import Ledger
from tests.delivery.simulated.pins import Header
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.process import Process
from tests.delivery.simulated.sensors import Contact, contacts_of, sensors_of
from tests.delivery.simulated.trace import Broken, Log
from tests.gateway.spool.memory_disk import PowerCut

CALLS_MAX = 14
"""No step of a gateway makes many more calls of its disk than this."""

LATE_RATE = 0.1
"""How often a part is read when it is looked at next, as where another one holds up the thread."""

UNLINKED_RATE = 0.1
"""How often the power goes between the end of a file and that of its name, where it goes at calls at all."""


class Machine(ABC):
    """Arguments:
    name: id; a clone has the one of its original.
    label: for the log.
    """

    def __init__(
        self,
        name: str,
        label: str,
        key: bytes,
        plan: Plan,
        timeline: Timeline,
        chance: random.Random,
        log: Log,
    ) -> None:
        self.gateway = name
        self.label = label
        self.key = key
        self.computer = Computer(timeline, chance)
        self.card = Card(chance, unordered=plan.unordered)
        self.card.unlinked_rate = UNLINKED_RATE if plan.cut_at_call else 0.0
        sensors = sensors_of(plan)
        self.ledger = Ledger(label, self.computer, sensors)
        self.process: Process | None = None
        self.honest = False
        self.measuring = True
        self._plan = plan
        self._timeline = timeline
        self._chance = chance
        self._log: Log = lambda text: log(f"{label} {text}")
        self._header = Header()
        self._images: list[tuple[Card, Ledger]] = []
        self.past: list[Ledger] = []
        self.forked = False
        self._starting = False
        self._config = GatewayConfig(gateway=name, sensors=sensors, pack_s=plan.pack_s)
        self._limits = SpoolLimits(
            bytes_max=plan.segments * plan.segment_bytes,
            segment_bytes=plan.segment_bytes,
            when_full=plan.when_full,
            age_max_s=plan.age_max_s,
            reserve_bytes=plan.reserve_bytes,
        )
        self._contacts = list(contacts_of(sensors, self._header, plan, chance, timeline.now_ns))

    @abstractmethod
    def _recovered(self, process: Process) -> None:
        """A process has opened its spools, and done nothing else yet."""

    @abstractmethod
    def _started(self) -> None:
        """The process runs."""

    @abstractmethod
    def _stopped(self, process: Process) -> None:
        """A process has ended in order, and may say good-bye."""

    @abstractmethod
    def _ended(self) -> None:
        """The process is no more."""

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
            self._stopped(process)
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

    def clone(self, original: "Machine") -> None:
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
        segments = [(folder, place, name) for folder, name in places if (place := parse_segment_name(name))]
        newest = {folder: place for folder, place, _ in sorted(segments)}
        old = [(folder, name) for folder, place, name in segments if newest[folder] != place]
        notes = [place for place in places if place[1] == "received"]
        if found := old + notes:
            folder, name = self._chance.choice(found)
            at = self.card.rot(folder, name)
            self.ledger.rotten = True
            self.ledger.damaged |= name.endswith(".seg")
            self._log(f"has a flipped bit in {folder}/{name} at {at}")

    def _set_clock(self) -> None:
        lies = not self.honest and self._chance.random() < self._plan.ntp_lies
        wrong = self._chance.random() < self._plan.wall_off
        off_s = self._chance.choice((-55, -3, -0.01, 0.1, 3, 14)) * YEAR_S if wrong else 0.0
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
        self._header.release_all()
        for contact in self._contacts:
            contact.traffic.pin.when_changed = None
        self._ended()
        self.start_in(0.3 if self.honest else self._chance.choice((0.3, 2.0, 15.0)))

    def start_in(self, seconds: float) -> None:
        """Start the process so many seconds from now, unless it runs then."""
        if not self._starting:
            self._starting = True
            self._timeline.after(seconds, self.start)

    def heal(self) -> None:
        """Nothing strikes it any more, and its process runs."""
        self.honest = True
        self.card.unlinked_rate = 0.0
        self.start()

    def start(self) -> None:
        """Start the process, unless it runs."""
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
        self._recovered(process)
        self.ledger.begin()
        if self.measuring:
            self._let_pass()
        process.resume()
        self.process = process
        for spool in process.spools:
            self._log(f"runs, epoch {spool.epoch}, next {spool.next}")
        self._started()

    def _let_pass(self) -> None:
        now_ns = self._timeline.now_ns

        def at(time_ns: int) -> None:
            self._timeline.now_ns = time_ns

        def changed(contact: Contact, closed: bool) -> None:
            if self.process is not None:
                active = closed is contact.active_closed
                self.ledger.drive(contact.sensor, contact.channel, self.computer.boot.now_ns(), active)

        for contact in self._contacts:
            contact.traffic.until(now_ns, at, partial(changed, contact))
        at(now_ns)
        if self.process is not None:
            self._read(self.process.poller, at)

    def _read(self, poller: Poller, at: Callable[[int], None]) -> None:
        """Read the parts that fell due until now, most of them then."""
        now_ns, boot = self._timeline.now_ns, self.computer.boot
        until_ns = boot.now_ns()
        while (due_ns := poller.next_ns) is not None and due_ns <= until_ns:
            if self._chance.random() >= LATE_RATE:
                at(min(now_ns, boot.true_ns(due_ns) + NS_PER_US))
            poller.run()
            at(now_ns)
