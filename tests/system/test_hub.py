"""Tests of the hub as a process, with a real mosquitto: what it keeps, what it says, and how it ends."""

import resource
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from sensorhub.hubfile import HubAddress, find_hub
from sensorhub.receipt import Receipt
from sensorhub.topics import OPEN_ROOT
from tests.cloud.fakes import EPOCH, GATEWAY, pack_message, status_message
from tests.gateway_peer import TIMEOUT_S, GatewayPeer, gateway_peer
from tests.mosquitto import Mosquitto
from tests.ports import free_port
from tests.system.hub_process import HubProcess
from tests.waiting import wait_for


@pytest.fixture
def hub(tmp_path: Path, broker: Mosquitto) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub", broker.settings)
    yield hub
    hub.kill()


@pytest.fixture
def peer(hub: HubProcess, broker: Mosquitto) -> Iterator[GatewayPeer]:
    with gateway_peer(GATEWAY, hub.name(GATEWAY), broker.settings) as peer:
        yield peer


def send(peer: GatewayPeer, first: int, last: int) -> None:
    """Packs of two."""
    for number in range(first, last, 2):
        pack = pack_message(number)
        peer.send(pack.topic, pack.payload)


def stored(address: HubAddress) -> int:
    """How many readings the hub has, as an export says."""
    lines = b"".join(address.get("/api/readings", {"format": "csv"})).decode().splitlines()
    return len(lines) - 1


def answer(peer: GatewayPeer, nonce: str, last: int) -> Receipt:
    """What the hub says it has of 1 to `last`."""
    status = status_message(nonce=nonce, epochs=[(EPOCH, 1, last + 1)])
    peer.send(status.topic, status.payload, retain=True)
    wait_for(lambda: nonce in [receipt.nonce for receipt in peer.receipts], TIMEOUT_S, "the status is answered")
    return next(receipt for receipt in peer.receipts if receipt.nonce == nonce)


def test_hub_stores_what_it_receipts_and_ends_in_good_order(hub: HubProcess, peer: GatewayPeer) -> None:
    address = hub.start()
    send(peer, 1, 400)
    peer.wait_for_receipts(1, 400)
    assert stored(address) == 400

    with urllib.request.urlopen(f"{address.url}stream", timeout=TIMEOUT_S):  # a page that watches keeps nobody waiting
        assert hub.stop() == 0
    assert find_hub(hub.data) is None


@pytest.mark.parametrize("already", [0, 100])
def test_hub_killed_while_packs_come_has_all_that_it_receipted(
    hub: HubProcess, peer: GatewayPeer, already: int
) -> None:
    hub.start()
    send(peer, 1, 200)
    wait_for(lambda: peer.receipted(1, already), TIMEOUT_S, f"{already} are receipted")
    hub.kill()
    receipted = [number for number in range(1, 201) if peer.receipted(number, number)]
    before = {receipt.store for receipt in peer.receipts}

    address = hub.start()
    kept = answer(peer, "1" * 16, 200)
    assert set(receipted) <= {number for first, last in kept.stored for number in range(first, last + 1)}
    assert kept.store not in before
    send(peer, 1, 200)
    wait_for(lambda: answer(peer, "2" * 16, 200).stored == ((1, 200),), TIMEOUT_S, "all are stored")
    assert stored(address) == 200


def test_hub_waits_for_its_broker(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    hub = HubProcess(tmp_path / "hub", broker.settings)
    with ExitStack() as stack:
        stack.callback(hub.kill)
        address = hub.start()
        hub.wait_for_log(f"The broker 127.0.0.1:{broker.port} is away")
        assert urllib.request.urlopen(address.url, timeout=TIMEOUT_S).status == 200

        broker.start()
        stack.callback(broker.kill)
        hub.wait_for_log(f"The broker 127.0.0.1:{broker.port} is back.")
        peer = stack.enter_context(gateway_peer(GATEWAY, hub.name(GATEWAY), broker.settings))
        hub.wait_for_log(f"Gateway {GATEWAY} is named.")
        send(peer, 1, 4)
        peer.wait_for_receipts(1, 4)
        assert hub.log().count("is away") == 1


def test_hub_keeps_nothing_of_a_gateway_until_it_is_named(hub: HubProcess, broker: Mosquitto, tmp_path: Path) -> None:
    address = hub.start()
    aside = HubProcess(tmp_path / "aside", broker.settings)
    key = aside.name(GATEWAY)
    with gateway_peer(GATEWAY, key, broker.settings) as peer:
        send(peer, 1, 4)
        status = status_message(epochs=[(EPOCH, 1, 5)])
        peer.send(status.topic, status.payload, retain=True)
        hub.wait_for_log(f"Gateway {GATEWAY} sends and nobody named it")
        assert stored(address) == 0
        assert peer.receipts == []

        (aside.data / "keys" / f"{GATEWAY}.key").rename(hub.data / "keys" / f"{GATEWAY}.key")
        wait_for(lambda: peer.receipts, TIMEOUT_S, "its retained status is answered")
        assert peer.receipts[0].stored == ()
        send(peer, 1, 4)
        peer.wait_for_receipts(1, 4)
        assert stored(address) == 4


def test_hub_keeps_bad_messages_as_dead_letters_and_goes_on(hub: HubProcess, peer: GatewayPeer) -> None:
    address = hub.start()
    for topic in (pack_message(1).topic, f"{OPEN_ROOT}/{GATEWAY}/pack/x", f"{OPEN_ROOT}/{GATEWAY}/senml"):
        peer.send(topic, b"[NaN]")
    send(peer, 3, 6)

    peer.wait_for_receipts(1, 6)
    assert stored(address) == 4
    letters = b"".join(address.get("/api/dead-letters")).decode()
    assert letters.count("NaN, which is no JSON number") == 1
    assert letters.count("the topic is not pack/") == 1
    assert letters.count("SenML without an identity") == 1


def test_hub_on_a_full_disk_receipts_nothing_until_there_is_room(hub: HubProcess, peer: GatewayPeer) -> None:
    """A limit on the size of files stands in for the disk: every write beyond it fails."""
    hub.start()
    send(peer, 1, 4)
    peer.wait_for_receipts(1, 4)
    assert hub.process is not None
    _, hard = resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (0, hard))

    send(peer, 5, 8)
    hub.wait_for_log("No data is taken.")
    assert not peer.receipted(5, 5)
    resource.prlimit(hub.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    peer.wait_for_receipts(5, 8)
    hub.wait_for_log("The store takes data again.")


def test_hub_on_a_folder_of_another_hub_says_whose_it_is(hub: HubProcess, broker: Mosquitto) -> None:
    address = hub.start()

    code, said = HubProcess(hub.data, broker.settings).run_to_end()
    assert code == 2
    assert f"Another hub uses the folder {hub.data} (process {address.pid})." in " ".join(said.split())
    assert find_hub(hub.data) == address


def test_hub_on_a_port_that_is_taken_says_so(hub: HubProcess, broker: Mosquitto, tmp_path: Path) -> None:
    port = hub.start().url.rstrip("/").rpartition(":")[2]

    code, said = HubProcess(tmp_path / "other", broker.settings, "--port", port).run_to_end()
    assert code == 2
    assert f"The page cannot be served on 127.0.0.1 port {port}" in " ".join(said.split())


def test_hub_in_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    command = HubProcess(tmp_path / "fine", Mosquitto(tmp_path).settings, "--data", str(tmp_path / "file" / "hub"))

    code, said = command.run_to_end()
    assert code == 2
    assert "cannot be used: Not a directory" in " ".join(said.split())
    assert free_port()
