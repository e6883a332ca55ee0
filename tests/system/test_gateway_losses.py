"""Tests of a real gateway with a hub that wants records again, or that knows other records under its numbers."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

import pytest

from sensorhub.hubfile import find_hub
from sensorhub.signing import write_new_key
from tests.mosquitto import Mosquitto
from tests.system.command_process import CommandProcess, command
from tests.system.hub_process import HubProcess
from tests.system.test_losses import sensorhub
from tests.waiting import wait_for

GATEWAY = "bridge-1"
WAIT_S = 60.0


@pytest.fixture
def hub(tmp_path: Path, broker: Mosquitto) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub", broker.settings)
    key = tmp_path / "gateway.key"
    write_new_key(key)
    shutil.copy(key, hub.data / "keys" / f"{GATEWAY}.key")
    hub.start()
    yield hub
    hub.kill()


@pytest.fixture
def gateway(tmp_path: Path, broker: Mosquitto) -> Callable[[], AbstractContextManager[CommandProcess]]:
    """Starts a gateway with one contact and intervals of a second, each time on the same spool."""
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'gateway = "{GATEWAY}"\npack_s = 0.5\n[broker]\nport = {broker.port}\n'
        '[[sensors]]\nid = "detector-1"\npin = 4\nperiod_s = 1\n'
    )
    return lambda: command(tmp_path / "gateway.log", "gateway", "run", "--config", str(config))


def ask(hub: HubProcess, path: str, **asked: str) -> bytes:
    address = find_hub(hub.data)
    assert address is not None
    return b"".join(address.get(path, asked))


def times(hub: HubProcess) -> list[datetime]:
    """The times of the stored intervals, each as often as it is stored."""
    rows = json.loads(ask(hub, "/api/readings", quantity="occupancy", format="json"))
    return sorted(datetime.fromisoformat(row["time"]) for row in rows)


def wait_for_more(hub: HubProcess, than: int) -> None:
    wait_for(lambda: len(times(hub)) >= than, WAIT_S, f"{than} readings are stored")


def test_gateway_sends_again_what_the_hub_wants(
    hub: HubProcess, gateway: Callable[[], AbstractContextManager[CommandProcess]]
) -> None:
    with gateway() as running:
        wait_for_more(hub, 5)
        before = times(hub)
        asked = json.loads(sensorhub("hub", "refetch", "--data", str(hub.data), "--since", "2020-01-01", "--json"))
        assert asked["wanted"][0]["records"] >= len(before)
        done = b"Nothing is wanted again.\n"
        wait_for(lambda: ask(hub, "/api/refetch", format="text") == done, WAIT_S, "all came again")
        running.stop()
    after = times(hub)
    assert len(after) == len(set(after))
    assert set(before) <= set(after)


def test_gateway_on_a_restored_card_begins_a_new_epoch_and_loses_nothing(
    hub: HubProcess, gateway: Callable[[], AbstractContextManager[CommandProcess]], tmp_path: Path
) -> None:
    spool = tmp_path / "spool"
    with gateway() as running:
        wait_for_more(hub, 3)
        running.stop()
    shutil.copytree(spool, tmp_path / "copy")
    with gateway() as running:
        wait_for_more(hub, 8)
        running.stop()
    before = times(hub)
    shutil.rmtree(spool)
    shutil.move(tmp_path / "copy", spool)

    with gateway() as running:
        wait_for(lambda: len([*spool.glob("*/*.seg")]) >= 2, WAIT_S, "the gateway has a new epoch")
        wait_for_more(hub, len(before) + 5)
        running.stop()
    after = times(hub)
    assert len(after) == len(set(after))
    assert set(before) <= set(after)
    epochs = {path.name for path in spool.iterdir() if path.is_dir() and len(path.name) == 16}
    assert len(epochs) == 2
