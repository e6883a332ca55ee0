"""What a check after a power cut found wrong, by kind, and what it found in its place."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

KINDS = ("lost", "duplicated", "altered", "failed_starts")
SAID_MAX = 3
"""Examples of one kind in one check; the rest is counted."""


@dataclass
class Findings:
    """Counts by kind, with sentences about the first ones.

    Arguments:
        checked: accepted entries, or receipted records, that were compared.
        moments: how often the writer was stopped where.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)
    checked: int = 0
    moments: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, what: str, examples: Sequence[object] = (None,)) -> None:
        """Note that `what` is wrong, once for each example."""
        assert kind in KINDS
        self.kinds[kind] += len(examples)
        for example in examples[:SAID_MAX]:
            self.sentences.append(what if example is None else f"{what}: {example}")
        if len(examples) > SAID_MAX:
            self.sentences.append(f"{what}: {len(examples) - SAID_MAX} more")

    def join(self, other: "Findings", where: str) -> None:
        """Take another check's findings in."""
        self.kinds += other.kinds
        self.moments += other.moments
        self.sentences += [f"{where}: {sentence}" for sentence in other.sentences]
        self.checked += other.checked
