"""The tiers as a mutation meets them: each is run until it notices, or until its budget ends."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.delivery.mutations.mutation import PowerCuts, Simulated, Tier, UnitTests
from tests.delivery.mutations.product import Product

TIER_S_MAX = 240
_SEED = re.compile(r"seed (\d+): (.*)")
_CUT = re.compile(r"\w+: (seed \d+, cut \d+ of \w+): (.*)")
_TEST = re.compile(r"(?:FAILED|ERROR) (\S+)(?: - (.*))?")
SAID_MAX = 160

FEW_CUTS = 10
"""So many must leave nothing wrong on the clean copy; `chaos-power` makes more."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tier said.

    Arguments:
        caught: whether it found something wrong.
        by: the tier.
        where: the seed, cut or test that found it.
        what: what it found, cut short.
        skipped: why the tier could not be run, if so.
    """

    caught: bool
    by: str
    where: str = ""
    what: str = ""
    skipped: str = ""


class TierBroken(Exception):
    """A tier ended with neither a finding nor a result."""


class Tiers:
    """Runs tiers on a copy that is mutated, and what notices once more on one that is not.

    Arguments:
        mutated, clean: the two copies.
    """

    def __init__(self, mutated: Product, clean: Product) -> None:
        self._mutated = mutated
        self._clean = clean
        self._sound: dict[object, str] = {}
        self.wrong: list[str] = []
        """Sentences about what fails without any mutation."""

    def run(self, tier: Tier) -> Verdict:
        """Run a tier until it notices something that the clean copy does not have."""
        if isinstance(tier, Simulated):
            return self._simulated(tier)
        if isinstance(tier, PowerCuts):
            few = replace(tier, preload=None, cuts=FEW_CUTS)
            return self._once(_power(tier, self._mutated), few, lambda: _power(few, self._clean))
        return self._once(_tests(tier, self._mutated), tier, lambda: _tests(tier, self._clean))

    def _once(self, verdict: Verdict, tier: Tier, clean: Callable[[], Verdict]) -> Verdict:
        if verdict.caught and not self._is_sound(tier, lambda: _words(clean())):
            return replace(verdict, caught=False)
        return verdict

    def _simulated(self, tier: Simulated) -> Verdict:
        ranges = [*((seed, seed) for seed in tier.first), (1, tier.seeds)]
        while ranges:
            first, last = ranges.pop(0)
            found = _seeds(first, last, self._mutated)
            if found is None:
                continue
            seed, what = found
            if self._is_sound(seed, partial(_seeds, seed, seed, self._clean)):
                return Verdict(True, "T1", f"seed {seed}", what[:SAID_MAX])
            if seed < last:
                ranges.insert(0, (seed + 1, last))
        return Verdict(False, "T1", f"{tier.seeds} seeds")

    def _is_sound(self, what: object, run: Callable[[], object]) -> bool:
        if what not in self._sound:
            found = run()
            self._sound[what] = f"{found}" if found else ""
            if found:
                self.wrong.append(f"Without any mutation this fails as well: {found}")
        return not self._sound[what]


def _words(verdict: Verdict) -> str:
    return f"{verdict.by} {verdict.where}: {verdict.what}" if verdict.caught else ""


def _seeds(first: int, last: int, product: Product) -> tuple[int, str] | None:
    """The first of some seeds that fails, and how; None where none does."""
    command = ["-u", "-m", "tests.delivery.simulated", "--from", str(first), "--seeds", str(last - first + 1)]
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=product.root,
        env=product.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = ""
        for line in process.stdout:
            said = line
            if (found := _SEED.match(line)) is not None:
                os.killpg(process.pid, signal.SIGKILL)  # one seed is enough
                return int(found[1]), found[2]
        errors = process.stderr.read()
    _result(said, errors)
    return None


def _power(tier: PowerCuts, product: Product) -> Verdict:
    command = ["-m", "tests.delivery.power", "--writer", tier.writer, "--cuts", str(tier.cuts)]
    if tier.preload:
        command += ["--preload", tier.preload]
    done = _run(command, product)
    result = _result(done.stdout, done.stderr)
    if "skipped" in result:
        return Verdict(False, "T3", skipped=str(result["skipped"]))
    if done.returncode == 0:
        return Verdict(False, "T3", f"{tier.cuts} cuts of {tier.writer}")
    found = next((match for line in done.stdout.splitlines() if (match := _CUT.match(line))), None)
    if found is None:
        raise TierBroken(done.stdout[-2000:])
    return Verdict(True, "T3", found[1], found[2][:SAID_MAX])


def _tests(tier: UnitTests, product: Product) -> Verdict:
    options = ["-q", "-x", "-p", "no:cacheprovider", "-p", "no:randomly"]
    done = _run(["-m", "pytest", *options, *tier.tests], product)
    if done.returncode == 0:
        return Verdict(False, "T0", f"{len(tier.tests)} files of tests")
    found = next((match for line in done.stdout.splitlines() if (match := _TEST.match(line))), None)
    if found is None or done.returncode != 1:
        raise TierBroken(done.stdout[-2000:] + done.stderr[-2000:])
    return Verdict(True, "T0", Path(found[1]).name, (found[2] or "")[:SAID_MAX])


def _run(arguments: list[str], product: Product) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=product.root,
        env=product.environment,
        capture_output=True,
        text=True,
        timeout=TIER_S_MAX,
        check=False,
    )


def _result(said: str, errors: str) -> dict[str, object]:
    try:
        result: dict[str, object] = json.loads(said.splitlines()[-1])
    except (ValueError, IndexError):
        raise TierBroken(said[-2000:] + errors[-2000:]) from None
    return result
