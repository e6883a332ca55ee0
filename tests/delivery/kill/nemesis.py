"""The nemesis: faults drawn by a seed, and done to the parts of a rig at their times."""

import heapq
import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.kill.disks import fill, make_room
from tests.delivery.kill.parts import END_S, jump_clock, wait_until
from tests.delivery.kill.rig import GATEWAYS, Plan, Rig
from tests.delivery.kill.spools import copy_spool
from tests.delivery.kill.stored import copy_hub
from tests.delivery.proxy import Faults

EVENTS_PER_S = 1.2
TURN_S = 0.05
FLAP_S = 0.4
FILL_S = 0.3
RESTART_S = 0.5
YEAR_S = 31_557_600

SLOW = Faults(latency_s=0.6, jitter_s=0.2, bytes_per_s=4_000)
"""32 kbit/s with 600 ms."""

LASTS_S = {
    "kill": (0.1, 2.5),
    "reboot": (0.1, 2.5),
    "freeze": (0.5, 4.0),
    "cut": (0.5, 5.0),
    "slow": (3.0, 8.0),
    "one-way-up": (2.0, 7.0),
    "one-way-down": (2.0, 7.0),
    "flap": (1.0, 4.0),
    "hang": (1.0, 6.0),
    "pubacks": (2.0, 8.0),
    "cut-after": (1.0, 5.0),
    "reset": (0.1, 0.2),
    "clock": (0.5, 6.0),
    "full": (2.0, 6.0),
}
NETWORK = {
    "cut": Faults(refuse=True),
    "slow": SLOW,
    "one-way-up": Faults(hold_up=True),
    "one-way-down": Faults(hold_down=True),
    "flap": Faults(),
    "hang": Faults(hang=True),
    "pubacks": Faults(drop_pubacks=True),
    "cut-after": Faults(cut_after_bytes=3_000, close_s=0.5),
    "reset": Faults(),
}
HOLDING = ("one-way-up", "one-way-down", "slow")
KILLS = ("kill", "reboot")
ALL_KINDS = frozenset(LASTS_S)


@dataclass(frozen=True, slots=True)
class Event:
    """One fault: from `at_s` after the start of the faults, for `lasts_s`.

    `amount` is a clock's offset in s; for what holds messages back, 1 where they are lost in the end, not late.
    """

    at_s: float
    kind: str
    target: str
    lasts_s: float
    amount: int = 0


def draw_events(plan: Plan, seconds: float, kinds: frozenset[str] = ALL_KINDS) -> list[Event]:
    """The faults of a seed by rising time; every part is killed at least once.

    Arguments:
        kinds: which may be drawn (default all).
    """
    chance = random.Random(f"nemesis {plan.seed}")
    parts = [*GATEWAYS, "broker", "hub", *(["influxd"] if plan.store == "influxdb" else [])]
    links = [name for name in parts if name != "broker"]
    choices = [("kill", part) for part in parts] * 3 + [("reboot", gateway) for gateway in GATEWAYS]
    choices += [("freeze", part) for part in parts]
    choices += [(kind, link) for kind in NETWORK for link in links if kind != "pubacks" or link != "influxd"]
    choices += [("one-way-up", "hub"), *(("one-way-down", gateway) for gateway in GATEWAYS)] * 2  # receipts get lost
    choices += [("clock", name) for name in plan.clocks] * 4
    choices += [("full", plan.small_disk)] * 5 if plan.small_disk else []
    choices = [choice for choice in choices if choice[0] in kinds]
    if not choices:
        return []
    first = [("kill", part) for part in chance.sample(parts, len(parts)) if "kill" in kinds]
    if plan.small_disk and "full" in kinds:
        first.insert(chance.randrange(len(first) + 1), ("full", plan.small_disk))
    events: list[Event] = []
    busy_until_s: dict[tuple[str, str], float] = {}
    at_s = 0.0
    while (at_s := at_s + chance.expovariate(EVENTS_PER_S)) < seconds:
        # Half of the events, and all of the later ones, are those that must come, until all of them came.
        must = bool(first) and (chance.random() < 0.5 or at_s > seconds / 2)
        kind, target = first[-1] if must else chance.choice(choices)
        sort = "network" if kind in NETWORK else kind if kind in ("clock", "full") else "process"
        if busy_until_s.get((sort, target), 0.0) > at_s:
            continue  # a target has one fault of a sort at a time
        if must:
            first.pop()
        lasts_s = chance.uniform(*LASTS_S[kind])
        amount = round(chance.choice([-1, 1]) * chance.uniform(0.01, 8) * YEAR_S) if kind == "clock" else 0
        amount = chance.choice([0, 1, 1]) if kind in HOLDING else amount
        busy_until_s[sort, target] = at_s + lasts_s + 0.5
        events.append(Event(round(at_s, 3), kind, target, round(lasts_s, 3), amount))
    return events


@dataclass(frozen=True, slots=True)
class Capture:
    """Copies made at one instant of a gateway's spool and of the hub's files."""

    gateway: str
    at_s: float
    spool: Path
    hub: Path


class Nemesis:
    """Does the events of a seed to a rig; used from one thread.

    Arguments:
        rig: it.
        captures: whether spool and hub are copied whenever a gateway is killed (default True).
    """

    def __init__(self, rig: Rig, *, captures: bool = True) -> None:
        self._rig = rig
        self._captures = captures
        self._chance = random.Random(f"acts {rig.plan.seed}")
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._active = 0
        self._began_s = 0.0
        self._calm_s = 0.0
        self.kills: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.restarts = 0
        self.captures: list[Capture] = []
        self.broken: list[str] = []
        self.failed_starts: list[str] = []

    def run(self, events: list[Event], seconds: float) -> None:
        """Do them all; returns after `seconds`."""
        self._began_s = time.monotonic()
        for event in events:
            self._at(event.at_s, lambda event=event: self._begin(event))  # type: ignore[misc]
        pause = threading.Event().wait
        while time.monotonic() - self._began_s < seconds:
            self.turn()
            pause(TURN_S)

    def heal(self) -> None:
        """End every fault, and start what is away; what was still to come does not come."""
        rig = self._rig
        self._due.clear()
        for proxy in rig.proxies.values():
            proxy.set(Faults())
        for name in rig.plan.clocks:
            jump_clock(rig.folder / f"{name}.clock", 0)
        if rig.small_disk is not None:
            make_room(rig.small_disk)
        for part in rig.parts.values():
            if part.is_frozen:
                part.thaw()
            if part.process is None:
                part.start()
        self._active = 0
        self._calm_s = time.monotonic()

    def supervise(self) -> None:
        """Notice what ended by itself; it is started again, as a service manager would."""
        for name, part in self._rig.parts.items():
            if part.process is None or part.look() or part.is_running:
                continue
            code = part.process.poll()
            what = f"The {name} ended by itself ({code}); the end of its log:\n{part.end_of_log()}"
            part.process = None
            if part.was_ready:
                self.broken.append(what)
            elif self._active == 0 and time.monotonic() - self._calm_s > END_S:
                self.failed_starts.append(what)
            self.restarts += 1
            self._at(time.monotonic() - self._began_s + RESTART_S, lambda name=name: self._start(name))  # type: ignore[misc]

    def turn(self) -> None:
        """Do what is due, and supervise."""
        now_s = time.monotonic() - self._began_s
        while self._due and self._due[0][0] <= now_s:
            heapq.heappop(self._due)[2]()
        self.supervise()

    def await_all(self, condition: Callable[[], bool], timeout_s: float) -> bool:
        """Supervise until a condition comes true; whether it did in time."""

        def look() -> bool:
            self.turn()
            return condition()

        return wait_until(look, timeout_s)

    def _at(self, at_s: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at_s, next(self._order), what))

    def _begin(self, event: Event) -> None:
        rig, target = self._rig, event.target
        rig.say(f"{event.at_s:6.2f} s  {event.kind} {target} for {event.lasts_s:.1f} s")
        self.faults[event.kind] += 1
        self._active += 1
        end: Callable[[], None]
        if event.kind in KILLS:
            self._kill(event)
            end = lambda: self._start(target)  # noqa: E731
        elif event.kind == "freeze":
            rig.parts[target].freeze()
            end = rig.parts[target].thaw
        elif event.kind == "clock":
            jump_clock(rig.folder / f"{target}.clock", event.amount)
            end = lambda: jump_clock(rig.folder / f"{target}.clock", 0)  # noqa: E731
        elif event.kind == "full":
            assert rig.small_disk is not None
            disk = rig.small_disk
            for turn in range(int(event.lasts_s / FILL_S)):  # what the product gives back is taken as well
                self._at(event.at_s + turn * FILL_S, lambda: fill(disk))
            end = lambda: make_room(disk)  # noqa: E731
        else:
            self._network(event)
            end = lambda: self._let_go(event)  # noqa: E731
        self._at(event.at_s + event.lasts_s, lambda: self._end(end))

    def _end(self, end: Callable[[], None]) -> None:
        end()
        self._active -= 1
        self._calm_s = time.monotonic()

    def _network(self, event: Event) -> None:
        proxy = self._rig.proxies[event.target]
        proxy.set(NETWORK[event.kind])
        if event.kind in ("cut", "reset"):
            proxy.cut(reset=event.kind == "reset")
        elif event.kind == "flap":
            for turn in range(int(event.lasts_s / FLAP_S)):
                self._at(event.at_s + turn * FLAP_S, lambda: self._flap(event.target))

    def _let_go(self, event: Event) -> None:
        proxy = self._rig.proxies[event.target]
        if event.kind in HOLDING and event.amount:
            proxy.cut(reset=True)  # first, with all that it still holds
        proxy.set(Faults())

    def _flap(self, target: str) -> None:
        self._rig.proxies[target].cut(reset=self._chance.random() < 0.5)

    def _kill(self, event: Event) -> None:
        rig, name = self._rig, event.target
        part = rig.parts[name]
        self.kills[name] += part.process is not None
        if self._captures and name in GATEWAYS and part.process is not None:
            self.capture(name)
        part.kill()
        if event.kind == "reboot":
            rig.reboot(name)

    def capture(self, gateway: str) -> None:
        """Copy a gateway's spool and the hub's files while nobody moves (I9)."""
        rig = self._rig
        hub, part = rig.parts["hub"], rig.parts[gateway]
        was_frozen = hub.is_frozen, part.is_frozen
        hub.freeze()
        part.freeze()
        folder = rig.folder / "captures" / f"{len(self.captures)}"
        at_s = time.monotonic() - self._began_s
        spool = copy_spool(rig.gateway_folder(gateway) / "spool", folder / "spool")
        self.captures.append(Capture(gateway, at_s, spool, copy_hub(rig.hub_data, folder / "hub")))
        if not was_frozen[0]:
            hub.thaw()
        if not was_frozen[1]:
            part.thaw()

    def _start(self, name: str) -> None:
        if self._rig.parts[name].process is None:
            self._rig.parts[name].start()
