"""Power cuts of a hub: what its store and state database hold on the copied card, and how it goes on from there."""

from contextlib import closing
from pathlib import Path
from random import Random

from sensorhub.errors import SensorHubError
from tests.delivery.power.findings import Findings
from tests.delivery.power.hub_model import HubModel
from tests.delivery.power.hub_traffic import GATEWAYS
from tests.delivery.power.hub_world import HubOnCard, make_keys
from tests.delivery.power.images import Mounted
from tests.delivery.power.ledger import LedgerReader

RECOVERY_S = 0.2
STOP_S_MAX = 0.15


class DuckdbSubject:
    """A hub with the DuckDB store; see `rounds.Subject`.

    Arguments:
        folder: for keys, outside of the image.
        seed: of what the gateways send.
    """

    name = "duckdb"
    image_bytes = 128 * 1024 * 1024
    module = "tests.delivery.power.hub_writer"

    def __init__(self, folder: Path, seed: int) -> None:
        self._keys = folder / "keys"
        self._traffic = seed
        self._model = HubModel(takes_poison=self.name == "duckdb")
        self._said = Findings()
        make_keys(self._keys)

    def arguments(self, root: Path, ledger: Path, seed: int, *, in_recovery: bool) -> list[str]:
        starts = [str(self._model.numbers[gateway]) for gateway in GATEWAYS]
        ready = "recovery" if in_recovery else "later"
        seeds = [str(self._traffic), str(seed)]
        return [self.name, str(root / "hub"), str(self._keys), str(ledger), *seeds, ready, *starts]

    def stop_after_s(self, rng: Random, *, in_recovery: bool) -> float | None:
        """Databases have no calls of ours to stop at: any time will do, since most of it is spent in commits."""
        return rng.uniform(0, RECOVERY_S) if in_recovery else rng.uniform(0.01, STOP_S_MAX)

    def follow(self, ledger: LedgerReader) -> None:
        self._model.take(ledger.new(), self._said)

    def check(self, image: Mounted, rng: Random, scratch: Path) -> Findings:
        """Open what the cut left, compare, handle again what had no receipt, and compare after one more start."""
        findings, self._said = self._said, Findings()
        model = self._model.copy()
        take_points = model.points.write if self.name == "state" else None
        data = image.root / "hub"
        try:
            hub = HubOnCard.open(data, self._keys, take_points)
        except (SensorHubError, OSError) as error:
            findings.add("failed_starts", f"the hub does not open: {error}")
            return findings
        with closing(hub):
            findings.join(model.check(hub), "found after the cut")
            findings.moments += model.moments
            if findings.sentences:
                return findings
            model.take([("opened", hub.store.id)], findings)
            model.answer(hub.handle(model.under_way), findings)
        with closing(HubOnCard.open(data, self._keys, take_points)) as hub:
            again = model.check(hub)
        again.checked = 0  # they were counted after the cut
        findings.join(again, "found after one more start")
        return findings

    def went_on_from_copy(self) -> None:
        """What had no receipt is sent again, by a writer that begins at those numbers."""
        self._model.under_way = []


class StateSubject(DuckdbSubject):
    """A hub's state database with the claims of the InfluxDB store, whose server has power all the time."""

    name = "state"
    image_bytes = 48 * 1024 * 1024
