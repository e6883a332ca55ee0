"""Ingest with twins of all that surrounds it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud.fakes import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.state.close()
