"""The contract for what is done to stores once in a while: hashes forgotten, records wanted again, gaps looked up."""

import random

import pytest

from cloud.stores.protocol import NEIGHBOURS_MAX, Fate, Kept, NotedMarker, Outcome, Wanted
from sensorhub.ranges import RangeSet
from sensorhub.reading import US_PER_S, Marker
from tests.cloud.stores.opened import Opened
from tests.cloud.stores.packs import ARRIVED_US, EPOCH, GATEWAY, T0_US, pack, reading, readings

LATER_US = ARRIVED_US + 60 * US_PER_S
OTHER = "0" * 16


def duplicate(*refused: tuple[int, int]) -> list[Outcome]:
    return [Outcome(Fate.DUPLICATE, refused)]


def kept(opened: Opened) -> Kept:
    return opened.store.kept(GATEWAY, EPOCH, 1, 1_000)


# Hashes ---------------------------------------------------------------------------------------------------------------


def test_forgotten_neighbours_merge_and_repeats_inside_are_duplicates(opened: Opened) -> None:
    packs = [pack(readings(10, first=first), first=first) for first in (1, 11, 21)]
    opened.store.write(packs)

    assert opened.store.forget_hashes(ARRIVED_US + 1, 100) == 3
    assert opened.store.forget_hashes(ARRIVED_US + 1, 100) == 0
    for _ in range(2):
        assert opened.store.write([packs[1]]) == duplicate()
        assert opened.store.write([pack(readings(12, first=5), first=5, digest="b" * 16)]) == duplicate()
        assert kept(opened) == Kept(((1, 30),), ())
        opened.reopen()
    assert opened.rows() == opened.expected(*packs)


def test_hash_of_a_later_range_is_kept_and_nothing_merges_with_it(opened: Opened) -> None:
    opened.store.write([pack(readings(10)), pack(readings(10, first=11), first=11, arrived_us=LATER_US)])

    assert opened.store.forget_hashes(LATER_US, 100) == 1
    across = pack(readings(4, first=9), first=9, digest="b" * 16)
    assert opened.store.write([across]) == [Outcome(Fate.CONFLICT, ((9, 12),))]
    changed = pack(readings(10, first=11), first=11, digest="b" * 16)
    assert opened.store.write([changed]) == [Outcome(Fate.CONFLICT, ((11, 20),))]
    assert opened.store.forget_hashes(LATER_US + 1, 100) == 1
    assert opened.store.write([across]) == duplicate()


def test_forgetting_loses_no_hole_and_no_refused_sequence(opened: Opened) -> None:
    opened.store.write(
        [
            pack(readings(8), first=1, refused=((3, 3), (10, 10))),
            pack(readings(9, first=11), first=11, refused=((11, 11),)),
            pack(readings(10, first=31), first=31),
            pack(readings(5, first=100), first=1, epoch=OTHER),
        ]
    )
    before = kept(opened)

    assert opened.store.forget_hashes(LATER_US, 100) == 4
    assert kept(opened) == before
    assert opened.store.write([pack(readings(4, first=9), first=9)]) == duplicate((10, 11))
    over_the_hole = pack(readings(20, first=15), first=15)
    assert opened.store.write([over_the_hole]) == [Outcome(Fate.CONFLICT, ((15, 34),))]
    assert opened.store.write([pack(readings(10, first=21), first=21)]) == [Outcome(Fate.STORED, ())]
    assert kept(opened).stored == ((1, 2), (4, 9), (12, 40))


def test_hashes_are_forgotten_in_parts(opened: Opened) -> None:
    firsts = list(range(1, 71, 2))
    random.Random(7).shuffle(firsts)
    opened.store.write([pack(readings(2, first=first), first=first) for first in firsts])

    assert [opened.store.forget_hashes(LATER_US, 10) for _ in range(5)] == [10, 10, 10, 5, 0]
    assert kept(opened) == Kept(((1, 70),), ())
    assert opened.store.write([pack(readings(70), digest="b" * 16)]) == duplicate()


# Wanted again ---------------------------------------------------------------------------------------------------------


def test_what_came_since_is_wanted_again_and_the_store_has_another_id(opened: Opened) -> None:
    old, new = pack(readings(10)), pack(readings(10, first=11), first=11, arrived_us=LATER_US, refused=((21, 21),))
    elsewhere = pack(readings(3), gateway="b-2", arrived_us=LATER_US)
    opened.store.write([old, new, elsewhere])
    before = opened.store.id

    opened.store.want(LATER_US)
    assert opened.store.id != before
    for _ in range(2):
        assert opened.store.wanted() == [Wanted("b-2", EPOCH, 1, 3), Wanted(GATEWAY, EPOCH, 11, 21)]
        assert kept(opened) == Kept(((1, 10),), ())
        assert opened.store.here(GATEWAY, EPOCH) == RangeSet([(1, 21)])
        opened.reopen()
    assert opened.rows() == opened.expected(old, new, elsewhere)


def test_only_the_named_gateway_is_wanted_again(opened: Opened) -> None:
    opened.store.write([pack(readings(3)), pack(readings(3), gateway="b-2")])

    opened.store.want(ARRIVED_US, GATEWAY)
    assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 1, 3)]


def test_repeat_of_what_is_wanted_is_written_anew_and_once(opened: Opened) -> None:
    marker = Marker("dropped", T0_US, "900-1019 spool-full")
    first = pack([*readings(8), marker], refused=((10, 10),))
    second = pack(readings(10, first=11), first=11)
    opened.store.write([first, second])
    opened.store.want(ARRIVED_US)

    again = pack([*readings(8), marker], refused=((10, 10),), arrived_us=LATER_US)
    assert opened.store.write([again, again]) == [Outcome(Fate.RENEWED, ((10, 10),)), *duplicate((10, 10))]
    for _ in range(2):
        assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 11, 20)]
        assert kept(opened) == Kept(((1, 9),), ((10, 10),))
        assert opened.rows() == opened.expected(first, second)  # the first time of arrival is kept
        assert opened.store.markers(GATEWAY, EPOCH) == [NotedMarker(9, marker, ARRIVED_US)]
        opened.reopen()
    assert opened.store.write([second]) == [Outcome(Fate.RENEWED, ())]
    assert opened.store.wanted() == []
    assert opened.store.write([second]) == duplicate()
    assert opened.rows() == opened.expected(first, second)


def test_other_content_does_not_take_the_place_of_what_is_wanted(opened: Opened) -> None:
    one = pack(readings(10))
    opened.store.write([one, pack(readings(10, first=11), first=11, arrived_us=LATER_US)])
    opened.store.want(LATER_US)

    other = pack(readings(10, first=95), first=6, digest="b" * 16)
    assert opened.store.write([other]) == [Outcome(Fate.CONFLICT, ((6, 15),))]
    same_bounds = pack(readings(10, first=95), first=11, digest="b" * 16)
    assert opened.store.write([same_bounds]) == [Outcome(Fate.CONFLICT, ((11, 20),))]
    assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 11, 20)]


def test_part_of_an_older_pack_is_taken_while_it_is_wanted(opened: Opened) -> None:
    """A card that has freed the first part of a pack seals what is left of it anew."""
    whole = pack(readings(10), refused=((4, 4), (9, 9)))
    opened.store.write([whole, pack(readings(8, first=13), first=13)])
    opened.store.want(ARRIVED_US)

    records = [record for sequence, record in whole.records if sequence >= 7]
    left = pack(records, first=7, digest="b" * 16, refused=((9, 9),))
    assert opened.store.write([left, left]) == [Outcome(Fate.RENEWED, ((9, 9),)), *duplicate((9, 9))]
    for _ in range(2):
        assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 1, 6), Wanted(GATEWAY, EPOCH, 13, 20)]
        assert kept(opened) == Kept(((7, 8), (10, 12)), ((9, 9),))
        assert opened.store.here(GATEWAY, EPOCH) == RangeSet([(1, 20)])
        assert opened.store.write([left]) == duplicate((9, 9))
        assert len(opened.rows()) == 18
        opened.reopen()
    across = pack(readings(4, first=19), first=19, digest="c" * 16)
    assert opened.store.write([across]) == [Outcome(Fate.CONFLICT, ((19, 22),))]
    records = [record for sequence, record in whole.records if sequence <= 6]
    assert opened.store.write([pack(records, digest="c" * 16, refused=((4, 4),))]) == [Outcome(Fate.RENEWED, ((4, 4),))]
    assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 13, 20)]


def test_wanted_ranges_without_hashes_are_renewed_by_their_sequences(opened: Opened) -> None:
    packs = [pack(readings(10, first=first), first=first, refused=((first + 10,) * 2,)) for first in (1, 12)]
    opened.store.write(packs)
    opened.store.forget_hashes(LATER_US, 100)
    opened.store.want(ARRIVED_US)

    assert opened.store.write([packs[1]]) == [Outcome(Fate.RENEWED, ((22, 22),))]
    assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 1, 11)]
    assert kept(opened) == Kept(((12, 21),), ((22, 22),))
    assert opened.store.write([packs[0]]) == [Outcome(Fate.RENEWED, ((11, 11),))]
    assert kept(opened) == Kept(((1, 10), (12, 21)), ((11, 11), (22, 22)))
    assert opened.rows() == opened.expected(*packs)


def test_wanting_twice_wants_all_of_it(opened: Opened) -> None:
    opened.store.write([pack(readings(5)), pack(readings(5, first=6), first=6, arrived_us=LATER_US)])
    opened.store.want(LATER_US)
    opened.store.want(ARRIVED_US)

    assert opened.store.wanted() == [Wanted(GATEWAY, EPOCH, 1, 10)]


# Gaps -----------------------------------------------------------------------------------------------------------------


def test_markers_are_told_by_epoch(opened: Opened) -> None:
    one, two = Marker("dropped", T0_US, "1-9 spool-full"), Marker("rejected", T0_US + 1, "4 too fast")
    opened.store.write([pack([reading(), two], first=20), pack([one], first=10), pack(readings(3), epoch=OTHER)])

    for _ in range(2):
        assert opened.store.marked() == [(GATEWAY, EPOCH)]
        noted = [NotedMarker(10, one, ARRIVED_US), NotedMarker(21, two, ARRIVED_US)]
        assert opened.store.markers(GATEWAY, EPOCH) == noted
        assert opened.store.markers(GATEWAY, OTHER) == []
        opened.reopen()


@pytest.mark.parametrize("forgotten", [False, True])
def test_times_around_a_gap_are_those_of_its_neighbours(opened: Opened, forgotten: bool) -> None:
    at = [T0_US + second * US_PER_S for second in range(6)]
    opened.store.write(
        [
            pack([reading(time_us=at[0]), reading(time_us=at[1])], first=1),
            pack([reading(time_us=at[2])], first=3, refused=((4, 4),)),
            pack([reading(time_us=at[5])], first=9),
            pack([reading(time_us=at[3])], first=5, epoch=OTHER),
        ]
    )
    if forgotten:
        opened.store.forget_hashes(LATER_US, 100)

    assert opened.store.around(GATEWAY, EPOCH, 5, 8) == (at[2], at[5])
    assert opened.store.around(GATEWAY, EPOCH, 10, 12) == (at[5], None)
    far = 9 + NEIGHBOURS_MAX
    assert opened.store.around(GATEWAY, EPOCH, far + 1, far + 5) == (None, None)
