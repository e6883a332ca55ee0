"""The simulation of the delivery path: a hundred worlds, and that it can be trusted."""

import logging
import random
from collections.abc import Iterator

import pytest

from cloud.stores.protocol import StorePack
from sensorhub.reading import Reading
from sensorhub.topics import PackId
from tests.cloud.stores.model_store import ModelStore
from tests.delivery.simulated.plan import Plan
from tests.delivery.simulated.sensors import CARE_KINDS, OPEN_KINDS, sensors_of
from tests.delivery.simulated.store import DurableStore, Faults
from tests.delivery.simulated.world import World


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What the product says of all that goes wrong is not looked at here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("first", range(1, 101, 10))
def test_ten_worlds_end_with_nothing_lost_and_nothing_twice(first: int) -> None:
    results = [World(seed).run() for seed in range(first, first + 10)]

    assert [f"seed {result.seed}: {result.broken}" for result in results if result.broken] == []
    assert all(result.accepted and result.stored for result in results)


@pytest.mark.parametrize(
    ("seed", "segment_bytes", "what"),
    [
        (235, 1_024, "a boot without the time gets its anchor into a full spool"),
        (254, 4_096, "an epoch that could not be left is gone on with"),
        (327, 1_536, "the anchor of an open interval does not hold up all segments"),
        (390, 1_536, "a contact that was refused counts what is in its journal"),
        (423, 2_048, "what a restored hub lists of a copy's pack does not stand for this card's"),
        (492, 1_024, "a full spool has room for the seals that empty it"),
        (545, 1_024, "readings that are received go together with the edges they were made of"),
        (594, 1_024, "a spool in which nothing waits for a receipt can be written again"),
        (1445, 1_024, "what is refused is not counted again after a restart"),
        (1555, 1_024, "the reading of a later interval waits for that of an earlier one"),
        (2278, 1_024, "records whose seal went are sealed anew for a restored hub"),
        (2362, 1_024, "a boot that is over gets no second reading for a time"),
    ],
)
def test_world_that_broke_once_holds(seed: int, segment_bytes: int, what: str) -> None:
    assert World(seed, kinds=(), segment_bytes=segment_bytes).run().broken == "", what


def test_records_too_old_in_the_commit_that_made_them_are_seen() -> None:
    world = World(224, kinds=(), age_max_s=2.0)
    assert world.run().broken == ""
    for gateway in world.gateways:
        for known in gateway.ledger.epochs.values():
            assert sorted(known.records) == list(range(1, known.next))


@pytest.mark.parametrize("kinds", [*OPEN_KINDS, *CARE_KINDS], ids="+".join)
def test_worlds_with_sensors_of_every_shape_end_with_nothing_lost_and_nothing_twice(kinds: tuple[str, ...]) -> None:
    for seed in range(101, 106):
        world = World(seed, kinds=kinds)
        assert world.run().broken == "", f"seed {seed}"
        ledgers = [gateway.ledger for gateway in world.gateways]
        epochs = [epoch for ledger in ledgers for epoch in ledger.epochs.values()]
        accepted = {record.sensor for epoch in epochs for record in epoch.records.values()}
        assert accepted >= {sensor.id for sensor in sensors_of(world.plan)}


@pytest.mark.parametrize("kinds", [(), OPEN_KINDS[-1]], ids=["detectors", "+".join(OPEN_KINDS[-1])])
def test_a_world_is_the_same_each_time(kinds: tuple[str, ...]) -> None:
    logs: list[list[str]] = [[], []]
    for log in logs:
        World(17, log.append, kinds).run()

    assert len(logs[0]) > 100
    assert logs[0] == logs[1]


def test_durable_store_without_faults_does_what_the_model_does() -> None:
    chance = random.Random(1)
    durable = DurableStore(Faults(Plan(), chance), lambda pack: None)
    model = ModelStore()
    for turn in range(300):
        first, count = chance.randint(1, 60), chance.randint(1, 8)
        records = tuple(
            (sequence, Reading("loop-1", "occupancy", 1_764_000_000_000_000 + sequence, float(chance.randint(0, 1))))
            for sequence in range(first, first + count)
        )
        pack = StorePack(PackId("g-1", "0" * 16, first, count), str(records[0][1].value), records, (), turn)
        assert durable.write([pack]) == model.write([pack])
        assert durable.kept("g-1", "0" * 16, 1, 100) == model.kept("g-1", "0" * 16, 1, 100)
    copy = durable.backup()
    assert copy.id != durable.id
    assert copy.kept("g-1", "0" * 16, 1, 100) == model.kept("g-1", "0" * 16, 1, 100)
