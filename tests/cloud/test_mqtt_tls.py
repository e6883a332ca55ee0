"""Tests of the hub's link over TLS with client certificates, to a real mosquitto."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from sensorhub.broker import BrokerSettings
from tests.cloud.fakes import FakeFeed
from tests.cloud.test_mqtt import LinkedWorld
from tests.gateway_peer import TIMEOUT_S
from tests.mosquitto import mosquitto
from tests.programs import need
from tests.waiting import wait_for


def openssl(folder: Path, *words: str) -> None:
    subprocess.run([need("openssl"), *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two authorities, and from the first a server and a client certificate."""
    folder = tmp_path_factory.mktemp("certificates")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    for name in ("ca", "other"):
        openssl(
            folder, "req", "-x509", *new_key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem"
        )
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for name in ("server", "ingester-1"):
        openssl(folder, "req", *new_key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        signed_by = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed_by, "-out", f"{name}.pem")
    return folder


@pytest.fixture
def listener(certificates: Path) -> str:
    """mosquitto's half: who has no certificate of ours is turned away."""
    return (
        f"cafile {certificates / 'ca.pem'}\ncertfile {certificates / 'server.pem'}\n"
        f"keyfile {certificates / 'server.key'}\nrequire_certificate true\nuse_identity_as_username true\n"
    )


def connect(stack: ExitStack, folder: Path, settings: BrokerSettings) -> LinkedWorld:
    return stack.enter_context(LinkedWorld(folder, settings))


def test_link_shows_its_certificate_to_a_broker_it_trusts(tmp_path: Path, certificates: Path, listener: str) -> None:
    with mosquitto(tmp_path, listener) as broker, ExitStack() as stack:
        settings = BrokerSettings(
            port=broker.port,
            ca_file=certificates / "ca.pem",
            cert_file=certificates / "ingester-1.pem",
            key_file=certificates / "ingester-1.key",
        )
        connect(stack, tmp_path, settings).wait_up()


def trouble_of(feed: FakeFeed) -> str:
    wait_for(lambda: feed.troubles, TIMEOUT_S, "the trouble is shown")
    return str(feed.troubles[0])


def test_link_does_not_speak_to_a_broker_of_another_authority(
    tmp_path: Path, certificates: Path, listener: str
) -> None:
    with mosquitto(tmp_path, listener) as broker, ExitStack() as stack:
        settings = BrokerSettings(port=broker.port, ca_file=certificates / "other.pem")

        assert "certificate verify failed" in trouble_of(connect(stack, tmp_path, settings).feed)


def test_link_without_a_certificate_is_turned_away_and_says_so(
    tmp_path: Path, certificates: Path, listener: str
) -> None:
    with mosquitto(tmp_path, listener) as broker, ExitStack() as stack:
        settings = BrokerSettings(port=broker.port, ca_file=certificates / "ca.pem")

        assert "is away (" in trouble_of(connect(stack, tmp_path, settings).feed)


def test_link_with_an_unusable_certificate_says_which_files(tmp_path: Path, certificates: Path) -> None:
    with ExitStack() as stack:
        settings = BrokerSettings(
            port=1, cert_file=certificates / "ingester-1.pem", key_file=certificates / "other.key"
        )

        assert "Check ca_file, cert_file and key_file" in trouble_of(connect(stack, tmp_path, settings).feed)
