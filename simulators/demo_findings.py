"""What a run's sums do not show, in sentences: what no gateway accepted, what nobody drove, what still lacks."""

from dataclasses import dataclass
from pathlib import Path

from gateway.spool.entries import Edge
from sensorhub.clock import rfc3339
from simulators.folder import ledger_file
from simulators.ledger_file import read_ledger
from simulators.moves import DEBOUNCE_MS
from simulators.progress import read_progress
from simulators.recording import Recording
from simulators.run import Run

NAMED_MAX = 10
"""So many edges of a gateway are named; the log has all of them."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the players' ledgers say beside their counts.

    Arguments:
        faults: each a sentence; with any of them the run has failed.
        remarks: sentences on what is well and might surprise.
    """

    faults: tuple[str, ...]
    remarks: tuple[str, ...]


def find(data: Path, recording: Recording, run: Run, log: Path) -> Findings:
    """Read the ledgers of a run that has ended.

    Arguments:
        log: the file with the output of the process that played it.
    """
    faults: list[str] = []
    bounced = lost = 0
    for gateway in recording.gateways:
        content = read_ledger(ledger_file(data, gateway.id))
        for edges, what in (
            (content.missing.values(), "was driven, and the gateway did not accept it"),
            (content.stray.values(), "was accepted by the gateway, and nobody drove it"),
        ):
            named = sorted(edges, key=lambda edge: edge.clock_ns)
            faults += [f"{_named(gateway.id, edge, run)} {what}." for edge in named[:NAMED_MAX]]
            if len(named) > NAMED_MAX:
                faults.append(f"And {len(named) - NAMED_MAX:,} more of {gateway.id}: see {log}")
        faults += _folded(gateway.id, content.head.missing + content.head.stray, log)
        bounced += content.bounced_closures
        lost += len(content.lost)
    remarks = []
    if bounced:
        recorded = sum(move.level for gateway in recording.gateways for move in gateway.transitions)
        remarks.append(
            f"{bounced:,} of {recorded:,} recorded closures are not counted: contacts that change again within the "
            f"debounce time ({DEBOUNCE_MS} ms)."
        )
    if lost:
        remarks.append(f"{lost:,} accepted edges were not in the spool after a restart: see {log}")
    return Findings(tuple(faults), tuple(remarks))


def lacking(data: Path, recording: Recording, *, through: bool) -> str:
    """What a run that does not go on still lacks, gateway by gateway.

    Arguments:
        through: whether the process that plays it has ended well.
    """
    if through:
        return "everything was played and received, but the hub does not say what it has stored."
    progress = read_progress(data)
    if progress is None:
        return "no gateway has begun."
    lacks = []
    for gateway in recording.gateways:
        content = read_ledger(ledger_file(data, gateway.id))
        recorded = sum(move.level for move in gateway.transitions)
        missing = content.missing_closures
        waiting = max(0, recorded - content.bounced_closures - sum(content.driven.values()) + missing)
        records = progress.records.get(gateway.id, 0)
        if waiting or records:
            lacks.append(
                f"{gateway.id} has not accepted {waiting:,} of the {recorded:,} closures of the recording and has "
                f"{records:,} records without a receipt."
            )
    return " ".join(lacks) or "everything was played and received, but the process that played it does not end."


def _folded(gateway: str, edges: int, log: Path) -> list[str]:
    return [f"{edges:,} older edges of {gateway} were not accepted, or not driven: see {log}"] if edges else []


def _named(gateway: str, edge: Edge, run: Run) -> str:
    moved = "closing" if edge.level else "opening"
    return f"{gateway}/{edge.sensor} {moved} at {rfc3339(run.wall_us_at(edge.clock_ns))}"
