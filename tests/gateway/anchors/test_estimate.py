"""Boots that never knew the time: bounds that hold the truth, and packs that never disagree."""

from itertools import pairwise
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.anchors.estimate import UNKNOWN_NS, KnownBoot, estimates, known_boots
from gateway.anchors.times import sealed_time_us, wall_at
from gateway.spool import Anchor, AnchorKind, Measured, ReadingEntry, SensorSettings, Spool, SpoolLimits
from gateway.uplink.packer import Packer, SealedPack
from sensorhub.pack import decode_pack
from sensorhub.reading import Quality, Reading
from tests.gateway.spool.memory_disk import MemoryDisk

S = 1_000_000_000
WALL = 1_764_000_000 * S
PERIOD_S = 10


def known(wall_s: int) -> KnownBoot:
    """A boot of no length that knew the time."""
    return KnownBoot(0, WALL + wall_s * S, WALL + wall_s * S, is_anchored=True)


def test_estimate_is_the_middle_of_what_the_neighbours_leave() -> None:
    before = KnownBoot(100 * S, WALL, WALL + 100 * S, is_anchored=True)
    unknown = KnownBoot(50 * S)
    after = KnownBoot(10 * S, WALL + 250 * S, WALL + 260 * S, is_anchored=True)
    first, middle, last = estimates([before, unknown, after])
    assert first is last is None
    assert middle is not None
    assert wall_at(middle, 0) == WALL + 150 * S  # from 100 to 200 s it may have begun
    assert middle.error_ns - 50 * S < S // 10
    assert middle.source is AnchorKind.ESTIMATED


def test_estimate_carries_bounds_over_boots_that_do_not_know_either() -> None:
    boots = [
        known(0),
        KnownBoot(30 * S),
        KnownBoot(50 * S),
        known(100),
    ]
    _, one, two, _ = estimates(boots)
    assert one is not None
    assert two is not None
    assert (wall_at(one, 0), wall_at(two, 0)) == (WALL + 10 * S, WALL + 40 * S)
    assert abs(one.error_ns - 10 * S) < S // 10


def test_estimate_without_a_lower_bound_takes_the_upper_one_and_says_that_nobody_knows() -> None:
    first, second, _ = estimates([KnownBoot(30 * S), KnownBoot(50 * S), known(0)])
    assert first is not None
    assert second is not None
    assert wall_at(first, 0) == WALL - 80 * S
    assert wall_at(second, 0) == WALL - 50 * S
    assert first.error_ns == second.error_ns == UNKNOWN_NS


def test_estimate_of_a_boot_that_lost_its_anchors_is_what_its_notes_say() -> None:
    boots = [KnownBoot(50 * S, WALL, WALL + 50 * S, S), KnownBoot(0, WALL + 90 * S, WALL + 90 * S, is_anchored=True)]
    lost, anchored = estimates(boots)
    assert lost == Anchor(0, WALL, S, AnchorKind.ESTIMATED)
    assert anchored is None


def test_estimate_waits_for_a_later_boot_that_knows_the_time() -> None:
    assert estimates([known(0), KnownBoot(50 * S), KnownBoot(60 * S)]) == [None, None, None]


def test_estimate_leaves_out_a_lower_bound_that_has_lied() -> None:
    later = KnownBoot(0, WALL + (9e9).__int__() * S, WALL + 9 * 10**9 * S)
    _, found, _ = estimates([later, KnownBoot(50 * S), known(0)])
    assert found is not None
    assert (wall_at(found, 50 * S), found.error_ns) == (WALL, UNKNOWN_NS)


def readings_of(pack: SealedPack) -> list[Reading]:
    return [record for _, record in decode_pack(pack.id, pack.payload).records if isinstance(record, Reading)]


class Life:
    """A gateway over several boots; the truth is kept beside the spool."""

    def __init__(self) -> None:
        self.disk = MemoryDisk()
        self.wall_ns = WALL
        self.truth: dict[int, int] = {}
        self.number = 0

    def boot(self, readings: int, off_s: int, anchored: bool, ppm: int) -> None:
        """Run for so many readings, one each 10 s, the crystal off by `ppm`; then stay off."""
        self.number += 1
        spool = self.spool = Spool.open(
            self.disk,
            "g",
            UUID(int=self.number),
            limits=SpoolLimits(bytes_max=2**24),
            new_epoch=lambda: "5f0c2a9e41d07b36",
        )
        spool.define([SensorSettings("d", "detector", PERIOD_S * 1_000, b"settings")])
        begin_ns = self.wall_ns
        clock_ns = 3 * S
        for turn in range(readings):
            clock_ns += PERIOD_S * S
            self.wall_ns = begin_ns + clock_ns + clock_ns * ppm // 1_000_000
            if anchored and turn == 0:
                spool.append([Anchor(clock_ns, self.wall_ns, S // 10, AnchorKind.NTP)])
            value = float(len(self.truth))
            self.truth[len(self.truth)] = self.wall_ns
            spool.append([ReadingEntry("d", clock_ns, (Measured("actuation_count", value),))])
        self.wall_ns += off_s * S

    def off(self) -> None:
        self.spool.close()


boots = st.lists(
    st.tuples(st.integers(1, 12), st.integers(5, 3_000), st.booleans(), st.integers(-100, 100)), min_size=1, max_size=6
)


@settings(max_examples=60, deadline=None)
@given(boots, st.integers(1, 4))
def test_estimate_bounds_hold_the_truth_and_no_two_readings_have_one_time(
    lives: list[tuple[int, int, bool, int]], packs_before_restart: int
) -> None:
    life = Life()
    for readings, off_s, anchored, ppm in [(1, 60, True, 0), *lives, (1, 60, True, 0)]:
        life.boot(readings, off_s, anchored, ppm)
        life.off()
    life.boot(1, 60, True, 0)
    found: dict[int, Reading] = {}
    errors: dict[int, int] = {}
    for packs_max in (packs_before_restart, packs_before_restart, 1_000):
        packer = Packer(life.spool, "g")
        for _ in range(packs_max):
            pack = packer.oldest(life.spool.next)
            if pack is None:
                break
            seal = life.spool.open_seals[pack.id.first]
            for record in readings_of(pack):
                found[int(record.value)] = record
                errors[int(record.value)] = max(anchor.error_ns for anchor in seal.anchors)
        if packs_max < 1_000:
            life.off()
            life.boot(1, 60, True, 0)
    assert set(found) == set(life.truth)
    for number, reading in found.items():
        apart_ns = abs(reading.time_us * 1_000 - life.truth[number])
        assert apart_ns <= errors[number] + S // 4 + 120 * PERIOD_S * S // 10_000
    times = [found[number].time_us for number in sorted(found)]
    assert all(earlier < later for earlier, later in pairwise(times))


def test_estimate_is_marked_and_is_the_same_after_a_restart() -> None:
    life = Life()
    for anchored in (True, False, True):
        life.boot(5, 600, anchored, 0)
        if life.number < 3:
            life.off()
    packer = Packer(life.spool, "g")
    packs = []
    while pack := packer.oldest(life.spool.next):
        packs.append(pack)
    qualities = [{record.quality for record in readings_of(pack)} for pack in packs]
    assert qualities == [{Quality.GOOD}, {Quality.ESTIMATED_TIME}, {Quality.GOOD}]
    life.off()
    life.boot(1, 0, True, 0)
    again = [Packer(life.spool, "g").again(pack.id.first) for pack in packs]
    assert [pack.payload for pack in again if pack] == [pack.payload for pack in packs]
    assert known_boots(life.spool)[1].begin_wall_ns is None


def test_estimate_is_never_made_for_the_running_boot() -> None:
    life = Life()
    life.boot(3, 600, True, 0)
    life.off()
    life.boot(3, 600, False, 0)
    packer = Packer(life.spool, "g")
    pack = packer.oldest(life.spool.next)
    assert pack is not None
    assert pack.id.last == 3
    assert packer.oldest(life.spool.next) is None


def test_estimated_time_is_snapped_like_any() -> None:
    anchor = Anchor(0, WALL + S // 10, 60 * S, AnchorKind.ESTIMATED)
    assert sealed_time_us((anchor,), 20 * S, 10_000) * 1_000 == WALL + 20 * S
