"""What gateways talk to in a benchmark: a real broker and a real hub, as processes, and configured gateways."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class GatewayFiles:
    """A gateway that the hub knows: its configuration, and its key."""

    config: Path
    key: bytes


def write_gateway(
    folder: Path, gateway: str, hub: HubProcess, broker: BrokerSettings, *, period_s: int = 60, pack_s: float = 10.0
) -> GatewayFiles:
    """Name a gateway with 20 contacts at the hub and write its files."""
    key = hub.name(gateway)
    key_file = folder / f"{gateway}.key"
    shutil.copy(hub.data / "keys" / key_file.name, key_file)
    lines = [
        f'gateway = "{gateway}"',
        f'key_file = "{key_file.name}"',
        f'spool = "{gateway}.spool"',
        f"pack_s = {pack_s}",
        "[broker]",
        f'host = "{broker.host}"',
        f"port = {broker.port}",
    ]
    for pin in PINS:
        lines += ["[[sensors]]", f'id = "detector-{pin}"', f"pin = {pin}", f"period_s = {period_s}"]
    config = folder / f"{gateway}.toml"
    config.write_text("\n".join(lines) + "\n")
    return GatewayFiles(config, key)
