"""Broker settings: what goes together, and secrets as files."""

import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError

from sensorhub.broker import BrokerSecretUnreadable, BrokerSettings


def test_broker_without_settings_is_the_plain_one_of_this_machine() -> None:
    broker = BrokerSettings()

    assert broker.address == "127.0.0.1:1883"
    assert broker.password() is None
    assert broker.ssl_context() is None


def test_tls_checks_the_name_of_the_broker() -> None:
    context = BrokerSettings(tls=True).ssl_context()

    assert context is not None
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_password_is_read_from_its_file_each_time(tmp_path: Path) -> None:
    path = tmp_path / "broker.password"
    broker = BrokerSettings(username="hub", password_file=path)

    path.write_text("old\n")
    assert broker.password() == "old"
    path.write_text("new\n")
    assert broker.password() == "new"


def test_missing_password_file_is_named(tmp_path: Path) -> None:
    broker = BrokerSettings(username="hub", password_file=tmp_path / "none")

    with pytest.raises(BrokerSecretUnreadable, match=r"none cannot be read"):
        broker.password()


@pytest.mark.parametrize("content", [None, b"", b"hello", b"\xff\xfe"])
def test_certificate_that_is_none_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(BrokerSecretUnreadable, match="Check ca_file"):
        BrokerSettings(ca_file=path).ssl_context()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"cert_file": "a.pem"}, "go together"),
        ({"key_file": "a.key"}, "go together"),
        ({"password_file": "a"}, "needs a username"),
        ({"password": "secret"}, "password"),
        ({"port": 0}, "port"),
        ({"port": 65_536}, "port"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings: dict[str, object], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        BrokerSettings.model_validate(settings)
