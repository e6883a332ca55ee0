"""The programs of a demo: broker, store, hub and player, how each is run, and when each is ready."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

from sensorhub.broker import BrokerSettings
from sensorhub.clock import boot_ns, wall_us
from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable, find_hub
from sensorhub.reading import NS_PER_S, US_PER_S
from sensorhub.signing import write_new_key
from simulators.broker import private_broker
from simulators.demo_checks import DemoOptions
from simulators.folder import gateway_folder, key_file
from simulators.influxd import InfluxAccess, answers, find_influxd, private_influxd, set_up
from simulators.processes import ChildRefused, Processes, Program
from simulators.programs import free_port, listens
from simulators.progress import read_progress
from simulators.recording import Recording
from simulators.run import Run, aligned_us, file_hash, read_run_if_any, write_run

READY_S = 30.0
"""A cold influxd on a busy machine takes some seconds; a part that needs longer than this is broken."""

POLL_S = 0.05

T = TypeVar("T")

BROKER, INFLUXD, HUB, PLAYING = "broker", "influxd", "hub", "gateway"


class DemoParts:
    """Starts the parts of one demo in order; each is ready when its method returns.

    Arguments:
        options: of the demo, checked.
        data: its folder.
        recording: what will be played.
        processes: the children.
    """

    def __init__(self, options: DemoOptions, data: Path, recording: Recording, processes: Processes) -> None:
        self._options = options
        self._data = data
        self._recording = recording
        self._processes = processes

    def start_broker(self) -> BrokerSettings:
        """Start the private broker."""
        port = free_port()
        program, settings = private_broker(self._data / "broker", port, self._options.broker)
        self._processes.start(program)
        self._await(BROKER, lambda: listens(port))
        return settings

    def start_store(self) -> InfluxAccess | None:
        """Start a private influxd where one is needed; None where the store is the hub's own."""
        options = self._options
        if options.store != "influxdb":
            return None
        if options.influx_url and options.influx_org and options.influx_bucket and options.influx_token_file:
            token_file = options.influx_token_file.absolute()
            return InfluxAccess(options.influx_url, options.influx_org, options.influx_bucket, token_file)
        program, access = private_influxd(find_influxd(), self._data / "influxd", free_port())
        self._processes.start(program)
        self._await(INFLUXD, lambda: answers(access))
        set_up(access)
        return access

    def start_hub(self, port: int, broker: BrokerSettings, influx: InfluxAccess | None) -> HubAddress:
        """Name the gateways to the hub and start it; returns where its page is."""
        for gateway in self._recording.gateways:
            key = key_file(self._data, gateway.id)
            key.parent.mkdir(exist_ok=True, mode=0o700)
            if not key.exists():
                write_new_key(key)
        self._processes.start(_hub_program(self._data, port, broker, influx))
        return self._await(HUB, self.hub)

    def hub(self) -> HubAddress | None:
        """Where the running hub is; None while it does not answer."""
        address = find_hub(self._data)
        if address is None or address.pid != self._processes.pid(HUB):
            return None
        try:
            for _ in address.get("/health"):
                pass
        except HubRefused:
            return address  # it answers, if only that not all is well; the page says more
        except HubUnreachable:
            return None
        return address

    def start_playing(self, broker: BrokerSettings) -> None:
        """Begin the run and start the process that plays it."""
        for gateway in self._recording.gateways:
            gateway_folder(self._data, gateway.id).mkdir(parents=True, exist_ok=True)
        write_run(self._data, self._new_run(broker))
        command = (sys.executable, "-m", "simulators.playing", "--data", str(self._data))
        self._processes.start(Program(PLAYING, command, may_end=True))
        self._await(PLAYING, lambda: read_progress(self._data))

    def _new_run(self, broker: BrokerSettings) -> Run:
        options, recording = self._options, self._recording
        now_us, now_ns = wall_us(), boot_ns()
        speed = options.speed or 1.0
        if options.once:
            begin_us, shown_us, begin_ns = recording.span(options.interval).start_us, now_us, now_ns
        else:
            # The interval that holds now: its first seconds are caught up at once.
            begin_us = shown_us = max(aligned_us(now_us, options.interval), self._played_until_us())
            begin_ns = now_ns + (begin_us - now_us) * NS_PER_S // US_PER_S
        return Run(
            boot_id=uuid4(),
            wall_us=begin_us,
            machine_ns=begin_ns,
            machine_wall_us=shown_us,
            speed=speed,
            interval_s=options.interval,
            once=options.once,
            recording=recording.path.absolute(),
            sha256=file_hash(recording.path),
            broker=broker,
        )

    def _played_until_us(self) -> int:
        """The interval after what an earlier run in this folder has played: no time is played twice."""
        run, progress = read_run_if_any(self._data), read_progress(self._data)
        if run is None or progress is None:
            return 0
        until_us = run.wall_us_at(progress.clock_ns)
        return aligned_us(until_us, self._options.interval) + self._options.interval * US_PER_S

    def _await(self, name: str, ready: Callable[[], T | None]) -> T:
        end_s = time.monotonic() + READY_S
        while True:
            answer = ready()
            if answer:
                return answer
            if self._processes.exit_code(name) is not None or time.monotonic() >= end_s:
                raise ChildRefused(self._processes.obituary(name))
            time.sleep(POLL_S)


def _hub_program(data: Path, port: int, broker: BrokerSettings, influx: InfluxAccess | None) -> Program:
    command = [
        *(sys.executable, "-m", "sensorhub", "hub", "run", "--data", str(data), "--port", str(port)),
        *("--broker-host", broker.host, "--broker-port", str(broker.port)),
        *("--username", str(broker.username), "--password-file", str(broker.password_file)),
    ]
    if influx is not None:
        command += [
            *("--store", "influxdb", "--influx-url", influx.url, "--influx-org", influx.organisation),
            *("--influx-bucket", influx.bucket, "--influx-token-file", str(influx.token_file)),
        ]
    return Program(HUB, tuple(command))
