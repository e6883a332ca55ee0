"""What must hold before a demo starts anything: options that go together, a folder and a port of its own."""

import errno
import fcntl
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sensorhub.errors import AskedWrong
from sensorhub.status import RECORDING_SPEED_MAX, RECORDING_SPEED_MIN
from simulators.broker import BrokerKind
from simulators.county.shipped import shipped_deployment
from simulators.programs import LOOPBACK, free_port
from simulators.run_folder import RunFolder

PORT = 8080
INTERVAL_LOOP_S = 5
INTERVAL_ONCE_S = 60
SHIPPED = Path(__file__).parent / "recordings" / "detector_events.csv.gz"

_LOCK = "demo.lock"


class DemoRefused(AskedWrong):
    """A demo that cannot start as it was asked for; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a person asks of a demo.

    Arguments:
        data: folder that keeps everything; by default a new one, which with `once` goes at an end that was right.
        port: of the page; by default 8080, and with `once` any that is free.
        recording: file to play; by default the one that comes with the product.
        deployment: folder of the deployment whose gateways live in a simulated county beside it; by default the one
            that comes with the product, and none beside a recording of one's own or with `once`.
        once: play it once with its own times; otherwise for ever, shifted to now.
        speed: how many times faster than it was recorded; needs `once`.
        interval_s: length of intervals, s; by default 5, and with `once` 60.
        store: which store the hub writes to.
        influx_url, influx_org, influx_bucket, influx_token_file: an InfluxDB of one's own; without the address a
            private influxd is started.
        json: print the ledger as JSON.
        open_page: open the page in a browser.
        broker: which broker to start.
    """

    data: Path | None = None
    port: int | None = None
    recording: Path | None = None
    deployment: Path | None = None
    once: bool = False
    speed: float | None = None
    interval_s: int | None = None
    store: Literal["duckdb", "influxdb"] = "duckdb"
    influx_url: str | None = None
    influx_org: str | None = None
    influx_bucket: str | None = None
    influx_token_file: Path | None = None
    json: bool = False
    open_page: bool = False
    broker: BrokerKind = "auto"

    @property
    def county(self) -> Path | None:
        """The deployment that lives in a simulated county; None: only the recording is played."""
        if self.deployment is not None or self.once or self.recording is not None:
            return self.deployment
        return shipped_deployment()

    @property
    def interval(self) -> int:
        """Length of intervals, s."""
        return self.interval_s or (INTERVAL_ONCE_S if self.once else INTERVAL_LOOP_S)


def check_options(options: DemoOptions) -> None:
    """Refuse options that do not go together.

    Raises:
        DemoRefused: with a sentence.
    """
    if options.deployment is not None and options.once:
        raise DemoRefused(
            "--deployment does not go with --once, which plays a recording: for a county once run sensorhub simulate "
            "world --deployment DIR."
        )
    if options.speed is not None and not options.once:
        raise DemoRefused("--speed needs --once: in a loop the recording plays in real time, as if it were now.")
    if options.speed is not None and not RECORDING_SPEED_MIN <= options.speed <= RECORDING_SPEED_MAX:
        raise DemoRefused(f"--speed must be from {RECORDING_SPEED_MIN} to {RECORDING_SPEED_MAX:,}, as in --speed 600.")
    if options.json and not options.once:
        raise DemoRefused("--json needs --once: it prints the ledger, and a loop has none to print. Add --once.")
    if options.interval_s is not None and not 1 <= options.interval_s <= 86_400:
        raise DemoRefused("--interval must be from 1 to 86400 seconds.")
    own = (options.influx_url, options.influx_org, options.influx_bucket, options.influx_token_file)
    if options.store != "influxdb" and any(own):
        raise DemoRefused("--influx-url and its companions need --store influxdb.")
    if any(own) and not all(own):
        raise DemoRefused(
            "An InfluxDB of your own needs --influx-url, --influx-org, --influx-bucket and --influx-token-file; "
            "leave all of them out for a private one."
        )


def page_port(options: DemoOptions) -> int:
    """The port for the page, on which nobody listens.

    Raises:
        DemoRefused: it is taken, or not for this user.
    """
    port = options.port if options.port is not None else (0 if options.once else PORT)
    if port == 0:
        return free_port()
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OverflowError:
            raise DemoRefused(f"{port} is no port: choose one from 1024 to 65535 with --port.") from None
        except OSError as error:
            raise DemoRefused(
                f"Port {port} of {LOOPBACK} cannot be used for the page ({error.strerror}): choose another "
                "with --port, as in --port 8081."
            ) from None
    return port


def check_folder(options: DemoOptions) -> None:
    """Refuse a folder that cannot be the demo's; nothing is made or written.

    Raises:
        DemoRefused: it cannot be written, belongs to something else, or another demo has it.
    """
    if options.data is None:
        return
    data = options.data.absolute()
    try:
        if data.exists():
            _check_found(options, data)
        above = next(folder for folder in (data, *data.parents) if folder.exists())
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        if not above.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, f"{above} is a file")
    except OSError as error:
        raise _unusable(data, error) from None


@contextmanager
def demo_folder(options: DemoOptions, notice: Callable[[str], None]) -> Iterator[RunFolder]:
    """The demo's folder, held against a second demo until the end of the block, when nothing may run in it any more.

    Arguments:
        notice: told in a sentence where the data is kept, where it is not as it was to be.

    Raises:
        DemoRefused: it cannot be written, belongs to something else, or another demo has it.
    """
    data = Path(tempfile.mkdtemp(prefix="sensorhub-demo-")) if options.data is None else options.data.absolute()
    folder = RunFolder(data, is_scratch=options.data is None)
    try:
        data.mkdir(parents=True, exist_ok=True)
        _check_found(options, data)
        handle = os.open(data / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unusable(data, error) from None
    try:
        _lock(data, handle)
        os.truncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        yield folder
    finally:
        os.close(handle)
        if said := folder.leave():
            notice(said)


def _check_found(options: DemoOptions, data: Path) -> None:
    found = {path.name for path in data.iterdir()}
    _check_owner(data, found)
    if options.once and found:
        raise DemoRefused(
            f"{data} is not empty, and what is in it would count as played: choose a new folder with --data."
        )
    if found and _LOCK not in found:
        raise DemoRefused(f"{data} is not empty and holds no demo: choose a new folder with --data.")


def _unusable(data: Path, error: OSError) -> DemoRefused:
    why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
    return DemoRefused(f"{data} cannot be used as a folder to write to: {why}. Choose another with --data.")


def _check_owner(data: Path, found: set[str]) -> None:
    if _LOCK in found:
        handle = os.open(data / _LOCK, os.O_RDWR)
        try:
            _lock(data, handle)
        finally:
            os.close(handle)


def _lock(data: Path, handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.pread(handle, 20, 0).decode() or "another process"
        raise DemoRefused(
            f"A demo runs in {data} already (process {owner}): stop it, or choose another folder with --data."
        ) from None
