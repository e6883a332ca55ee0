"""Records a second and bytes to the device per commit: the spool beside a plain log and SQLite, sides taking turns.

`python -m benchmarks.bench_spool [--commits 25] [--rounds 40]`; all on a loop-mounted ext4 image that counts bytes,
which needs root. A record here is one reading entry of six values, 95 bytes with its check sum.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.image import Image, mounted_image, why_no_image
from benchmarks.report import Report
from benchmarks.writers import DurableLog, Encoded, PlainLog, SpoolLog, SqliteLog, records
from gateway.spool.frame import frame_group
from gateway.spool.room import SEGMENT_BYTES

SPOOL, PLAIN = "spool", "plain append"
SIDES: dict[str, Callable[[Path], DurableLog]] = {SPOOL: SpoolLog, PLAIN: PlainLog, "SQLite WAL FULL": SqliteLog}
GROUPS = (1, 5, 100)
DEVICE_BYTES_MAX = 4_600
WARM_COMMITS = 20
HEAD_BYTES_MAX = 4_096
"""More than header and dictionary of a segment take."""


@dataclass
class Figures:
    """What the rounds of one side gave at one size of group."""

    records_per_s: list[float]
    device_bytes: float | None = None

    @property
    def rate(self) -> float:
        """Records a second, the median."""
        return median(self.records_per_s)

    def summary(self) -> dict[str, int | None]:
        """For the JSON line."""
        device = None if self.device_bytes is None else round(self.device_bytes)
        return {"records_per_s": round(self.rate), "device_bytes_per_commit": device}


def take_turns(work: Path, group: int, commits: int, rounds: int) -> dict[str, list[float]]:
    """Records a second of each side, turn by turn: A B C A B C, so that what else the machine does meets all."""
    found: dict[str, list[float]] = {side: [] for side in SIDES}
    with ExitStack() as stack:
        logs = {}
        for place, (side, make) in enumerate(SIDES.items()):
            folder = work / str(place)
            stack.callback(shutil.rmtree, folder)
            logs[side] = make(folder)
            stack.callback(logs[side].close)
            for at in range(WARM_COMMITS):
                logs[side].commit(records(group, at * group))
        for turn in range(rounds):
            groups = [records(group, (WARM_COMMITS + turn * commits + at) * group) for at in range(commits)]
            for side, log in logs.items():
                start_s = time.perf_counter()
                for measured in groups:
                    log.commit(measured)
                found[side].append(group * commits / (time.perf_counter() - start_s))
    return found


def device_bytes(make: Callable[[Path], DurableLog], image: Image, group: int, commits: int) -> float:
    """Bytes that one side writes per commit, making its files included."""
    folder = image.folder / "log"
    before = image.written_bytes()
    log = make(folder)
    try:
        for at in range(commits):
            log.commit(records(group, at * group))
        return (image.written_bytes() - before) / commits
    finally:
        log.close()
        shutil.rmtree(folder)


def segment_commits(group: int) -> int:
    """How many commits fill a segment of the spool, and begin no other: what its beginning costs is shared out."""
    return (SEGMENT_BYTES - HEAD_BYTES_MAX) // len(
        frame_group(bytes(8), 1, b"".join(data for _, data in Encoded().take(records(group))))
    )


def run(work: Path, image: Image | None, commits: int, rounds: int, share: float) -> dict[int, dict[str, Figures]]:
    """Both figures of all sides, at each size of group."""
    found = {
        group: {side: Figures(rates) for side, rates in take_turns(work, group, commits, rounds).items()}
        for group in GROUPS
    }
    if image is not None:
        for group in GROUPS:
            commits = round(share * segment_commits(group))
            for side, make in SIDES.items():
                found[group][side].device_bytes = device_bytes(make, image, group, commits)
    return found


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commits", type=int, default=25, help="commits of one turn (default 25)")
    parser.add_argument("--rounds", type=int, default=40, help="turns of each side at each size (default 40)")
    parser.add_argument(
        "--share", type=float, default=1.0, help="bytes are counted over this share of a segment (default 1)"
    )
    options = parser.parse_args()
    report = Report("spool")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        reason = why_no_image()
        image = None if reason else stack.enter_context(mounted_image(Path(name)))
        if reason:
            report.skip("the bytes to the device", reason)
        found = run(image.folder if image else Path(name), image, options.commits, options.rounds, options.share)
    tell(report, found)
    report.end(
        commits=options.commits,
        rounds=options.rounds,
        records_per_commit={
            group: {side: figures.summary() for side, figures in sides.items()} for group, sides in found.items()
        },
    )


def tell(report: Report, found: dict[int, dict[str, Figures]]) -> None:
    """Print what was found."""
    rows = []
    for group, sides in found.items():
        for side, figures in sides.items():
            device = "-" if figures.device_bytes is None else f"{figures.device_bytes:,.0f}"
            times = figures.rate / sides[PLAIN].rate
            rows.append([side, str(group), f"{figures.rate:,.0f}", f"{times:.2f}", device])
    report.table(["", "records a commit", "records/s", "plain append = 1", "bytes to the device a commit"], rows)
    for group, sides in found.items():
        times = sides[SPOOL].rate / sides[PLAIN].rate
        report.goal(f"spool / plain append at {group} a commit", times, ">=", 1.0, "times")
    one = found[GROUPS[0]][SPOOL].device_bytes
    if one is not None:
        report.goal("spool to the device per 100-byte commit", one, "<=", DEVICE_BYTES_MAX, "bytes")


if __name__ == "__main__":
    main()
