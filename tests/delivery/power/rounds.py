"""Rounds of power cuts: one writer on an image is stopped and its card copied again and again; some copies go on."""

import traceback
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

from tests.delivery.power.findings import Findings
from tests.delivery.power.images import Mounted, copy_sparse, make, mounted
from tests.delivery.power.ledger import LedgerReader
from tests.delivery.power.process import WriterFailed, WriterProcess

CUTS_PER_ROUND = 10
GOES_ON = 0.3
"""Share of the cuts after which the next writer starts on what was left, half of them to be cut off at its start."""


class Subject(Protocol):
    """Whose card is cut off: its writer, and what must be found."""

    @property
    def name(self) -> str:
        """In the results."""
        ...

    @property
    def image_bytes(self) -> int:
        """Size of its card."""
        ...

    @property
    def module(self) -> str:
        """Of its writer."""
        ...

    def arguments(self, root: Path, ledger: Path, seed: int, *, in_recovery: bool) -> list[str]:
        """For a writer that starts on the card at `root`."""
        ...

    def stop_after_s(self, rng: Random, *, in_recovery: bool) -> float | None:
        """When to stop the writer; None where it does that itself."""
        ...

    def follow(self, ledger: LedgerReader) -> None:
        """Take what the writer, now stopped, has said."""
        ...

    def check(self, image: Mounted, rng: Random, scratch: Path) -> Findings:
        """Compare what a cut left with what the writer said; `scratch` is a free file outside the image."""
        ...

    def went_on_from_copy(self) -> None:
        """The next writer starts on what the last cut left."""
        ...


@dataclass
class Result:
    """What the rounds of one subject came to."""

    cuts: int = 0
    found: Findings = field(default_factory=Findings)


def run_round(subject: Subject, seed: int, cuts: int, folder: Path, result: Result, preload: str | None) -> None:
    """Cut one writer off again and again, on a new image."""
    rng = Random(f"{subject.name} {seed}")
    at = folder / f"{subject.name}.img"
    make(at, subject.image_bytes)
    copy, scratch = folder / "cut.img", folder / "scratch"
    done, in_recovery, turn = 0, False, 0
    while done < cuts:
        turn += 1
        ledger_path = folder / f"ledger-{turn}"
        with ExitStack() as stack:
            card = stack.enter_context(mounted(at))
            arguments = subject.arguments(card.root, ledger_path, rng.randrange(2**32), in_recovery=in_recovery)
            writer = WriterProcess(subject.module, arguments, folder / "errors", preload)
            stack.callback(writer.end)
            ledger = stack.enter_context(LedgerReader(ledger_path))
            goes_on = False
            writer.stop()  # it is loaded
            while done < cuts and not goes_on:
                writer.go_on()
                try:
                    writer.stop(subject.stop_after_s(rng, in_recovery=in_recovery))
                except WriterFailed as failed:
                    ended = Findings()
                    ended.add("failed_starts", str(failed))
                    result.found.join(ended, f"seed {seed}, cut {done + 1} of {subject.name}")
                    return
                in_recovery = False
                subject.follow(ledger)
                card.age(rng)
                card.cut(copy)
                goes_on = rng.random() < GOES_ON
                left = folder / f"{subject.name}-{turn}.img"
                if goes_on:
                    copy_sparse(copy, left)  # the same instant: the next writer must find what the check finds
                done += 1
                with mounted(copy) as found:
                    findings = _checked(subject, found, rng, scratch)
                result.cuts += 1
                result.found.join(findings, f"seed {seed}, cut {done} of {subject.name}")
                if findings.sentences:
                    return  # what follows from a loss is no news
        ledger_path.unlink()
        at.unlink()
        at = left
        in_recovery = rng.random() < 0.5
        subject.went_on_from_copy()
    at.unlink(missing_ok=True)


def _checked(subject: Subject, image: Mounted, rng: Random, scratch: Path) -> Findings:
    try:
        return subject.check(image, rng, scratch)
    except Exception:  # whatever production code does not expect of a card, it is a finding with its seed
        findings = Findings()
        findings.add("failed_starts", traceback.format_exc())
        return findings


def run_rounds(
    make_subject: Callable[[Path, int], Subject], seed: int, cuts: int, folder: Path, preload: str | None = None
) -> Result:
    """As many rounds as make so many cuts; the seed rises by one each round."""
    result = Result()
    while result.cuts < cuts and not result.found.sentences:
        run_round(make_subject(folder, seed), seed, min(CUTS_PER_ROUND, cuts - result.cuts), folder, result, preload)
        seed += 1
    return result
