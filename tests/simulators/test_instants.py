"""What was true at the instants of reads: gathered by interval of the wall clock."""

from sensorhub.reading import US_PER_S
from simulators.instants import Instants, true_mean
from simulators.parts.part import Truth


def gathered() -> Instants:
    """Two values in a first interval of 60 s, one in a second, none in a third, one in a fourth."""
    instants = Instants(60)
    for second, value in ((58, 1.0), (59, 3.0), (61, 10.0), (185, 4.0)):
        instants.note(second, second * US_PER_S, {"co2": value})
    return instants


def test_values_of_an_interval_are_together() -> None:
    assert gathered().by_interval("co2", 0, 1_000) == [[1.0, 3.0], [10.0], [4.0]]


def test_only_the_time_that_is_asked_counts() -> None:
    assert gathered().by_interval("co2", 59, 185) == [[3.0], [10.0]]


def test_each_interval_counts_as_one() -> None:
    mean = (2.0 + 10.0 + 4.0) / 3
    assert gathered().means(0, 1_000, {"co2": (0.5, "a count")}) == [Truth("co2", "mean", mean, 0.5, "a count")]


def test_what_was_never_noted_has_no_truth() -> None:
    assert gathered().means(0, 1_000, {"laeq": (0.5, "a count")}) == []
    assert gathered().means(1_000, 2_000, {"co2": (0.5, "a count")}) == []
    assert true_mean("co2", (), 0.5, "a count") == []
