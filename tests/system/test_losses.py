"""Tests of a hub that lost data, or meets other content, as a process with real servers: what it asks gateways for."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sensorhub.clock import rfc3339, wall_us
from sensorhub.hubfile import HubAddress
from sensorhub.reading import US_PER_S
from sensorhub.receipt import Receipt
from tests.cloud.fakes import EPOCH, GATEWAY, NOW_US, pack_message, readings, reply_message, status_message
from tests.gateway_peer import TIMEOUT_S, GatewayPeer, gateway_peer
from tests.influxd import Influxd
from tests.mosquitto import Mosquitto
from tests.system.hub_process import HubProcess
from tests.waiting import wait_for

PACK = 50


@pytest.fixture
def influxd(tmp_path: Path) -> Iterator[Influxd]:
    (tmp_path / "influxd").mkdir()
    server = Influxd(tmp_path / "influxd")
    try:
        server.start()
        yield server
    finally:
        server.kill()


def send(peer: GatewayPeer, first: int, last: int) -> None:
    for number in range(first, last, PACK):
        pack = pack_message(number, PACK)
        peer.send(pack.topic, pack.payload)


def answer(peer: GatewayPeer, nonce: str, last: int) -> Receipt:
    """What the hub says it has of 1 to `last`, as a gateway asks for it."""
    status = status_message(nonce=nonce, epochs=[(EPOCH, 1, last + 1)])
    peer.send(status.topic, status.payload, retain=True)
    wait_for(lambda: nonce in [receipt.nonce for receipt in peer.receipts], TIMEOUT_S, "the status is answered")
    return next(receipt for receipt in peer.receipts if receipt.nonce == nonce)


def values(address: HubAddress) -> list[tuple[str, float]]:
    """Time and value of every reading that the hub has, by time."""
    rows = json.loads(b"".join(address.get("/api/readings", {"format": "json"})))
    return sorted((row["time"], row["value"]) for row in rows)


def expected(last: int) -> list[tuple[str, float]]:
    return sorted((rfc3339(one.time_us), 1.0) for one in readings(1, last))


def sensorhub(*words: str) -> str:
    """What a command says."""
    command = [sys.executable, "-m", "sensorhub", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def send_what_misses(peer: GatewayPeer, address: HubAddress, last: int) -> None:
    """As a gateway under another store id: what the answer does not list is sent again."""
    before = peer.receipts[-1].store
    told = answer(peer, "3" * 16, last)
    assert told.store != before
    assert told.stored == ((1, 200),)
    peer.receipts.clear()
    send(peer, 201, last)
    peer.wait_for_receipts(201, last)


def test_readings_lost_from_influxdb_are_fetched_again(tmp_path: Path, broker: Mosquitto, influxd: Influxd) -> None:
    bucket = influxd.new_bucket()
    access = influxd.access
    hub = HubProcess(
        tmp_path / "hub",
        broker.settings,
        *("--store", "influxdb", "--influx-url", access.url, "--influx-org", access.organisation),
        *("--influx-bucket", bucket, "--influx-token-file", str(access.token_file)),
    )
    try:
        address = hub.start()
        with gateway_peer(GATEWAY, hub.name(GATEWAY), broker.settings) as peer:
            hub.wait_for_log(f"Gateway {GATEWAY} is named.")
            send(peer, 1, 200)
            peer.wait_for_receipts(1, 200)
            since = rfc3339(wall_us())
            send(peer, 201, 400)
            peer.wait_for_receipts(201, 400)
            assert values(address) == expected(400)

            influxd.lose(bucket, NOW_US // US_PER_S + 250 * 60, NOW_US // US_PER_S + 500 * 60)
            assert len(values(address)) < 300
            told = json.loads(sensorhub("hub", "refetch", "--data", str(hub.data), "--since", since, "--json"))
            assert told["wanted"] == [{"gateway": GATEWAY, "records": 200, "on_no_card": 0}]
            send_what_misses(peer, address, 400)
            assert values(address) == expected(400)
            assert sensorhub("hub", "refetch", "--status", "--data", str(hub.data)) == "Nothing is wanted again.\n"
    finally:
        hub.kill()


def test_hub_restored_from_an_older_backup_fetches_again_without_one_twice(tmp_path: Path, broker: Mosquitto) -> None:
    """Asked for without a hub, on its files; it begins to ask when it is started."""
    hub = HubProcess(tmp_path / "hub", broker.settings)
    try:
        hub.start()
        with gateway_peer(GATEWAY, hub.name(GATEWAY), broker.settings) as peer:
            hub.wait_for_log(f"Gateway {GATEWAY} is named.")
            send(peer, 1, 200)
            peer.wait_for_receipts(1, 200)
            since = rfc3339(wall_us())
            send(peer, 201, 400)
            peer.wait_for_receipts(201, 400)
            hub.stop()

            said = sensorhub("hub", "refetch", GATEWAY, "--data", str(hub.data), "--since", since)
            assert said.startswith("Asked for again: 200 records of 1 gateway")
            assert "Still missing: 200 records" in sensorhub("hub", "refetch", "--data", str(hub.data))
            address = hub.start()
            assert values(address) == expected(400)  # nothing was taken away
            send_what_misses(peer, address, 400)
            assert values(address) == expected(400)
            assert "Nothing is wanted" in sensorhub("hub", "refetch", "--data", str(hub.data))
    finally:
        hub.kill()


def test_conflict_sends_a_command_and_the_gaps_of_a_gateway_are_told(tmp_path: Path, broker: Mosquitto) -> None:
    hub = HubProcess(tmp_path / "hub", broker.settings)
    try:
        hub.start()
        with gateway_peer(GATEWAY, hub.name(GATEWAY), broker.settings) as peer:
            hub.wait_for_log(f"Gateway {GATEWAY} is named.")
            for pack in (pack_message(11, 5), pack_message(11, 5, value=2.0)):
                peer.send(pack.topic, pack.payload)
            wait_for(lambda: peer.commands, TIMEOUT_S, "the gateway is told to begin a new epoch")
            assert (peer.commands[0].name, peer.commands[0].epoch) == ("new-epoch", EPOCH)
            reply = reply_message(peer.commands[0].number, text="begun")
            peer.send(reply.topic, reply.payload)
            hub.wait_for_log(f"replies to command {peer.commands[0].number}: begun")

            status = status_message(epochs=[(EPOCH, 11, 16)])
            peer.send(status.topic, status.payload, retain=True)
            hub.wait_for_log(f"Gateway {GATEWAY} lost 10 records")
            told = json.loads(sensorhub("gaps", "--data", str(hub.data), "--json"))
            assert [(gap["first"], gap["last"], gap["kind"]) for gap in told["gaps"]] == [(1, 10, "unnamed")]
            assert told["findings"][0]["command"]["text"] == "begun"
            assert hub.stop() == 0
            assert "10 records lost" in sensorhub("gaps", "--data", str(hub.data))
    finally:
        hub.kill()
