"""Tests of `sensorhub simulate fleet` against a real mosquitto and a real hub."""

import json
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from sensorhub.status import decode_status
from sensorhub.topics import OPEN_ROOT
from simulators.fleet.order import gateway_name
from tests.mosquitto import Mosquitto
from tests.system.exports import exported_rows
from tests.system.hub_process import HubProcess
from tests.waiting import wait_for

GATEWAYS = 50
END_S = 60.0
STOP_S = 8.0


@pytest.fixture
def hub(tmp_path: Path, broker: Mosquitto) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub", broker.settings)
    hub.start()
    yield hub
    hub.kill()


def command(hub: HubProcess, broker: Mosquitto, *words: str) -> list[str]:
    return [
        *(sys.executable, "-m", "sensorhub", "simulate", "fleet", "--json", "--keys", str(hub.data / "keys")),
        *("--broker-port", str(broker.port), "--gateways", str(GATEWAYS), *words),
    ]


@pytest.mark.parametrize("rate", ["3000", "0"])
def test_everything_that_a_fleet_sends_is_receipted_and_stored_once(
    hub: HubProcess, broker: Mosquitto, rate: str
) -> None:
    words = ("--sensors", "5", "--rate", rate, "--seconds", "1.5")
    done = subprocess.run(command(hub, broker, *words), capture_output=True, text=True, timeout=END_S, check=False)

    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["sent"] == said["receipted"] > 0
    assert (said["outstanding"], said["refused"], said["waiting"]) == (0, 0, 0)
    rows = exported_rows(hub.data)
    assert len(rows) == said["sent"]
    assert len({row["gateway"] for row in rows}) == GATEWAYS
    assert len({(row["gateway"], row["sensor"], row["quantity"], row["time"]) for row in rows}) == len(rows)
    assert {stat.S_IMODE(path.stat().st_mode) for path in (hub.data / "keys").iterdir()} == {0o600}


def test_fleet_that_is_interrupted_says_what_it_did_and_farewell(hub: HubProcess, broker: Mosquitto) -> None:
    running = subprocess.Popen(
        command(hub, broker, "--rate", "5000", "--seconds", "600"), stdout=subprocess.PIPE, text=True
    )
    try:
        wait_for(lambda: exported_rows(hub.data), END_S, "the hub has readings of the fleet")
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=STOP_S)
    finally:
        running.kill()
        running.wait()

    assert running.returncode == 130
    assert json.loads(said)["receipted"] > 0
    assert retained_states(broker) == {
        f"{OPEN_ROOT}/{gateway_name(at)}/status": "disconnected" for at in range(GATEWAYS)
    }


def retained_states(broker: Mosquitto) -> dict[str, str]:
    """What the broker keeps of each gateway."""
    states: dict[str, str] = {}
    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _userdata, message: states.update(
        {message.topic: decode_status(bytes(message.payload)).state}
    )
    client.connect(broker.settings.host, broker.port)
    client.subscribe(f"{OPEN_ROOT}/+/status", 1)
    client.loop_start()
    try:
        wait_for(lambda: len(states) == GATEWAYS, END_S, "the broker keeps a status of every gateway")
    finally:
        client.disconnect()
        client.loop_stop()
    return states
