"""`cabinet-door`: a door that is opened and shut."""

from sensorhub.reading import US_PER_S
from simulators.world.place import Stay
from tests.gateway.sensors.contact_stand import START_US, ContactStand, Told
from tests.simulators.world.places import A127, place


def opened(*spans_s: tuple[float, float]) -> ContactStand:
    stays = [Stay(START_US + int(from_s * US_PER_S), START_US + int(until_s * US_PER_S)) for from_s, until_s in spans_s]
    return ContactStand(Told(stays=stays), kind="cabinet-door", pin=5)


def test_door_is_told_as_it_opens_and_shuts() -> None:
    stand = opened((100, 400), (1_000, 2_000))
    stand.run(2_500)
    assert [reading["door_open"] for reading in stand.readings] == [0, 1, 0, 1, 1, 0]


def test_door_that_stays_open_is_told_so() -> None:
    assert opened((100, 400), (1_000, 2_000)).compare(1_500) == {"door_open": 1.0}


def test_door_that_rattles_is_still_open() -> None:
    stand = opened((100, 200), (200.01, 300))
    stand.run(800)
    assert [reading["door_open"] for reading in stand.readings] == [0, 1, 0]


def test_days_of_a_cabinet_are_told_as_they_were() -> None:
    assert "door_open" in ContactStand(place(A127), kind="cabinet-door", pin=5).compare(10 * 86_400)
