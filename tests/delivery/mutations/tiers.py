"""The tiers as a mutation meets them: each is run until it notices, or until its budget ends."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.delivery.mutations.mutation import PowerCuts, Simulated, Tier, UnitTests
from tests.delivery.mutations.product import Product

TIER_S_MAX = 240
_SEED = re.compile(r"seed (\d+): (.*)")
_CUT = re.compile(r"\w+: (seed \d+, cut \d+ of \w+): (.*)")
_TEST = re.compile(r"(?:FAILED|ERROR) (\S+)(?: - (.*))?")
SAID_MAX = 160


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


def run_tier(tier: Tier, product: Product) -> Verdict:
    """Run a tier on the copy as it is now."""
    if isinstance(tier, Simulated):
        return _simulated(tier, product)
    if isinstance(tier, PowerCuts):
        return _power(tier, product)
    return _tests(tier, product)


def _simulated(tier: Simulated, product: Product) -> Verdict:
    command = ["-m", "tests.delivery.simulated", "--seeds", str(tier.seeds)]
    with subprocess.Popen(
        [sys.executable, "-u", *command],
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
                return Verdict(True, "T1", f"seed {found[1]}", found[2][:SAID_MAX])
        errors = process.stderr.read()
    _result(said, errors)
    return Verdict(False, "T1", f"{tier.seeds} seeds")


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
