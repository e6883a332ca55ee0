"""Social care apart: two hubs on one broker, of which neither stores, shows, exports or answers what is the other's."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.settings import HubSettings
from sensorhub.hubfile import HubAddress
from sensorhub.topics import CARE_ROOT, OPEN_ROOT
from tests.cloud.fakes import EPOCH, GATEWAY, message, on_care, pack_message, status_message
from tests.gateway_peer import TIMEOUT_S, GatewayPeer, gateway_peer
from tests.mosquitto import Mosquitto
from tests.system.hub_process import HubProcess
from tests.waiting import wait_for

HOME, STREET = "home-3", "high-street"


@pytest.fixture
def open_hub(tmp_path: Path, broker: Mosquitto) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "hub", broker.settings)
    yield hub
    hub.kill()


@pytest.fixture
def care_hub(tmp_path: Path, broker: Mosquitto) -> Iterator[HubProcess]:
    hub = HubProcess(tmp_path / "care-hub", broker.settings, "--social-care")
    yield hub
    hub.kill()


def text(address: HubAddress, path: str) -> str:
    """What the hub answers, to somebody with its token."""
    return b"".join(address.get(path)).decode()


def page_of(address: HubAddress) -> str:
    """The hub's page as everybody gets it."""
    content: bytes = urllib.request.urlopen(address.url, timeout=TIMEOUT_S).read()
    return content.decode()


def everything(address: HubAddress) -> str:
    """All that a hub shows, exports and lists."""
    return (
        page_of(address)
        + text(address, "/api/readings")
        + text(address, "/api/dead-letters")
        + text(address, "/api/gaps")
    )


def send_all(peer: GatewayPeer, gateway: str, *, care: bool) -> None:
    """A status, a pack, and two messages that become dead letters."""
    status = status_message(gateway=gateway, epochs=[(EPOCH, 1, 3)])
    pack = pack_message(1, gateway=gateway)
    bad = pack_message(3, gateway=gateway, body=b"[NaN]")
    odd = message(f"{OPEN_ROOT}/{gateway}/pack/odd", b"x")
    for one in (status, pack, bad, odd):
        sent = on_care(one) if care else one
        peer.send(sent.topic, sent.payload, retain=one is status)


def test_two_hubs_on_one_broker_share_nothing(open_hub: HubProcess, care_hub: HubProcess, broker: Mosquitto) -> None:
    street_key, home_key = open_hub.name(STREET), care_hub.name(HOME)
    open_hub.name(HOME)  # a mistake: the name stands with both hubs, yet only one hears its gateway
    open_data, care = open_hub.start(), care_hub.start()
    with (
        gateway_peer(STREET, street_key, broker.settings) as street,
        gateway_peer(HOME, home_key, broker.settings, CARE_ROOT) as home,
    ):
        send_all(home, HOME, care=True)
        send_all(street, STREET, care=False)
        for peer in (home, street):
            peer.wait_for_receipts(1, 4)
        wait_for(lambda: all("odd" in text(one, "/api/dead-letters") for one in (open_data, care)), TIMEOUT_S, "all")

        assert HOME not in everything(open_data)
        assert STREET not in everything(care)
        for address, gateway, root in ((open_data, STREET, OPEN_ROOT), (care, HOME, CARE_ROOT)):
            shown = everything(address)
            assert shown.count(f",{gateway},loop-1,") == 2
            assert shown.count(f'"topic": "{root}/{gateway}/pack/') == 2
        assert {receipt.store for receipt in home.receipts}.isdisjoint(receipt.store for receipt in street.receipts)


@pytest.mark.parametrize("care", [False, True], ids=["at-the-open-hub", "at-the-care-hub"])
def test_a_gateway_of_the_other_root_is_not_even_listed(
    open_hub: HubProcess, care_hub: HubProcess, broker: Mosquitto, care: bool
) -> None:
    hub = care_hub if care else open_hub
    address = hub.start()
    with gateway_peer(GATEWAY, b"", broker.settings, OPEN_ROOT if care else CARE_ROOT) as other:
        send_all(other, GATEWAY, care=not care)
        with gateway_peer("stranger", b"", broker.settings) as stranger:
            own = status_message(gateway="stranger")
            own = on_care(own) if care else own
            stranger.send(own.topic, own.payload)
            wait_for(lambda: "stranger" in page_of(address), TIMEOUT_S, "the stranger on the hub's own root is listed")
        assert GATEWAY not in everything(address)


@pytest.mark.parametrize("care", [False, True], ids=["open-folder", "care-folder"])
def test_a_folder_of_one_kind_is_refused_for_the_other(tmp_path: Path, broker: Mosquitto, care: bool) -> None:
    as_care = ["--social-care"]
    first = HubProcess(tmp_path / "hub", broker.settings, *(as_care if care else []))
    first.start()
    assert first.stop() == 0
    kept = HubSettings.load(tmp_path / "hub")
    assert kept.social_care is care

    code, said = HubProcess(tmp_path / "hub", broker.settings, *([] if care else as_care)).run_to_end()
    assert code == 2
    assert ("holds social care" if care else "holds open data") in said
    assert ("with --social-care" if care else "without --social-care") in said
    assert "Traceback" not in said
    assert HubSettings.load(tmp_path / "hub") == kept

    first.start()
    assert first.stop() == 0


def test_page_of_social_care_says_so(care_hub: HubProcess) -> None:
    assert "Smart Essex Social care hub</title>" in page_of(care_hub.start())
