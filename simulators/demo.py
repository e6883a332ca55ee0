"""`sensorhub demo`: a recorded junction through the whole product on this machine, for ever or once with a ledger."""

import sys
import time
import webbrowser
from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console

from firmware_config.gateway import GatewayConfig
from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable
from simulators.bars import RunBar
from simulators.county.deployed import deployment_to_run
from simulators.demo_checks import (
    SHIPPED,
    DemoOptions,
    DemoRefused,
    check_folder,
    check_options,
    page_port,
)
from simulators.demo_findings import find, lacking
from simulators.demo_parts import COUNTY, PLAYING, DemoParts
from simulators.demo_run import begin_county, begin_run
from simulators.demo_screen import outcome_table
from simulators.folder import county_folder
from simulators.influxd import find_influxd
from simulators.outcome import Outcome, compare, read_driven, read_stored
from simulators.patience import POLL_S, Patience
from simulators.processes import Processes
from simulators.progress import read_progress
from simulators.recording import Recording, read_recording
from simulators.run import read_run
from simulators.run_folder import RunFolder
from simulators.stoppable import run_stoppable


def run_demo(options: DemoOptions) -> int:
    """Run a demo; the exit code: 0 well, 1 when something is missing.

    Returns when the recording has been played once, or with Ctrl-C or SIGTERM; nothing is left running.

    Raises:
        AskedWrong: it cannot start as it was asked for, and nothing was started.
        SensorHubError: a part does not start.
    """
    check_options(options)
    port = page_port(options)
    if options.store == "influxdb" and options.influx_url is None:
        find_influxd()
    check_folder(options)
    recording = read_recording(options.recording or SHIPPED)
    notes = Console(stderr=True, highlight=False, soft_wrap=True)

    def run(folder: RunFolder, processes: Processes) -> int:
        demo = _Demo(options, folder, recording, processes, notes)
        return demo.once(port) if options.once else demo.loop(port)

    return run_stoppable(options, notes, run, stopped_code=1 if options.once else 0)


class _Demo:
    def __init__(
        self, options: DemoOptions, folder: RunFolder, recording: Recording, processes: Processes, notes: Console
    ) -> None:
        self._options = options
        self._folder = folder
        self._data = data = folder.path
        self._recording = recording
        self._processes = processes
        self._notes = notes
        self._parts = DemoParts(options, data, processes)
        self._patience = Patience(data, processes)
        self._deployment = deployment_to_run(options.county) if options.county is not None else None
        self._county = self._deployment.gateways if self._deployment is not None else {}
        self._care: HubAddress | None = None

    def loop(self, port: int) -> NoReturn:
        hub = self._start(port)
        sensors = sum(len(gateway.sensors) for gateway in self._recording.gateways)
        county = self._county_words(self._county.values()) if self._county else ""
        care = (
            f"Social care has a page of its own at {self._care.url}; footfall and movement in rooms are told every "
            "15 min only.\n"
            if self._care
            else ""
        )
        sys.stdout.write(
            f"The page is at {hub.url}\n"
            f"It shows {self._recording.path.name}, {sensors} detectors played in real time in a loop, "
            f"in intervals of {self._options.interval} s{county}.\n"
            f"{care}"
            f"The data is kept in {self._data}\n"
            "Stop with Ctrl-C.\n"
        )
        sys.stdout.flush()
        while True:
            self._processes.revive()
            time.sleep(POLL_S)

    def _county_words(self, configs: Iterable[GatewayConfig]) -> str:
        found = list(configs)
        sensors = sum(len(config.sensors) for config in found)
        return f", and {sensors} sensors on {len(found)} gateways of a simulated county"

    def once(self, port: int) -> int:
        begin_s = time.monotonic()
        hub = self._start(port)
        if not self._options.json:
            self._notes.print(f"The page is at {hub.url} while it plays; {self._folder.while_it_runs}.")
        if not self._play():
            return 1
        outcome = self._patience.until(lambda: self._outcome(begin_s))
        if outcome is None:
            self._give_up()
            return 1
        self._processes.stop()
        findings = find(self._data, self._recording, read_run(self._data), self._processes.log(PLAYING))
        for sentence in (*findings.faults, *findings.remarks):
            self._notes.print(sentence)
        if self._options.json:
            sys.stdout.write(outcome.as_json() + "\n")
        else:
            Console(highlight=False).print(outcome_table(outcome))
        self._folder.ended_well = outcome.equal and not findings.faults
        return 0 if self._folder.ended_well else 1

    def _start(self, port: int) -> HubAddress:
        broker = self._parts.start_broker()
        influx = self._parts.start_store()
        played = [gateway.id for gateway in self._recording.gateways]
        open_ones = [name for name, config in self._county.items() if not config.is_care]
        hub = self._parts.start_hub(port, broker, influx, [*played, *open_ones])
        care = [name for name, config in self._county.items() if config.is_care]
        self._care = self._parts.start_care_hub(broker, care) if care else None
        if self._options.once and self._options.influx_url is not None:
            self._refuse_used_bucket(hub)
        begin_run(self._data, self._options, self._recording, broker)
        self._parts.start_driving(PLAYING, "simulators.playing", self._data)
        if self._deployment is not None:
            begin_county(self._data, self._options, self._deployment, broker)
            self._parts.start_driving(COUNTY, "simulators.county.process", county_folder(self._data))
        if self._options.open_page:
            webbrowser.open(hub.url)
        return hub

    def _refuse_used_bucket(self, hub: HubAddress) -> None:
        stored, readings = self._stored(hub)
        if readings:
            names = ", ".join(sorted({name.partition("/")[0] for name in stored}))
            raise DemoRefused(
                f"The bucket {self._options.influx_bucket} at {self._options.influx_url} already holds {readings:,} "
                f"readings of {names} within the recording's time, which would count as played now. Make an empty "
                f"bucket and run the same command with --influx-bucket and its name, and with a new folder, as in "
                f"--data {self._data}-2 ({self._data} is not empty any more)."
            )

    def _play(self) -> bool:
        """Wait until everything has its receipt; False where nothing went on for too long."""
        span = self._recording.span(self._options.interval)
        with RunBar(self._notes, span.start_us, span.end_us, shown=not self._options.json) as bar:

            def played() -> bool:
                bar.show(read_progress(self._data))
                return self._processes.exit_code(PLAYING) == 0

            through = bool(self._patience.until(played))
        if not through:
            self._give_up()
        return through

    def _outcome(self, begin_s: float) -> Outcome | None:
        hub = self._parts.hub()
        if hub is None:
            return None
        try:
            stored, readings = self._stored(hub)
        except (HubRefused, HubUnreachable):
            return None  # it was killed just now, or its store was; it is started again
        return compare(
            read_driven(self._data, self._recording),
            stored,
            skipped_events=self._recording.skipped,
            readings=readings,
            seconds=time.monotonic() - begin_s,
        )

    def _stored(self, hub: HubAddress) -> tuple[dict[str, float], int]:
        span = self._recording.span(self._options.interval)
        return read_stored(hub, [gateway.id for gateway in self._recording.gateways], span.start_us, span.end_us)

    def _give_up(self) -> None:
        through = self._processes.exit_code(PLAYING) == 0
        self._notes.print(
            f"Nothing went on for {self._patience.still_s:.0f} s: "
            f"{lacking(self._data, self._recording, through=through)} See {self._data / 'log'}."
        )
