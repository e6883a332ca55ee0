"""What gateways talk to in a benchmark: a real broker and a real hub, as processes, and configured gateways."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.driver import PINS
from sensorhub.broker import BrokerSettings
from simulators.programs import find_program
from tests.mosquitto import mosquitto
from tests.system.hub_process import HubProcess


def why_no_broker() -> str | None:
    """Why there can be no broker; None where there can."""
    return None if find_program("mosquitto") else "mosquitto is not installed"


@contextmanager
def broker_and_hub(folder: Path, *options: str, more: str = "") -> Iterator[tuple[BrokerSettings, HubProcess]]:
    """Run both for as long as the block lasts.

    Arguments:
        options: of the hub's command.
        more: lines for the broker's configuration.
    """
    with mosquitto(folder, more) as broker:
        hub = HubProcess(folder / "hub", broker.settings, *options)
        hub.start()
        try:
            yield broker.settings, hub
        finally:
            hub.kill()


def write_gateway(
    folder: Path, gateway: str, hub: HubProcess, broker: BrokerSettings, *, period_s: int = 60, pack_s: float = 10.0
) -> Path:
    """Name a gateway with 20 contacts at the hub and write its configuration; returns the file's path."""
    key = folder / f"{gateway}.key"
    key.touch(0o600)
    hub.name(gateway)
    key.write_bytes((hub.data / "keys" / key.name).read_bytes())
    lines = [
        f"gateway = {json.dumps(gateway)}",
        f"key_file = {json.dumps(str(key))}",
        f"spool = {json.dumps(str(folder / f'{gateway}.spool'))}",
        f"pack_s = {pack_s}",
        "[broker]",
        f"host = {json.dumps(broker.host)}",
        f"port = {broker.port}",
    ]
    for pin in PINS:
        lines += ["[[sensors]]", f'id = "detector-{pin}"', f"pin = {pin}", f"period_s = {period_s}"]
    path = folder / f"{gateway}.toml"
    path.write_text("\n".join(lines) + "\n")
    return path
