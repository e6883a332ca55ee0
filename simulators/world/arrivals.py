"""When those who come along a lane or a path would arrive if nobody were in their way."""

from collections.abc import Callable, Iterator
from math import exp, log
from random import Random

MINUTE_S = 60.0


def arrivals(
    chance: Random, rate: Callable[[int], float], headway_s: float, follow_s: float
) -> Iterator[tuple[float, bool]]:
    """Times in seconds since the start, each with whether it follows the one before closely; without end.

    Headways are Cowan's M3 (Cowan 1975): a bunch moves at `headway_s`, the others leave an exponential gap more. The
    share of those who are free is exp(-rate follow_s), as in Tanner's queues.

    Arguments:
        chance: whose arrivals.
        rate: how many come in a second, by minute since the start.
        headway_s: front to front in a bunch, seconds.
        follow_s: how strongly they bunch, seconds; 0: not at all.
    """
    draw = chance.random
    time_s = 0.0
    minute = -1
    end_s = hazard = 0.0
    free = 1.0
    while True:
        follows = draw() > free
        if not follows:
            due = -log(1.0 - draw())
            while True:
                left = (end_s - time_s) * hazard
                if due < left:
                    time_s += due / hazard
                    break
                # A minute without a flow passes by, and so does the rest of one that ends before the next arrival.
                due -= max(0.0, left)
                minute += 1
                time_s = max(time_s, end_s)
                end_s = (minute + 1) * MINUTE_S
                flow = rate(minute)
                free = exp(-flow * follow_s)
                hazard = free * flow / max(0.1, 1.0 - headway_s * flow)
        time_s += headway_s
        yield time_s, follows
