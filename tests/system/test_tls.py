"""Tests of gateway and hub as programs by themselves, at a broker with TLS, certificates, logins and an ACL."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from sensorhub.hubfile import HubRefused, HubUnreachable, find_hub
from tests.mosquitto import Mosquitto
from tests.programs import need
from tests.system.certificates import Authority
from tests.system.command_process import CommandProcess, command
from tests.system.exports import exported_rows
from tests.waiting import wait_for

GATEWAY = "bridge-1"
HUB = "hub"
PASSWORD = "correct horse"
ARRIVE_S = 45.0

# What `gateway init` says that a gateway needs, and what a hub subscribes and publishes; nothing else is allowed.
ACL = """\
pattern write essex/v1/%u/pack/+/+/+
pattern write essex/v1/%u/status
pattern write essex/v1/%u/reply
pattern read essex/v1/%u/receipt
pattern read essex/v1/%u/config
pattern read essex/v1/%u/command
user hub
topic read essex/v1/+/pack/#
topic read essex/v1/+/status
topic read essex/v1/+/reply
topic read essex/v1/+/senml
topic read essex-care/v1/+/pack/#
topic read essex-care/v1/+/status
topic read essex-care/v1/+/reply
topic read essex-care/v1/+/senml
topic write essex/v1/+/receipt
topic write essex/v1/+/command
"""


class Site:
    """A broker that wants certificate and login, and a gateway and a hub that are configured for it."""

    def __init__(self, folder: Path) -> None:
        print(f"The data of this test is in {folder}")
        self.folder = folder
        self.hub_data = folder / "hub"
        authority = Authority(folder / "authority")
        self.broker = Mosquitto(folder, self._guard(authority))
        for name in (GATEWAY, HUB):
            self._hand_out(name, authority)
        self._configure_gateway()
        self._configure_hub()

    def _guard(self, authority: Authority) -> str:
        certificate, key = authority.vouch_for("broker")
        passwords, acl = self.folder / "passwords", self.folder / "acl"
        passwords.touch(0o600)
        acl.touch(0o600)
        acl.write_text(ACL)
        for name in (GATEWAY, HUB):
            subprocess.run([need("mosquitto_passwd"), "-b", passwords, name, PASSWORD], check=True, capture_output=True)
        return (
            f"cafile {authority.certificate}\ncertfile {certificate}\nkeyfile {key}\nrequire_certificate true\n"
            f"allow_anonymous false\npassword_file {passwords}\nacl_file {acl}\n"
        )

    def _hand_out(self, name: str, authority: Authority) -> None:
        """What one side needs to sign in, in a folder of its own."""
        own = self.folder / f"secrets-of-{name}"
        own.mkdir()
        certificate, key = authority.vouch_for(name)
        shutil.copy(certificate, own / "client.pem")
        shutil.copy(key, own / "client.key")
        shutil.copy(authority.certificate, own / "ca.pem")
        (own / "password").write_text(f"{PASSWORD}\n")

    def secret(self, name: str, file: str) -> Path:
        return self.folder / f"secrets-of-{name}" / file

    def _configure_gateway(self) -> None:
        """As a person does: init with what they know, then their own sensor into the file."""
        broker = ("--broker-host", "127.0.0.1", "--broker-port", str(self.broker.port), "--username", GATEWAY)
        secrets = (
            *("--password-file", str(self.secret(GATEWAY, "password"))),
            *("--ca-file", str(self.secret(GATEWAY, "ca.pem"))),
            *("--cert-file", str(self.secret(GATEWAY, "client.pem"))),
            *("--key-file", str(self.secret(GATEWAY, "client.key"))),
        )
        words = ("gateway", "init", GATEWAY, "--folder", str(self.folder / "gateway"), *broker, *secrets)
        subprocess.run([sys.executable, "-m", "sensorhub", *words], check=True, capture_output=True)
        self.gateway_config = self.folder / "gateway" / "gateway.toml"
        text = self.gateway_config.read_text()
        for before, after in (("period_s = 60 ", "period_s = 1 "), ("# pack_s = 10.0", "pack_s = 0.5")):
            assert before in text
            text = text.replace(before, after)
        self.gateway_config.write_text(text)

    def _configure_hub(self) -> None:
        (self.hub_data / "keys").mkdir(parents=True)
        shutil.copy(self.folder / "gateway" / "gateway.key", self.hub_data / "keys" / f"{GATEWAY}.key")
        self.hub_config = self.folder / "hub.toml"
        self.hub_config.write_text(
            f'data = "hub"\nport = 0\n\n[broker]\nport = {self.broker.port}\nusername = "{HUB}"\n'
            f'password_file = "secrets-of-{HUB}/password"\nca_file = "secrets-of-{HUB}/ca.pem"\n'
            f'cert_file = "secrets-of-{HUB}/client.pem"\nkey_file = "secrets-of-{HUB}/client.key"\n'
        )

    def hub(self) -> AbstractContextManager[CommandProcess]:
        return command(self.folder / "hub.log", "hub", "run", "--config", str(self.hub_config))

    def gateway(self) -> AbstractContextManager[CommandProcess]:
        return command(self.folder / "gateway.log", "gateway", "run", "--config", str(self.gateway_config))

    def stored(self) -> int:
        """How many readings the hub has."""
        address = find_hub(self.hub_data)
        try:
            return b"".join(address.get("/api/readings")).count(b"\n") - 1 if address is not None else 0
        except (HubRefused, HubUnreachable):
            return 0

    def wait_for_readings(self) -> None:
        before = self.stored()
        wait_for(lambda: self.stored() > before, ARRIVE_S, "readings arrive")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.broker.kill()


def test_gateway_and_hub_meet_at_a_guarded_broker_when_it_comes(site: Site) -> None:
    with site.hub() as hub, site.gateway() as gateway:
        gateway.wait_for_log(f"The broker at 127.0.0.1:{site.broker.port} cannot be reached")
        hub.wait_for_log(f"The broker 127.0.0.1:{site.broker.port} is away")
        site.broker.start()
        gateway.wait_for_log(f"The broker at 127.0.0.1:{site.broker.port} is back.")
        hub.wait_for_log(f"The broker 127.0.0.1:{site.broker.port} is back.")
        site.wait_for_readings()

        rows = exported_rows(site.hub_data, "--quantity", "actuation_count")  # beside the running hub
        assert {(row["gateway"], row["sensor"], row["value"]) for row in rows} == {(GATEWAY, "detector-1", "0.0")}
        gateway.stop()
        hub.stop()
    times = [row["time"] for row in exported_rows(site.hub_data, "--quantity", "occupancy")]
    assert times == sorted(set(times))
    assert times[: len(rows)] == [row["time"] for row in rows]


def assert_cannot_sign_in(side: CommandProcess, reason: str) -> None:
    side.wait_for_log("The broker")
    assert reason in side.log().lower()
    assert "Traceback" not in side.log()


@pytest.mark.parametrize(
    ("file", "reason"), [("password", "not authori"), ("ca.pem", "certificate verify failed")], ids=["password", "ca"]
)
def test_side_that_cannot_sign_in_says_so_and_goes_on_trying(
    file: str, reason: str, site: Site, tmp_path: Path
) -> None:
    right = site.secret(GATEWAY, file).read_text()
    wrong = "wrong\n" if file == "password" else Authority(tmp_path / "other").certificate.read_text()
    for name in (GATEWAY, HUB):
        site.secret(name, file).write_text(wrong)
    site.broker.start()
    with ExitStack() as stack:
        hub = stack.enter_context(site.hub())
        assert_cannot_sign_in(hub, reason)
        gateway = stack.enter_context(site.gateway())  # last, while its time between two attempts is still short
        assert_cannot_sign_in(gateway, reason)
        for name in (GATEWAY, HUB):
            site.secret(name, file).write_text(right)
        site.wait_for_readings()
        gateway.stop()
        hub.stop()
