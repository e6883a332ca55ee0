"""`float-switch`: a float in water that rises and falls."""

from itertools import takewhile

import pytest

from sensorhub.reading import US_PER_S
from simulators.world.place import Place
from tests.gateway.sensors.contact_stand import START_US, ContactStand


class Rising(Place):
    """Water that rises by a millimetre a second to 600 mm, and falls again."""

    def water_mm(self, time_us: int) -> float:
        return 600.0 - abs((time_us - self.start_us) / US_PER_S - 600.0)


def stand(place: Place) -> ContactStand:
    return ContactStand(place, kind="float-switch", pin=5)


def test_float_is_lifted_at_its_height_and_falls_a_little_lower() -> None:
    moves = stand(Rising(START_US)).moves(1_200)
    settled = [move for move in moves if move.clock_ns % 1_000_000_000 == 0]
    assert [(move.clock_ns // 1_000_000_000 - 3_600, move.active) for move in settled] == [(400, True), (830, False)]


@pytest.mark.parametrize(("seconds", "lifted"), [(399, 0.0), (700, 1.0), (1_200, 0.0)])
def test_newest_state_is_told(seconds: int, lifted: float) -> None:
    assert stand(Rising(START_US)).compare(seconds) == {"float_active": lifted}


def test_change_is_told_at_once_and_the_state_again_every_quarter_of_an_hour() -> None:
    tested = stand(Rising(START_US))
    tested.run(3_000)
    assert [reading["float_active"] for reading in tested.readings] == [0, 1, 0, 0, 0]


def test_water_that_stands_is_looked_at_a_day_at_a_time() -> None:
    moves = stand(Place(START_US)).part.moves()
    assert [next(moves).active for _ in range(3)] == [False] * 3
    assert not list(takewhile(lambda move: move.clock_ns < 3_600 * 10**9, moves))
