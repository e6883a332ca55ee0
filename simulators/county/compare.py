"""What truly happened in a county beside what the hubs have, and whether each fault showed where and when it was."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from sensorhub.reading import Quality
from simulators.county.faultbook import GATEWAY
from simulators.county.outcome import CountyOutcome, Line, Shown, Within
from simulators.county.spans import RECOVERY_S, joined
from simulators.county.stored import SUFFERED, Part, Stored
from simulators.county.telling import Calm, Telling
from simulators.faults.plan import FaultPlan

QUALITIES = ("bad", "suspect", "partial")

ALLOWED = frozenset({"suspect"})
"""How readings may be of a sensor to which nothing happened: the world has values that are not plausible."""

RESUMED_ALLOWED = ALLOWED | {"partial"}
"""Where the county's process was started again nobody saw what came meanwhile."""

OF_TWO = ("mean_headway", "mean_gap", "mean_on_time", "rain_rate", "wind_gust")
"""Take in what was before the first interval, so they are told for a time only that begins with the run."""


def compare_county(
    tellings: Sequence[Telling], stored: Mapping[Part, Stored], plans: Sequence[FaultPlan] = ()
) -> CountyOutcome:
    """Put what was told beside what is stored.

    Arguments:
        tellings: of all gateways.
        stored: by the calms of these.
        plans: the faults of the scenario, each with the gateway and sensor that it happened to.
    """
    outcome = CountyOutcome(readings_of={told.gateway: 0 for told in tellings})
    for part, each in stored.items():
        outcome.readings_of[part.gateway] += each.count
    for told in tellings:
        mine = [plan for plan in plans if plan.gateway == told.gateway]
        for sensor, calms in told.calms.items():
            outcome.lines += _lines(told.gateway, sensor, calms, stored)
        outcome.within += _within(told, stored)
        _shown(outcome, told, mine, stored)
        _strange(outcome, told, mine, stored)
    return outcome


def _lines(gateway: str, sensor: str, calms: Sequence[Calm], stored: Mapping[Part, Stored]) -> Iterator[Line]:
    for number, calm in enumerate(calms):
        for truth in calm.truths:
            if calm.from_s == 0 or truth.quantity not in OF_TWO:
                found = stored.get(Part(gateway, sensor, truth.quantity, number), Stored())
                yield Line(gateway, sensor, calm.from_s, calm.until_s, truth, found.value(truth.how))


def _within(told: Telling, stored: Mapping[Part, Stored]) -> Iterator[Within]:
    for sensor, bounds in told.bounds.items():
        for bound in bounds:
            found = stored.get(Part(told.gateway, sensor, bound.quantity, SUFFERED))
            if found is not None:
                yield Within(told.gateway, sensor, bound, found.lowest, found.highest)


def _shown(outcome: CountyOutcome, told: Telling, plans: Sequence[FaultPlan], stored: Mapping[Part, Stored]) -> None:
    """How each fault showed. That of a whole gateway need not show on every sensor of it, but each word on one."""
    whole = [plan for plan in plans if plan.is_of_gateway]
    anywhere: list[str] = []
    for sensor in told.calms:
        mine = [plan for plan in plans if plan.sensor == sensor]
        texts = [text for text, is_due in _faults(told, sensor) if is_due]
        words = _qualities(told.gateway, sensor, [SUFFERED], stored)
        found = Shown((*(["fault"] if texts else []), *words), tuple(dict.fromkeys(texts)))
        anywhere += found.words
        if mine or whole:
            outcome.shown[f"{told.gateway}/{sensor}"] = found
            _miss(outcome, f"{told.gateway}/{sensor}", _words(mine), found.words)
    _miss(outcome, told.gateway, _words(whole), anywhere)
    if any("trouble" in plan.shows for plan in plans):
        texts = [text for text, is_due in _faults(told, GATEWAY) if is_due]
        found = Shown(("trouble",) if texts else (), tuple(dict.fromkeys(texts)))
        outcome.shown[told.gateway] = found
        _miss(outcome, told.gateway, frozenset({"trouble"}), found.words)


def _strange(outcome: CountyOutcome, told: Telling, plans: Sequence[FaultPlan], stored: Mapping[Part, Stored]) -> None:
    """What shows where or when nothing happened."""
    for sensor, calms in told.calms.items():
        expected = _words([plan for plan in plans if plan.sensor in ("", sensor)])
        allowed = RESUMED_ALLOWED if told.resumed else ALLOWED - expected
        words = [word for word in _qualities(told.gateway, sensor, range(len(calms)), stored) if word not in allowed]
        texts = [f"fault {text}" for text, is_due in _faults(told, sensor) if not is_due]
        if words or texts:
            outcome.strange[f"{told.gateway}/{sensor}"] = ", ".join([*words, *texts])
    troubles = [f"trouble {text}" for text, is_due in _faults(told, GATEWAY) if not is_due]
    if troubles:
        outcome.strange[told.gateway] = ", ".join(troubles)


def _miss(outcome: CountyOutcome, name: str, wanted: frozenset[str], found: Sequence[str]) -> None:
    missing = sorted(wanted.difference(found))
    if missing:
        outcome.silent_faults[name] = ", ".join(missing)


def _words(plans: Iterable[FaultPlan]) -> frozenset[str]:
    return frozenset(word for plan in plans for word in plan.words)


def _qualities(gateway: str, sensor: str, numbers: Sequence[int], stored: Mapping[Part, Stored]) -> list[str]:
    mine = [
        each.qualities
        for part, each in stored.items()
        if (part.gateway, part.sensor) == (gateway, sensor) and part.calm in numbers
    ]
    return [word for word in QUALITIES if any(each & Quality[word.upper()] for each in mine)]


def _faults(told: Telling, name: str) -> Iterator[tuple[str, bool]]:
    """What was wrong with a sensor or its gateway, in words; and whether that was while something held."""
    may_show = joined((from_s, until_s + RECOVERY_S) for from_s, until_s in told.spans[name])
    noted = [*told.faults.get(name, []), (float(told.seconds), "")]
    for (from_s, text), (until_s, _) in pairwise(noted):
        if text:
            is_due = any(begin_s <= from_s and until_s <= end_s for begin_s, end_s in may_show)
            yield (text, True) if is_due else (f"from {from_s:g} to {until_s:g} s: {text}", False)
