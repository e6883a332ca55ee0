"""Whether the card can hold a spool: its folder, its file system, how fast it syncs, and how long it lasts."""

import os
import shutil
import statistics
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from firmware_config.gateway import GatewayConfig
from gateway.checks.finding import Finding
from gateway.spool.reserve import RESERVE_BYTES
from gateway.spool_limits import existing, limits_of

COMMIT_BYTES = 4_600
"""What one commit brings to the device: data and file system journal (benchmarks/bench_spool.py)."""

SYNCS_A_PACK = 3
"""Beside the commits: the seal of each pack, and the file of receipts after it, written anew and renamed."""

PAGE_BYTES = 16_384
"""What a card's flash writes at least for it."""

CELL_WRITES = 500
"""How often a cell of a consumer's card may be written; industrial ones stand 3,000 and more (their data sheets)."""

SYNCS = 20
SLOW_SYNC_MS = 200.0
"""A commit should be done before the next one is due."""

COMMITS_MS = (200, 1_000, 5_000)

_MEMORY = {"tmpfs", "ramfs"}
_NOT_JOURNALLED = {"vfat", "exfat", "msdos", "fuseblk", "ext2"}
_DAY_S = 86_400
_GB = 1_000_000_000
_YEAR_DAYS = 365


@dataclass(frozen=True, slots=True)
class Wear:
    """What a commit interval costs a card, at worst: something to write in each of them.

    Arguments:
        commit_ms: the interval.
        bytes_a_day: to the device.
        percent_a_year: of what a consumer's card of that size stands, /100.
    """

    commit_ms: int
    bytes_a_day: float
    percent_a_year: float


def wear(commit_ms: int, card_bytes: int, pack_s: float) -> Wear:
    """Estimate what a commit interval costs a card of that size, with a pack sent every `pack_s`."""
    commits = _DAY_S * 1_000 / commit_ms + SYNCS_A_PACK * _DAY_S / pack_s
    endured = card_bytes * CELL_WRITES
    return Wear(commit_ms, commits * COMMIT_BYTES, 100 * commits * _YEAR_DAYS * PAGE_BYTES / endured)


def check_card(config: GatewayConfig, now_s: Callable[[], float] = time.perf_counter) -> list[Finding]:
    """What is to be said of the spool's folder and the card under it."""
    folder = existing(config.spool)
    try:
        usage = shutil.disk_usage(folder)
        limits = limits_of(config)
        kind, options = file_system(folder)
        syncs_ms = sync_times_ms(folder, now_s)
    except OSError as error:
        return [
            Finding(
                "spool",
                "wrong",
                f"{folder} cannot be written: {error.strerror}. Make the folder {config.spool} and give it to the user "
                "that the gateway runs as.",
            )
        ]
    return [
        Finding(
            "spool", "well", f"{config.spool} can be written{'' if config.spool.exists() else ' once it is made'}."
        ),
        judge(kind, options),
        _room(limits.bytes_max, usage.free + _held(config.spool), usage.total),
        _speed(syncs_ms),
        _wears(config.commit_ms, usage.total, config.pack_s),
    ]


def judge(kind: str, options: str) -> Finding:
    """Whether a spool is safe on such a file system."""
    if "ro" in options.split(","):
        text = f"It is mounted read-only ({kind}): look at `dmesg` for errors of the card, then mount it writable."
        return Finding("file system", "wrong", text)
    if kind in _MEMORY:
        text = f"It is {kind}, which a power cut empties: put the spool on the card or an SSD."
        return Finding("file system", "wrong", text)
    if kind in _NOT_JOURNALLED:
        text = f"It is {kind}, which a power cut may damage: format the partition of the spool as ext4."
        return Finding("file system", "note", text)
    return Finding("file system", "well", f"It is {kind} ({options}).")


def _room(bytes_max: int, free: int, total: int) -> Finding:
    needed = bytes_max + RESERVE_BYTES
    if needed > free:
        return Finding(
            "room",
            "wrong",
            f"The spool may take {_size(bytes_max)} beside a reserve of {_size(RESERVE_BYTES)}, and {_size(free)} are "
            f"free of {_size(total)}: make room, or set spool_bytes_max lower.",
        )
    return Finding("room", "well", f"The spool may take {_size(bytes_max)}; {_size(free)} are free of {_size(total)}.")


def _speed(syncs_ms: list[float]) -> Finding:
    usual, worst = statistics.median(syncs_ms), max(syncs_ms)
    text = f"A commit takes {usual:.1f} ms, {worst:.1f} ms at worst of {len(syncs_ms)}"
    if usual > SLOW_SYNC_MS:
        return Finding("speed", "note", f"{text}: the card is slow or worn; sampling goes on, but swap it soon.")
    return Finding("speed", "well", f"{text}.")


def _wears(commit_ms: int, card_bytes: int, pack_s: float) -> Finding:
    now = wear(commit_ms, card_bytes, pack_s)
    others = [wear(interval, card_bytes, pack_s) for interval in COMMITS_MS if interval != commit_ms]
    text = (
        f"With commit_ms = {commit_ms} the card takes about {_size(now.bytes_a_day)} a day, {_share(now)} of its "
        "life a year.\n"
        + "".join(f"With {one.commit_ms} it would be {_size(one.bytes_a_day)}, {_share(one)}.\n" for one in others)
        + f"That is {PAGE_BYTES // 1024} KiB of flash a commit, on {_size(card_bytes)} of a card whose cells stand "
        f"{CELL_WRITES} writes (industrial ones: six times as many)."
    )
    return Finding("card wear", "note" if now.percent_a_year > _WORN_PERCENT else "well", text)


_WORN_PERCENT = 33.0
"""A card that lasts less than three years is changed too often for a van."""


def _share(one: Wear) -> str:
    return f"{one.percent_a_year:.0f} %" if one.percent_a_year >= 1 else "under 1 %"


def _size(count: float) -> str:
    return f"{count / _GB:,.1f} GB" if count >= _GB else f"{count / 1e6:,.0f} MB"


def _held(spool: Path) -> int:
    """What a spool holds already, which is part of what it may take."""
    if not spool.is_dir():
        return 0
    held = 0
    for path in spool.rglob("*"):
        with suppress(OSError):  # a gateway at work deletes and replaces files
            held += path.stat().st_size if path.is_file() else 0
    return held


def file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> tuple[str, str]:
    """Kind of the file system that a folder is on, and its mount options; unknown where the system does not tell."""
    best, found = -1, ("unknown", "unknown")
    try:
        lines = mounts.read_text().splitlines()
    except OSError:
        return found
    real = folder.resolve()
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split()
        point = Path(fields[4].encode().decode("unicode_escape"))
        if real.is_relative_to(point) and len(point.parts) >= best:  # of two at one point the later one is seen
            best, found = len(point.parts), (right.split()[0], fields[5])
    return found


def sync_times_ms(folder: Path, now_s: Callable[[], float]) -> list[float]:
    """How long the folder's disk takes for commits of 512 bytes."""
    path = folder / f".check-{os.getpid()}"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.pwrite(handle, bytes(512 * SYNCS), 0)
        os.fsync(handle)
        taken = []
        for number in range(SYNCS):
            os.pwrite(handle, bytes(512), 512 * number)
            begin_s = now_s()
            getattr(os, "fdatasync", os.fsync)(handle)
            taken.append((now_s() - begin_s) * 1_000)
    finally:
        os.close(handle)
        path.unlink()
    return taken
