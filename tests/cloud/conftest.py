"""Ingest with twins of all that surrounds it, and a live model with a clock of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.live import LiveModel
from tests.cloud.fakes import World
from tests.cloud.junction import Clock


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.state.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock) -> LiveModel:
    model = LiveModel(clock.machine)
    clock.forward(600)
    return model
