"""`sensorhub simulate world`: a deployment in a simulated county through the whole product, once, with its ledger."""

import csv
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from rich.console import Console

from firmware_config.deployment import Deployment
from firmware_config.gateway import GatewayConfig
from sensorhub.broker import BrokerSettings
from sensorhub.clock import boot_ns, parse_time_us, rfc3339, wall_us
from sensorhub.config import nearest
from sensorhub.errors import AskedWrong
from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable
from sensorhub.sentence import ended
from sensorhub.status import RECORDING_SPEED_MAX, RECORDING_SPEED_MIN
from simulators.bars import RunBar
from simulators.broker import BrokerKind
from simulators.county.compare import compare_county
from simulators.county.deployed import deployment_to_run
from simulators.county.foresight import foreseen
from simulators.county.gateway import boots_of
from simulators.county.order import Order, write_order
from simulators.county.outcome import CountyOutcome
from simulators.county.places import indoors
from simulators.county.screen import print_outcome
from simulators.county.span_check import check_span
from simulators.county.stored import Row, stored_of
from simulators.county.telling import read_tellings
from simulators.demo_checks import DemoOptions, check_folder
from simulators.demo_parts import COUNTY, DemoParts
from simulators.faults.plan import FaultPlan
from simulators.faults.reading import read_scenario_for
from simulators.faults.scenario import Scenario
from simulators.folder import care_folder, county_folder
from simulators.lines import lines_of
from simulators.patience import Patience
from simulators.processes import Processes
from simulators.programs import free_port
from simulators.progress import read_progress
from simulators.run_folder import RunFolder
from simulators.stoppable import run_stoppable
from simulators.world.county import World

S_PER_H = 3_600

START = "2026-01-13T06:00:00Z"
"""A working day, before its morning peak: with the same seed everybody sees the same world."""

HOURS = 1.0


def pace_of(text: str) -> float | None:
    """Read a speed: a number, or `max` (None).

    Raises:
        AskedWrong: it is neither.
    """
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not RECORDING_SPEED_MIN <= speed <= RECORDING_SPEED_MAX:
        raise AskedWrong(f"--speed {text}: write max, or how many times faster than time, as in --speed 60.")
    return speed


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What a person asks of a simulated county.

    Arguments:
        deployment: folder of the deployment.
        seed: of the world.
        hours: length of the run, hours of the world; by default what the scenario says, or 1.
        speed: how many times faster than time; None: as fast as the gateways keep up.
        start: when the world begins, ISO 8601; by default what the scenario says, or a working day's morning.
        gateways: only these; by default all.
        scenario: file of what goes wrong.
        data: folder to keep everything in; by default a new one, which goes at an end that was right.
        json: print the ledger as JSON.
        broker: which broker to start.
    """

    deployment: Path
    seed: int = 1
    hours: float | None = None
    speed: float | None = None
    start: str | None = None
    gateways: tuple[str, ...] = ()
    scenario: Path | None = None
    data: Path | None = None
    json: bool = False
    broker: BrokerKind = "auto"

    @property
    def seconds(self) -> int:
        """Length of the run."""
        return round((HOURS if self.hours is None else self.hours) * S_PER_H)

    @property
    def start_us(self) -> int:
        """When the world begins, microseconds since 1970 UTC.

        Raises:
            AskedWrong: that is no time.
        """
        try:
            return parse_time_us(self.start or START)
        except ValueError:
            raise AskedWrong(f"--start {self.start}: write a time, as in --start {START}.") from None


def run_world(options: WorldOptions) -> int:
    """Run a county to its end and compare; the exit code: 0 where all is as it truly was, 1 where not.

    Raises:
        AskedWrong: it cannot start as it was asked for, and nothing was started.
        SensorHubError: a part does not start.
    """
    deployment = deployment_to_run(options.deployment)
    configs = _chosen(deployment, options.gateways)
    scenario: Scenario | None = None
    if options.scenario is not None:
        scenario = read_scenario_for(options.scenario, configs, indoors(deployment))
        options = _as_told(options, scenario)
    check_span(configs, options.start_us, options.seconds)
    world = World(options.seed, options.start_us)
    plans = foreseen(scenario, deployment, configs, world, options.seconds) if scenario is not None else ()
    demo = DemoOptions(data=options.data, once=True, json=options.json, broker=options.broker)
    check_folder(demo)
    notes = Console(stderr=True, highlight=False, soft_wrap=True)

    def run(folder: RunFolder, processes: Processes) -> int:
        parts = DemoParts(demo, folder.path, processes)
        return _World(options, folder, configs, plans, parts, processes, notes).run()

    return run_stoppable(demo, notes, run, stopped_code=1)


def _as_told(options: WorldOptions, scenario: Scenario) -> WorldOptions:
    """What was not asked for is as the scenario says."""
    return replace(
        options,
        hours=scenario.hours if options.hours is None else options.hours,
        start=options.start or scenario.start,
    )


def _chosen(deployment: Deployment, names: tuple[str, ...]) -> list[GatewayConfig]:
    unknown = [name for name in names if name not in deployment.gateways]
    if unknown:
        known = nearest(unknown[0], list(deployment.gateways), "there are")
        raise AskedWrong(ended(f"{deployment.folder} has no gateway {unknown[0]}; {known}"))
    return [config for name, config in deployment.gateways.items() if not names or name in names]


class _World:
    def __init__(
        self,
        options: WorldOptions,
        folder: RunFolder,
        configs: list[GatewayConfig],
        plans: tuple[FaultPlan, ...],
        parts: DemoParts,
        processes: Processes,
        notes: Console,
    ) -> None:
        self._options = options
        self._run_folder = folder
        self._data = data = folder.path
        self._configs = configs
        self._plans = plans
        self._parts = parts
        self._processes = processes
        self._notes = notes
        self._folder = county_folder(data)
        self._patience = Patience(self._folder, processes)

    def run(self) -> int:
        begin_s = time.monotonic()
        broker = self._parts.start_broker()
        hub = self._parts.start_hub(free_port(), broker, None, self._names(care=False))
        if self._names(care=True):
            self._parts.start_care_hub(broker, self._names(care=True))
        order = self._order(broker)
        self._folder.mkdir(exist_ok=True)
        write_order(self._folder, order)
        self._parts.start_driving(COUNTY, "simulators.county.process", self._folder)
        if not self._options.json:
            self._notes.print(f"The page is at {hub.url} while it runs; {self._run_folder.while_it_runs}.")
        if not self._through(order):
            still_s, told = self._patience.still_s, self._processes.obituary(COUNTY)
            self._notes.print(f"Nothing went on for {still_s:.0f} s. {told}")
            return 1
        outcome = self._patience.until(lambda: self._outcome(order, begin_s))
        if outcome is None:
            self._notes.print(f"The hub does not answer. See {self._data / 'log'}.")
            return 1
        self._processes.stop()
        if self._options.json:
            sys.stdout.write(outcome.as_json() + "\n")
        else:
            print_outcome(Console(highlight=False), outcome, self._options.gateways)
        self._run_folder.ended_well = outcome.equal
        return 0 if outcome.equal else 1

    def _names(self, *, care: bool) -> list[str]:
        return [config.gateway for config in self._configs if config.is_care is care]

    def _order(self, broker: BrokerSettings) -> Order:
        options = self._options
        return Order(
            wall_us=options.start_us,
            machine_ns=boot_ns(),
            machine_wall_us=wall_us(),
            speed=options.speed,
            boots=boots_of(self._configs, uuid4()),
            deployment=options.deployment.absolute(),
            seed=options.seed,
            seconds=options.seconds,
            scenario=options.scenario.absolute() if options.scenario is not None else None,
            keys=self._data / "keys",
            care_keys=care_folder(self._data) / "keys",
            broker=broker,
        )

    def _through(self, order: Order) -> bool:
        with RunBar(self._notes, order.wall_us, order.end_us, shown=not self._options.json) as bar:

            def ended() -> bool:
                bar.show(read_progress(self._folder))
                return self._processes.exit_code(COUNTY) == 0

            return bool(self._patience.until(ended))

    def _outcome(self, order: Order, begin_s: float) -> CountyOutcome | None:
        tellings = read_tellings(self._folder)
        hubs = [self._parts.hub(), *([self._parts.care_hub()] if self._names(care=True) else [])]
        try:
            stored = stored_of((row for hub in hubs for row in _rows(hub, order)), tellings, order.wall_us)
        except (HubRefused, HubUnreachable):
            return None  # it was killed just now; it is started again
        outcome = compare_county(tellings, stored, self._plans)
        outcome.seconds = time.monotonic() - begin_s
        return outcome


def _rows(hub: HubAddress | None, order: Order) -> Iterator[Row]:
    """The readings of the run: an interval's time is its end, so they are in (start, end].

    Raises:
        HubUnreachable, HubRefused: the hub does not answer.
    """
    if hub is None:
        raise HubUnreachable("It does not answer.")
    parameters = {"from": rfc3339(order.wall_us + 1), "to": rfc3339(order.end_us + 1), "format": "csv"}
    return csv.DictReader(lines_of(hub.get("/api/readings", parameters)))
