"""Any sequence of writes, repeats, wishes and forgetting has the same outcome in every store."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores.duck import DuckStore
from cloud.stores.influx import InfluxStore
from cloud.stores.protocol import Fate, Outcome, Store, StorePack
from sensorhub.reading import US_PER_S
from tests.cloud.stores.influx_twin import TwinServer
from tests.cloud.stores.model_store import ModelStore
from tests.cloud.stores.packs import ARRIVED_US, EPOCH, GATEWAY, T0_US, pack, reading

LAST = 24


@dataclass(frozen=True)
class Write:
    """A pack of these bounds comes, of this content."""

    first: int
    count: int
    digest: str
    refused: int
    hour: int

    def pack(self) -> StorePack:
        bad = ((self.refused, self.refused),) if self.first <= self.refused < self.first + self.count else ()
        count = self.count - len(bad)
        records = [reading(time_us=T0_US + at * US_PER_S, value=float(ord(self.digest))) for at in range(count)]
        arrived_us = ARRIVED_US + self.hour
        return pack(records, first=self.first, digest=self.digest * 16, refused=bad, arrived_us=arrived_us)


@dataclass(frozen=True)
class Want:
    """All that came from this hour on is wanted again."""

    hour: int


@dataclass(frozen=True)
class Forget:
    """Hashes of what came before this hour are forgotten."""

    hour: int


HOURS = st.integers(0, 5)
HASHES = st.sampled_from("aab")


def writes(firsts: st.SearchStrategy[int], counts: st.SearchStrategy[int]) -> st.SearchStrategy[Write]:
    return st.builds(Write, first=firsts, count=counts, digest=HASHES, refused=st.integers(1, LAST), hour=HOURS)


ANY_BOUNDS = writes(st.integers(1, LAST - 4), st.integers(1, 4))
SAME_BOUNDS = writes(st.sampled_from(range(1, LAST, 4)), st.just(4))
FORGET, WANT = st.builds(Forget, HOURS), st.builds(Want, HOURS)
STEPS = st.one_of(
    st.lists(st.one_of(ANY_BOUNDS, ANY_BOUNDS, FORGET), max_size=12),
    st.lists(st.one_of(SAME_BOUNDS, SAME_BOUNDS, FORGET, WANT), max_size=12),
)
"""What is taken of other bounds while it is wanted has tests of its own in the contract."""


@contextmanager
def stores() -> Iterator[list[Store]]:
    """The model and both others, empty."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state = State(f"sqlite:///{folder / 'state.sqlite'}")
        hub_settings = HubSettings(
            store="influxdb",
            influx_url="http://127.0.0.1:1",
            influx_org="essex",
            influx_bucket="readings",
            influx_token_file=folder / "token",
        )
        made: list[Store] = [ModelStore(), DuckStore(folder), InfluxStore(hub_settings, state, server=TwinServer())]
        try:
            yield made
        finally:
            for store in made:
                store.close()
            state.close()


@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_stores_agree(steps: list[Write | Want | Forget]) -> None:
    with stores() as (model, *others):
        for step in steps:
            if isinstance(step, Write):
                told = model.write([step.pack()])
                for store in others:
                    assert store.write([step.pack()]) == told, type(store).__name__
            elif isinstance(step, Want):
                for store in (model, *others):
                    store.want(ARRIVED_US + step.hour)
            else:
                done = model.forget_hashes(ARRIVED_US + step.hour, 1_000)
                for store in others:
                    assert store.forget_hashes(ARRIVED_US + step.hour, 1_000) == done
            for store in others:
                assert store.kept(GATEWAY, EPOCH, 1, LAST) == model.kept(GATEWAY, EPOCH, 1, LAST)
                assert store.here(GATEWAY, EPOCH) == model.here(GATEWAY, EPOCH)
                assert store.wanted() == model.wanted()


def test_stores_that_agree_have_done_something() -> None:
    """So that the test above is not about empty stores."""
    with stores() as made:
        one = Write(1, 4, "a", 2, 0)
        for store in made:
            assert store.write([one.pack()]) == [Outcome(Fate.STORED, ((2, 2),))]
            store.want(ARRIVED_US)
            assert store.write([one.pack()]) == [Outcome(Fate.RENEWED, ((2, 2),))]
