"""Power cuts of a gateway's spool: what the production code finds on the copied card, and how it goes on from there."""

from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random

from gateway.spool import RealDisk
from gateway.spool.epochs import Epochs
from sensorhub.errors import SensorHubError
from tests.delivery.power.card_model import CardModel
from tests.delivery.power.findings import Findings
from tests.delivery.power.images import Mounted
from tests.delivery.power.ledger import LedgerReader, LedgerWriter
from tests.delivery.power.spool_card import IMAGE_BYTES, LIMITS, open_spools
from tests.delivery.power.spool_writer import SpoolWriter

GROUPS_AFTER = 12
STOP_S_MAX = 0.03


class SpoolSubject:
    """What the rounds need to know of the spool; see `rounds.Subject`."""

    name = "spool"
    image_bytes = IMAGE_BYTES
    module = "tests.delivery.power.spool_writer"

    def __init__(self, _folder: Path, seed: int) -> None:
        self._when_full = sorted(LIMITS)[seed % len(LIMITS)]
        self._model = CardModel(drops=self._when_full == "drop_oldest")
        self._settled = self._model
        self._boot = 0

    def arguments(self, root: Path, ledger: Path, seed: int, *, in_recovery: bool) -> list[str]:
        self._boot += 1
        where = "recovery" if in_recovery else "later"
        return [str(root / "spool"), str(ledger), str(seed), self._when_full, str(self._boot), where]

    def stop_after_s(self, rng: Random, *, in_recovery: bool) -> float | None:
        """Most stops are at calls of the disk; the others at any time."""
        return rng.uniform(0, STOP_S_MAX) if rng.random() < 0.25 else None

    def follow(self, ledger: LedgerReader) -> None:
        self._model.take(ledger.new())

    def check(self, image: Mounted, rng: Random, scratch: Path) -> Findings:
        """Open what the cut left, compare, write on, and compare again after one more start."""
        root = image.root / "spool"
        findings = Findings()
        model = self._model.copy()
        findings.moments, self._model.moments = self._model.moments, Counter()
        try:
            spools = self._open(root)
        except (SensorHubError, OSError, ValueError, AssertionError, LookupError) as error:
            findings.add("failed_starts", f"the spool does not open: {error!r}")
            return findings
        with closing(spools):
            findings.join(model.check(spools), "found after the cut")
            if findings.sentences:
                return findings
            self._settled = model.settled(self._model)
            scratch.unlink(missing_ok=True)
            with closing(LedgerWriter(scratch)) as ledger:
                writer = SpoolWriter(spools, ledger, rng, self._when_full)
                for _ in range(GROUPS_AFTER):
                    writer.step()
        with LedgerReader(scratch) as said:
            model.take(said.new())
        with closing(self._open(root)) as spools:
            again = model.check(spools)
        again.checked = 0  # they were counted after the cut
        findings.join(again, "found after one more start")
        return findings

    def _open(self, root: Path) -> Epochs:
        return open_spools(RealDisk(root), self._when_full, self._boot + 1)

    def went_on_from_copy(self) -> None:
        """The next writer starts on the card as the cut left it."""
        self._model = self._settled
