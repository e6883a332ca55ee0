"""What a seed means: which faults may happen in its world, and how often. Each seed has some of them, few have all."""

import random
from dataclasses import dataclass, field

from gateway.spool.room import WhenFull


@dataclass(slots=True)
class Plan:
    """The world of one seed. Rates are chances per occasion, times are seconds of virtual time.

    Arguments:
        gateways: how many computers, clones not counted.
        active_s: how long things go wrong; then all is healed and must drain.
        tick_s: mean time between two commits of a gateway.
        sensors, period_s, pause_s, glitches: contacts of a gateway, their interval, and what passes over them.
        kinds: of each gateway's sensors; none: `sensors` detectors.
        segment_bytes, segments: how large a spool may grow.
    """

    gateways: int = 2
    active_s: float = 90.0
    tick_s: float = 1.5
    sensors: int = 1
    kinds: tuple[str, ...] = ()
    period_s: int = 5
    pause_s: float = 1.5
    glitches: float = 0.0
    pack_s: float = 2.0
    segment_bytes: int = 2_048
    segments: int = 64
    reserve_bytes: int = 2_048
    when_full: WhenFull = "reject_new"
    age_max_s: float | None = None
    unordered: bool = False
    # the broker
    latency_s: float = 0.1
    drop: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    refuse: float = 0.0
    forget_session: float = 0.0
    old_retained: float = 0.0
    receive_max: int = 20
    queue_max: int = 1_000
    # the gateways
    cut_at_call: float = 0.0
    power: float = 0.5
    half_published: float = 0.0
    puback_refuses: float = 0.0
    packet_bytes_max: int | None = None
    ntp: float = 0.7
    wall_off: float = 0.0
    ntp_lies: float = 0.0
    unnamed_s: float = 0.0
    # the hub
    store_away: float = 0.0
    store_partly: float = 0.0
    hub_cut: float = 0.0
    same_store: float = 0.0
    # what happens now and then: name and mean time between two of them
    nemeses: dict[str, float] = field(default_factory=dict)


NEMESES = {
    "kill": 25.0,
    "power": 30.0,
    "hub-kill": 30.0,
    "hub-flap": 20.0,
    "link": 20.0,
    "one-way": 30.0,
    "broker-crash": 40.0,
    "stall": 30.0,
    "replay": 6.0,
    "forge": 8.0,
    "malformed": 12.0,
    "restore-hub": 45.0,
    "eio": 30.0,
    "full-disk": 40.0,
    "wall-step": 25.0,
    "replayed-status": 20.0,
    "stop": 30.0,
    "refetch": 45.0,
    "forget": 30.0,
    "rot": 60.0,
    "image": 60.0,
    "clone": 90.0,
}
"""Everything that may strike from outside, and how many seconds pass on average between two of a kind."""

SEGMENT_BYTES = (1_536, 1_536, 2_048, 4_096)
"""Some ten readings in a segment, so that many come and go. In 1,024 bytes the dictionary at its head takes half of it:
a spool of eight such segments has no room for anything, which no card with segments of 1 MiB can come to. The smallest
stands twice so that each seed goes on to draw what it drew when there were four sizes."""

FORKS = {"image", "clone"}
RARE = 0.7
"""What is rare on the road is left out of so many of the seeds that would have it."""


def plan_of(chance: random.Random) -> Plan:
    """Draw the plan of a seed."""

    def some(share: float, low: float, high: float) -> float:
        """A rate between the two where the fault is among those of this seed, else 0."""
        drawn, rate = chance.random(), low * (high / low) ** chance.random()
        return rate if drawn < share else 0.0

    plan = Plan(
        gateways=chance.choice((2, 2, 2, 3, 3, 4)),
        active_s=chance.uniform(30, 90),
        tick_s=chance.uniform(1.0, 3.0),
        sensors=chance.choice((1, 1, 2)),
        period_s=chance.choice((3, 5, 7, 10)),
        pause_s=chance.uniform(0.5, 3.0),
        glitches=some(0.3, 0.02, 0.3),
        pack_s=chance.choice((1.0, 3.0, 8.0)),
        segment_bytes=chance.choice(SEGMENT_BYTES),
        segments=chance.choice((8, 12, 64)),
        when_full=chance.choice(("reject_new", "drop_oldest")),
        age_max_s=chance.choice((None, None, None, 40.0)),
        latency_s=chance.choice((0.05, 0.3, 1.5)),
        drop=some(0.5, 0.01, 0.3),
        duplicate=some(0.4, 0.02, 0.3),
        reorder=some(0.4, 0.02, 0.3),
        refuse=some(0.2, 0.1, 0.7),
        forget_session=some(0.4, 0.1, 0.9),
        old_retained=some(0.3, 0.1, 0.9),
        receive_max=chance.choice((1, 3, 20)),
        queue_max=chance.choice((3, 20, 1_000, 1_000)),
        cut_at_call=some(0.6, 0.003, 0.05),
        power=chance.choice((0.0, 0.5, 1.0)),
        half_published=some(0.3, 0.01, 0.2),
        puback_refuses=some(0.15, 0.02, 0.3),
        packet_bytes_max=chance.choice((None, None, None, None, 1_200)),
        ntp=chance.choice((0.0, 0.5, 1.0)),
        wall_off=some(0.5, 0.2, 1.0),
        ntp_lies=some(0.15, 0.2, 0.8),
        unnamed_s=chance.uniform(5, 40) if chance.random() < 0.2 else 0.0,
        store_away=some(0.3, 0.02, 0.4),
        store_partly=some(0.2, 0.02, 0.3),
        hub_cut=some(0.4, 0.01, 0.15),
        same_store=chance.choice((0.0, 0.0, 1.0)),
    )
    share = chance.choice((0.2, 0.4, 0.6))
    plan.nemeses = {
        name: mean_s * chance.uniform(0.5, 2.0) for name, mean_s in NEMESES.items() if chance.random() < share
    }
    for rare in ("image", "clone"):
        if chance.random() < RARE:
            plan.nemeses.pop(rare, None)
    if plan.nemeses.keys() & FORKS:
        # Where hashes are forgotten, and for what is wanted again, other content under the same numbers is believed.
        plan.nemeses.pop("forget", None)
        plan.nemeses.pop("refetch", None)
    plan.unordered = chance.random() < 0.4
    return plan
