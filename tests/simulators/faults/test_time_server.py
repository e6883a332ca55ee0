"""A gateway whose time server may be wrong, and a hub that is right."""

from uuid import UUID

from gateway.anchors.times import wall_at
from gateway.spool.entries import Anchor, AnchorKind
from sensorhub.clock import ns_from_us
from sensorhub.reading import NS_PER_S, NS_PER_US, US_PER_S
from simulators.faults.time_server import EARLIEST_US, ServedAnchors
from simulators.pace import START_NS
from simulators.pins import PlayerClock

WORLD_US = EARLIEST_US + 86_400 * US_PER_S
MACHINE_NS = ns_from_us(WORLD_US) + 10**9 * NS_PER_S


def wall_us_at(clock_ns: int) -> int:
    return WORLD_US + (clock_ns - START_NS) // NS_PER_US


def is_true(anchor: Anchor | None) -> bool:
    assert anchor is not None
    return wall_at(anchor, START_NS) == ns_from_us(WORLD_US)


class Rig:
    """A gateway whose time server is ahead from 100 to 1,000 s."""

    def __init__(self) -> None:
        self.clock = PlayerClock(UUID(int=1), START_NS)
        self.anchors = ServedAnchors(self.clock, wall_us_at, self._ahead_s)

    def _ahead_s(self, clock_ns: int) -> float:
        return 90.0 if 100 <= (clock_ns - START_NS) / NS_PER_S < 1_000 else 0.0

    def poll(self, since_s: int) -> Anchor | None:
        self.clock.advance_to(START_NS + since_s * NS_PER_S)
        return self.anchors.poll(self.clock.now_ns())

    def hub(self) -> Anchor | None:
        """The hub answers, in this machine's time and after a while."""
        return self.anchors.offered(Anchor(self.clock.now_ns(), MACHINE_NS, 3 * NS_PER_S, AnchorKind.RECEIPT))


def test_time_server_that_is_right_is_believed() -> None:
    rig = Rig()
    assert is_true(rig.poll(0))
    assert rig.hub() is None
    assert rig.anchors.hub_is_known
    assert rig.anchors.trouble == ""


def test_time_server_that_is_wrong_is_told_by_the_hub_and_gives_no_time() -> None:
    rig = Rig()
    rig.poll(0)
    rig.hub()
    assert rig.poll(150) is None
    assert "90 s from the hub's signed time" in rig.anchors.trouble
    assert rig.poll(800) is None
    assert is_true(rig.hub())
    assert is_true(rig.poll(1_500))
    assert rig.anchors.trouble == ""


def test_time_server_that_is_wrong_is_believed_where_the_hub_never_answered() -> None:
    rig = Rig()
    rig.poll(0)
    assert not rig.anchors.hub_is_known
    assert not is_true(rig.poll(150))
    assert rig.anchors.trouble == ""
