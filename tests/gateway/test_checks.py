"""`sensorhub gateway check`: each thing that can be wrong is found, and said with what to do."""

import contextlib
import fcntl
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero.pins.mock import MockFactory
from rich.console import Console

from firmware_config.gateway import GatewayConfig
from firmware_config.sensor import SensorConfig
from gateway.checks.broker import check_broker, connect_packet
from gateway.checks.card import CELL_WRITES, COMMIT_BYTES, check_card, file_system, judge, sync_times_ms, wear
from gateway.checks.check import check_clock, check_gateway, check_pins
from gateway.checks.finding import Finding, any_wrong, print_findings
from gateway.init import init_gateway
from gateway.sensors.pins import Factory, PinsUnavailable
from gateway.spool.disk import LOCK_NAME
from sensorhub.broker import BrokerSettings
from tests.ports import free_port


def config(folder: Path, **told: object) -> GatewayConfig:
    sensors = (SensorConfig(id="detector-1", pin=4), SensorConfig(id="detector-2", pin=5))
    values = {"gateway": "g", "spool": folder / "spool", "sensors": sensors, **told}
    return GatewayConfig.model_validate(values)


def states(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.state for finding in findings}


@contextlib.contextmanager
def answering(answer: bytes) -> Iterator[tuple[BrokerSettings, list[bytes]]]:
    """A broker that gives this answer to whatever comes, once."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError), server.accept()[0] as link:
                heard.append(link.recv(1_000))
                link.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield BrokerSettings(port=server.getsockname()[1]), heard
    thread.join(5)


def test_check_finds_everything_at_once(tmp_path: Path) -> None:
    init_gateway(tmp_path, "g", BrokerSettings(port=free_port()))
    (tmp_path / "gateway.key").write_text("short")

    def none() -> Factory:
        raise PinsUnavailable("No pins here.")

    found = states(check_gateway(tmp_path / "gateway.toml", none))
    wrong = {subject for subject, state in found.items() if state == "wrong"}
    assert wrong == {"key", "pins", "broker"}
    assert {"configuration", "spool", "file system", "room", "speed", "card wear", "clock"} <= set(found)


def test_check_of_a_bad_configuration_names_each_fault(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('gateway = "G"\ncommit_ms = 3\n[[sensors]]\nid = "d"\npin = 99\n')
    findings = check_gateway(path)
    assert len(findings) == 3
    assert {finding.state for finding in findings} == {"wrong"}


def test_check_beside_a_running_gateway_leaves_pins_and_login_alone(tmp_path: Path) -> None:
    with answering(b"") as (broker, heard):
        init_gateway(tmp_path, "g", broker)
        (tmp_path / "spool").mkdir()
        with (tmp_path / "spool" / LOCK_NAME).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            findings = check_gateway(tmp_path / "gateway.toml", MockFactory)
    assert "login" not in states(findings)
    assert states(findings)["pins"] == "well"
    assert heard[:1] in ([], [b""])


def test_check_pins_tells_how_each_contact_is(tmp_path: Path) -> None:
    factory = MockFactory()
    factory.pin(5).drive_low()
    first, second = check_pins(config(tmp_path), factory)
    assert (first.subject, second.subject) == ("pin 4", "pin 5")
    assert "idle" in first.text
    assert second.state == "well"


def test_check_pins_that_another_program_has_cost_only_themselves(tmp_path: Path) -> None:
    factory, other = MockFactory(), config(tmp_path)
    factory.reserve_pins(other, 4)
    assert states(check_pins(config(tmp_path), factory)) == {"pin 4": "wrong", "pin 5": "well"}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        (b"\x20\x02\x00\x00", "well", "takes this gateway"),
        (b"\x20\x02\x00\x04", "wrong", "password_file"),
        (b"\x20\x02\x00\x05", "wrong", "may not connect"),
        (b"HTTP", "wrong", "no MQTT answer"),
        (b"", "wrong", "no MQTT answer"),
    ],
)
def test_check_login_says_what_the_broker_says(tmp_path: Path, answer: bytes, state: str, words: str) -> None:
    with answering(answer) as (broker, heard):
        reached, login = check_broker(config(tmp_path, broker=broker), login=True)
    assert reached.state == "well"
    assert (login.state, words in login.text) == (state, True)
    assert b"g-check" in heard[0]


def test_check_broker_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = check_broker(config(tmp_path, broker=BrokerSettings(port=free_port())), login=True)
    assert finding.state == "wrong"
    assert "cannot be reached" in finding.text


def test_check_broker_that_does_not_speak_tls(tmp_path: Path) -> None:
    with answering(b"this is no TLS at all") as (broker, _):
        settings = broker.model_copy(update={"tls": True})
        (finding,) = check_broker(config(tmp_path, broker=settings), login=True)
    assert finding.state == "wrong"
    assert "TLS" in finding.text


def test_check_connect_packet_is_as_the_standard_says() -> None:
    packet = connect_packet("g-check", "user", "pass" * 40)
    assert packet[0] == 0x10
    assert (packet[1] & 0x7F) + 128 * packet[2] == len(packet) - 3
    assert packet[3:10] == b"\x00\x04MQTT\x04"
    assert packet[10] == 0xC2
    assert packet[13:22] == struct.pack(">H", 7) + b"g-check"


def test_check_card_whose_folder_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file")
    (finding,) = check_card(config(tmp_path))
    assert finding.state == "wrong"
    assert "cannot be written" in finding.text


def test_check_card_that_is_too_small(tmp_path: Path) -> None:
    findings = check_card(config(tmp_path, spool_bytes_max=10**18))
    assert states(findings)["room"] == "wrong"


def test_check_card_that_is_slow(tmp_path: Path) -> None:
    ticks = iter(range(1_000))
    findings = check_card(config(tmp_path), lambda: next(ticks))
    assert states(findings)["speed"] == "note"


def test_check_syncs_leave_nothing_behind(tmp_path: Path) -> None:
    times = sync_times_ms(tmp_path, lambda: 0.0)
    assert set(times) == {0.0}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("kind", "options", "state"),
    [("ext4", "rw,noatime", "well"), ("ext4", "ro", "wrong"), ("tmpfs", "rw", "wrong"), ("vfat", "rw", "note")],
)
def test_check_file_system_is_that_of_the_nearest_mount(tmp_path: Path, kind: str, options: str, state: str) -> None:
    mounts = tmp_path / "mountinfo"
    root = "22 1 8:1 / / rw,relatime shared:1 - other /dev/root rw"
    mounts.write_text(f"{root}\n36 22 8:2 / {tmp_path} {options} shared:2 - {kind} /dev/mmcblk0p3 rw\n")
    assert file_system(tmp_path, mounts) == (kind, options)
    assert judge(kind, options).state == state
    assert file_system(Path("/"), mounts) == ("other", "rw,relatime")
    assert file_system(tmp_path, tmp_path / "none") == ("unknown", "unknown")


def test_check_wear_follows_the_commit_interval() -> None:
    fast, slow = wear(200, 32 * 10**9, pack_s=10), wear(5_000, 32 * 10**9, pack_s=10)
    syncs = 5 * 86_400 + 3 * 8_640
    assert fast.bytes_a_day == syncs * COMMIT_BYTES
    assert slow.bytes_a_day == (86_400 / 5 + 3 * 8_640) * COMMIT_BYTES
    assert fast.percent_a_year == pytest.approx(100 * syncs * 365 * 16_384 / (32 * 10**9 * CELL_WRITES))


@pytest.mark.parametrize(
    ("error_ns", "wall_ns", "state"),
    [(20_000_000, 1_795_000_000 * 10**9, "well"), (None, 1_795_000_000 * 10**9, "note"), (None, 0, "note")],
)
def test_check_clock_is_never_a_reason_to_stay(error_ns: int | None, wall_ns: int, state: str) -> None:
    assert check_clock(lambda: error_ns, lambda: wall_ns).state == state


def test_findings_are_printed_without_colour_on_no_terminal() -> None:
    findings = [Finding("key", "wrong", "It is gone [or not]."), Finding("clock", "note", "Late.")]
    console = Console(width=60, force_terminal=False)
    with console.capture() as capture:
        print_findings(console, findings)
    assert "WRONG  key    It is gone [or not]." in capture.get()
    assert "\x1b" not in capture.get()
    assert any_wrong(findings)
    assert not any_wrong(findings[1:])
