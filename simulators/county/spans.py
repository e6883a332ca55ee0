"""When a fault holds, when its sensor may show it, and the times beside, in which nothing of it may be seen."""

from collections.abc import Callable, Iterable

from gateway.recorder.poller import BACKOFF_MAX_S
from gateway.recorder.watch import RATE_NS
from sensorhub.reading import NS_PER_S
from simulators.county.driver import UNTAKEN_NS_MAX
from simulators.faults.plan import FaultPlan

Span = tuple[int, int]
"""From when until when, seconds after the start of the world."""

LAG_S = UNTAKEN_NS_MAX // NS_PER_S
"""A gateway that is driven at full speed is behind the world by so much at most: what it has measured and not yet
taken is marked by what is known when it takes it, and lost where its power goes."""

COMES_S = 60
"""Within so much somebody comes in a lane, and shows that its loops are right again."""

RECOVERY_S = LAG_S + round(BACKOFF_MAX_S) + 2 * RATE_NS // NS_PER_S + COMES_S
"""So long after a fault is over it may show: until a part is tried again, and a contact was watched and right."""

MINUTE_S = 60
"""Rain has one rate for each minute."""


def holding(plan: FaultPlan, seconds: int, rains: Callable[[int], bool]) -> list[Span]:
    """When a fault holds, in the order of time; none where it begins too late, or waits for rain that does not come.

    Arguments:
        plan: the fault.
        seconds: length of the run.
        rains: whether it rains, at a time in seconds after the start.
    """
    until_s = min(plan.to_s, seconds)
    if plan.when == "always":
        return [(plan.from_s, until_s)] if plan.from_s < until_s else []
    wet = ((at_s, min(at_s + MINUTE_S, until_s)) for at_s in range(plan.from_s, until_s, MINUTE_S) if rains(at_s))
    return joined(wet)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same times in the order of time, with those in one that meet."""
    found: list[Span] = []
    for from_s, until_s in sorted(spans):
        if found and from_s <= found[-1][1]:
            found[-1] = found[-1][0], max(until_s, found[-1][1])
        else:
            found.append((from_s, until_s))
    return found


def calm(spans: Iterable[Span], period_s: int, seconds: int) -> list[Span]:
    """The times outside of all intervals in which faults may show, whole intervals each.

    Arguments:
        spans: when the faults of a sensor hold.
        period_s: length of its intervals; one begins at the start.
        seconds: length of the run.
    """
    shown = joined(
        (
            max(0, from_s - LAG_S) // period_s * period_s,
            -(-(until_s + RECOVERY_S) // period_s) * period_s,
        )
        for from_s, until_s in spans
    )
    if not shown:
        return [(0, seconds)]
    edges_s = [0, *(edge_s for span in shown for edge_s in span), seconds]
    pairs = zip(edges_s[::2], edges_s[1::2], strict=True)
    return [(from_s, until_s) for from_s, until_s in pairs if until_s - from_s >= period_s]


def beside(spans: Iterable[Span], seconds: int) -> list[Span]:
    """The times of a run that are in none of some others, which are in the order of time."""
    edges_s = [0, *(edge_s for span in spans for edge_s in span), seconds]
    pairs = zip(edges_s[::2], edges_s[1::2], strict=True)
    return [(from_s, until_s) for from_s, until_s in pairs if from_s < until_s]
