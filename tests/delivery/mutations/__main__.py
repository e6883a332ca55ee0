"""Mutations from the command line: prints a table, and one JSON object on the last line; 1 where one is not caught."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.mutations.at_card import AT_CARD
from tests.delivery.mutations.at_gateway import AT_GATEWAY
from tests.delivery.mutations.at_hub import AT_HUB
from tests.delivery.mutations.mutation import Mutation, PowerCuts, Simulated, UnitTests
from tests.delivery.mutations.product import MutationStale, Product
from tests.delivery.mutations.tiers import TierBroken, Tiers, Verdict

MUTATIONS = (*AT_GATEWAY, *AT_CARD, *AT_HUB)
TIERS = {"T0": UnitTests, "T1": Simulated, "T3": PowerCuts}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a mutation, the tier that said the last word, and how long it took."""

    mutation: Mutation
    verdict: Verdict
    seconds: float

    @property
    def excused(self) -> bool:
        """Whether no tier that might notice can run here."""
        return not self.verdict.caught and bool(self.verdict.skipped)

    def told(self) -> dict[str, object]:
        """For the JSON object."""
        return {
            "mutation": self.mutation.name,
            "breaks": self.mutation.breaks,
            "caught": self.verdict.caught,
            "tier": self.verdict.by,
            "where": self.verdict.where,
            "what": self.verdict.what,
            "seconds": round(self.seconds, 1),
            **({"skipped": self.verdict.skipped} if self.verdict.skipped else {}),
        }


def try_out(mutation: Mutation, product: Product, tiers: Tiers, kinds: tuple[type, ...]) -> Row:
    """Apply a mutation and run its tiers until one notices."""
    began_s = time.monotonic()
    verdicts: list[Verdict] = []
    with product.mutated(mutation):
        for tier in mutation.tiers:
            if not isinstance(tier, kinds):
                continue
            try:
                verdicts.append(tiers.run(tier))
            except (TierBroken, subprocess.TimeoutExpired) as error:
                verdicts.append(Verdict(False, "broken", what=str(error)))
            if verdicts[-1].caught:
                break
    ran = [verdict for verdict in verdicts if not verdict.skipped] or verdicts
    verdict = ran[-1] if ran else Verdict(False, "none", skipped="no tier that may notice was asked for")
    return Row(mutation, verdict, time.monotonic() - began_s)


def main() -> int:
    """Run what the arguments say."""
    parser = argparse.ArgumentParser(prog="python -m tests.delivery.mutations", description=__doc__)
    parser.add_argument("--only", help="mutations whose names hold this text")
    parser.add_argument("--tiers", nargs="+", choices=sorted(TIERS), default=sorted(TIERS))
    parser.add_argument("--output", type=Path, help="a file for the JSON object as well")
    asked = parser.parse_args()
    chosen = [mutation for mutation in MUTATIONS if not asked.only or asked.only in mutation.name]
    kinds = tuple(TIERS[name] for name in asked.tiers)
    began_s = time.monotonic()
    wrong: list[str] = []
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder:
        product = Product(Path(folder) / "mutated")
        tiers = Tiers(product, Product(Path(folder) / "clean"))
        for mutation in chosen:
            try:
                product.check(mutation)
            except MutationStale as stale:
                wrong.append(str(stale))
                continue
            row = try_out(mutation, product, tiers, kinds)
            rows.append(row)
            _show(row)
    wrong += tiers.wrong
    wrong += [f"Nobody noticed: {row.mutation.name}." for row in rows if not (row.verdict.caught or row.excused)]
    for sentence in wrong:
        print(sentence)
    outcome = {
        "target": "chaos-mutations",
        "mutations": len(chosen),
        "caught": sum(row.verdict.caught for row in rows),
        "wrong": wrong,
        "seconds": round(time.monotonic() - began_s, 1),
        "table": [row.told() for row in rows],
    }
    text = json.dumps(outcome)
    if asked.output is not None:
        asked.output.write_text(text + "\n")
    print(text)
    return 1 if wrong else 0


def _show(row: Row) -> None:
    verdict = row.verdict
    by = f"{verdict.by} {verdict.where}" if verdict.caught else verdict.skipped or f"NOT CAUGHT ({verdict.by})"
    print(f"{row.mutation.name:<46} {by:<44} {row.seconds:5.1f} s  {verdict.what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
