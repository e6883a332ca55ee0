"""Tests of the InfluxDB store's order of steps: a hub that dies between any two of them loses nothing and tells nothing
that is not so; the next one finishes what it began."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from cloud.letters import DeadLetter
from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores.influx import InfluxStore
from cloud.stores.protocol import Fate, Kept, Outcome, StorePack, Wanted
from tests.cloud.stores.influx_twin import Killed, TwinServer
from tests.cloud.stores.packs import ARRIVED_US, EPOCH, GATEWAY, pack, reading, readings


class DyingState(State):
    """A state database whose hub may die before or after the dead letters that the server made."""

    dies = ""

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        if self.dies == "before letters":
            raise Killed
        super().add_dead_letters(letters)
        if self.dies == "after letters":
            raise Killed


@dataclass
class Hub:
    """One server, one folder, and a hub that is started again after it died."""

    folder: Path
    server: TwinServer

    def write(self, one: StorePack, dies: str = "") -> list[Outcome]:
        """A new hub writes a pack, and dies at a step."""
        self.server.dies = dies
        with self.opened(dies) as store:
            return store.write([one])

    def opened(self, dies: str = "") -> "Opened":
        return Opened(self, dies)


class Opened:
    """The store of a hub for a block; when it dies nothing is tidied up but the handles of this process."""

    def __init__(self, hub: Hub, dies: str) -> None:
        settings = HubSettings(
            store="influxdb",
            influx_url="http://127.0.0.1:1",
            influx_org="essex",
            influx_bucket="readings",
            influx_token_file=hub.folder / "token",
        )
        self._state = DyingState.open(hub.folder)
        self._state.dies = dies
        self._store = InfluxStore(settings, self._state, server=hub.server)

    def __enter__(self) -> InfluxStore:
        return self._store

    def __exit__(self, *_: object) -> None:
        self._state.close()


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path, TwinServer())


STEPS = ["before points", "after points", "before letters", "after letters"]
LINES = 4
"""The nine readings are of four instants."""
BAD = 4
"""The sequence of the reading that the server refuses."""


def poisoned() -> StorePack:
    records = readings(9)
    records[BAD - 1] = reading("detector-9", value=666.0)
    return pack(records)


@pytest.mark.parametrize("step", STEPS)
def test_hub_that_dies_between_two_steps_tells_nothing_and_the_next_one_finishes(hub: Hub, step: str) -> None:
    with pytest.raises(Killed):
        hub.write(poisoned(), step)
    with hub.opened() as store:
        assert store.kept(GATEWAY, EPOCH, 1, 99) == Kept((), ())
        assert store.arrivals() == {}

    for fate in (Fate.STORED, Fate.DUPLICATE):
        assert hub.write(poisoned()) == [Outcome(fate, ((BAD, BAD),))]
    with hub.opened() as store:
        assert store.kept(GATEWAY, EPOCH, 1, 99) == Kept(((1, 3), (5, 9)), ((BAD, BAD),))
    assert len(hub.server.points) == LINES
    state = State.open(hub.folder)
    assert [letter.repeats for letter in state.dead_letters()] == [0]
    state.close()


@pytest.mark.parametrize("step", STEPS)
def test_hub_that_dies_while_it_writes_anew_goes_on_wanting_it(hub: Hub, step: str) -> None:
    hub.write(poisoned())
    hub.server.points.clear()
    with hub.opened() as store:
        store.want(ARRIVED_US)

    with pytest.raises(Killed):
        hub.write(poisoned(), step)
    with hub.opened() as store:
        assert store.wanted() == [Wanted(GATEWAY, EPOCH, 1, 9)]
    assert hub.write(poisoned()) == [Outcome(Fate.RENEWED, ((BAD, BAD),))]
    with hub.opened() as store:
        assert store.wanted() == []
        assert store.kept(GATEWAY, EPOCH, 1, 99) == Kept(((1, 3), (5, 9)), ((BAD, BAD),))
    assert len(hub.server.points) == LINES


@pytest.mark.parametrize("step", STEPS)
def test_other_content_after_a_death_is_a_conflict_and_overwrites_nothing(hub: Hub, step: str) -> None:
    with pytest.raises(Killed):
        hub.write(poisoned(), step)
    before = dict(hub.server.points)

    other = pack(readings(9, first=50), digest="b" * 16)
    assert hub.write(other) == [Outcome(Fate.CONFLICT, ((1, 9),))]
    assert hub.server.points == before
