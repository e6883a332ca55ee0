"""The programs of a demo: broker, store, hubs and who drives the gateways; how each is run, and when each is ready."""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from sensorhub.broker import BrokerSettings
from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable, find_hub
from sensorhub.signing import write_new_key
from simulators.broker import private_broker
from simulators.demo_checks import DemoOptions
from simulators.folder import care_folder, key_file
from simulators.influxd import InfluxAccess, answers, find_influxd, private_influxd, set_up
from simulators.processes import ChildRefused, Processes, Program
from simulators.programs import free_port, listens
from simulators.progress import read_progress

READY_S = 30.0
"""A cold influxd on a busy machine takes some seconds; a part that needs longer than this is broken."""

POLL_S = 0.05

T = TypeVar("T")

BROKER, INFLUXD, HUB, CARE_HUB = "broker", "influxd", "hub", "care-hub"
PLAYING, COUNTY = "gateway", "county"


class DemoParts:
    """Starts the parts of one demo in order; each is ready when its method returns.

    Arguments:
        options: of the demo, checked.
        data: its folder, which is the hub's.
        processes: the children.
    """

    def __init__(self, options: DemoOptions, data: Path, processes: Processes) -> None:
        self._options = options
        self._data = data
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

    def start_hub(
        self, port: int, broker: BrokerSettings, influx: InfluxAccess | None, gateways: Sequence[str]
    ) -> HubAddress:
        """Name the gateways to the hub and start it; returns where its page is."""
        _name(self._data, gateways)
        self._processes.start(_hub_program(HUB, self._data, port, broker, influx))
        return self._await(HUB, self.hub)

    def start_care_hub(self, broker: BrokerSettings, gateways: Sequence[str]) -> HubAddress:
        """The same for social care, which has a hub, a folder and a page of its own."""
        folder = care_folder(self._data)
        _name(folder, gateways)
        self._processes.start(_hub_program(CARE_HUB, folder, free_port(), broker, None, "--social-care"))
        return self._await(CARE_HUB, self.care_hub)

    def hub(self) -> HubAddress | None:
        """Where the running hub is; None while it does not answer."""
        return self._running(HUB, self._data)

    def care_hub(self) -> HubAddress | None:
        """Where social care's hub is; None while it does not answer."""
        return self._running(CARE_HUB, care_folder(self._data))

    def _running(self, name: str, folder: Path) -> HubAddress | None:
        address = find_hub(folder)
        if address is None or address.pid != self._processes.pid(name):
            return None
        try:
            for _ in address.get("/health"):
                pass
        except HubRefused:
            return address  # it answers, if only that not all is well; the page says more
        except HubUnreachable:
            return None
        return address

    def start_driving(self, name: str, module: str, folder: Path) -> None:
        """Start the process that drives gateways, as the folder of its run says; it is ready when it tells how far."""
        command = (sys.executable, "-m", module, "--data", str(folder))
        self._processes.start(Program(name, command, may_end=True))
        self._await(name, lambda: read_progress(folder))

    def _await(self, name: str, ready: Callable[[], T | None]) -> T:
        end_s = time.monotonic() + READY_S
        while True:
            answer = ready()
            if answer:
                return answer
            if self._processes.exit_code(name) is not None or time.monotonic() >= end_s:
                raise ChildRefused(self._processes.obituary(name))
            time.sleep(POLL_S)


def _name(folder: Path, gateways: Sequence[str]) -> None:
    for gateway in gateways:
        key = key_file(folder, gateway)
        key.parent.mkdir(exist_ok=True, parents=True, mode=0o700)
        if not key.exists():
            write_new_key(key)


def _hub_program(
    name: str, data: Path, port: int, broker: BrokerSettings, influx: InfluxAccess | None, *more: str
) -> Program:
    command = [
        *(sys.executable, "-m", "sensorhub", "hub", "run", "--data", str(data), "--port", str(port), *more),
        *("--broker-host", broker.host, "--broker-port", str(broker.port)),
        *("--username", str(broker.username), "--password-file", str(broker.password_file)),
    ]
    if influx is not None:
        command += [
            *("--store", "influxdb", "--influx-url", influx.url, "--influx-org", influx.organisation),
            *("--influx-bucket", influx.bucket, "--influx-token-file", str(influx.token_file)),
        ]
    return Program(name, tuple(command))
