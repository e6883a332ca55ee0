"""Every bad pack we could think of, through the core of ingest: each ends stored or as a dead letter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sensorhub.ranges import RangeSet
from sensorhub.topics import OPEN_ROOT, pack_topic
from tests.cloud.fakes import EPOCH, World, message, pack_message, status_message
from tests.sensorhub import bad_packs
from tests.sensorhub.bad_packs import CASES, Case


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("hub"))
    world.key = world.name(bad_packs.GATEWAY)
    world.registry.look()
    yield world
    world.state.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_bad_pack_ends_stored_or_as_a_dead_letter_and_is_answered(world: World, case: Case) -> None:
    """Each on an epoch of its own, twice: the repeat gets the same answer."""
    epoch = f"{CASES.index(case):016x}"
    topic = pack_topic(OPEN_ROOT, case.pack).replace(EPOCH, epoch)
    whole = ((case.pack.first, case.pack.last),)
    refused = whole if case.malformed else tuple(RangeSet((number, number) for number in case.refused))
    stored = tuple(RangeSet(whole).missing(*whole[0])) if case.malformed else _rest(whole[0], refused)

    for _ in range(2):
        (answer,) = world.handle(message(topic, case.payload))
        receipt = world.open(answer, bad_packs.GATEWAY)
        assert (receipt.epoch, receipt.stored, receipt.refused) == (epoch, stored, refused)
    letters = [letter for letter in world.state.dead_letters(limit=10_000) if letter.topic == topic]
    if case.malformed:
        assert [(letter.sequence, letter.raw) for letter in letters] == [(None, case.payload)]
        assert case.malformed in letters[0].reason
    else:
        reasons = {letter.sequence: letter.reason for letter in letters}
        assert reasons.keys() == case.refused.keys()
        assert all(words in reasons[number] for number, words in case.refused.items())


def _rest(whole: tuple[int, int], refused: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    return tuple(RangeSet(refused).missing(*whole))


def test_good_pack_after_all_of_them_is_stored(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.name(bad_packs.GATEWAY)
    world.registry.look()
    topics = (pack_topic(OPEN_ROOT, case.pack).replace(EPOCH, f"{number:016x}") for number, case in enumerate(CASES))
    bad = [message(topic, case.payload) for topic, case in zip(topics, CASES, strict=True)]

    answers = world.handle(*bad, pack_message(1), status_message(epochs=[(EPOCH, 1, 3)]))
    mine = [world.open(answer) for answer in answers if "device-1136" in answer.topic]
    assert [receipt.stored for receipt in mine] == [((1, 2),), ((1, 2),)]
    world.state.close()
