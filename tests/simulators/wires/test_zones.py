"""When those who pass occupy loops and beams."""

from pathlib import Path
from random import Random
from uuid import UUID

from sensorhub.reading import NS_PER_S, US_PER_S
from simulators.pins import PlayerClock, PlayerFactory
from simulators.wires.wires import Bench, Wires
from simulators.wires.zones import Over, over_zones
from simulators.world.place import Passage

S = NS_PER_S
REST_NS = 22_000_000


def over(*passages: Passage) -> list[Over]:
    clock = PlayerClock(UUID(int=1), 0)
    wires = Wires(Bench(Path("unused"), clock, PlayerFactory(clock), 0, 0), Random(3))
    return list(over_zones(passages, wires, 2.0, (0.0, 4.5), REST_NS))


def test_a_zone_is_occupied_from_front_to_rear() -> None:
    (found,) = over(Passage(US_PER_S, 10.0, 4.0))
    assert found.occupied == ((S, S + 6 * S // 10), (S + 45 * S // 100, S + 105 * S // 100))
    assert (found.front_ns, found.left_ns) == (S, S + 105 * S // 100)


def test_who_comes_from_the_other_side_meets_the_second_zone_first() -> None:
    (found,) = over(Passage(US_PER_S, 10.0, 4.0, reverse=True))
    assert found.occupied == ((S + 45 * S // 100, S + 105 * S // 100), (S, S + 6 * S // 10))
    assert found.left_ns == S + 105 * S // 100


def test_who_stands_does_so_with_the_middle_over_the_line() -> None:
    (car,) = over(Passage(0, 10.0, 4.0, stands_s=30.0))
    assert car.occupied == ((0, 30 * S + 6 * S // 10), (30 * S + 45 * S // 100, 30 * S + 105 * S // 100))
    (lorry,) = over(Passage(0, 10.0, 12.0, stands_s=30.0))
    assert lorry.occupied == ((0, 30 * S + 14 * S // 10), (45 * S // 100, 30 * S + 185 * S // 100))


def test_who_follows_too_closely_comes_later() -> None:
    first, second = over(Passage(0, 10.0, 4.0), Passage(500_000, 10.0, 4.0))
    assert second.occupied[0][0] == first.occupied[0][1] + REST_NS
    assert second.front_ns == second.occupied[0][0]


def test_nobody_overtakes_between_the_zones() -> None:
    slow, fast = over(Passage(0, 2.0, 4.0), Passage(4_000_000, 40.0, 4.0))
    assert fast.occupied[1][0] == slow.occupied[1][1] + REST_NS


def test_changes_are_those_of_each_zone() -> None:
    (found,) = over(Passage(0, 10.0, 4.0))
    assert sorted(found.changes((5, 6))) == [
        (0, 5, True),
        (45 * S // 100, 6, True),
        (6 * S // 10, 5, False),
        (105 * S // 100, 6, False),
    ]
