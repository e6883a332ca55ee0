"""The ledger on a terminal: what one looks for is there, and nothing is cut off."""

from io import StringIO

from rich.console import Console

from simulators.county.bounds import Bound
from simulators.county.outcome import CountyOutcome, Line, Shown, Within
from simulators.county.screen import print_outcome
from simulators.parts.part import Truth

COUNT = Truth("vehicle_count_over_1160cm", "sum", 7)
MEAN = Truth("air_temperature", "mean", 4.0, 0.002, "half a count of 0.0027 Cel")


def line(sensor: str, truth: Truth = COUNT, stored: float = 7.0, from_s: int = 0, gateway: str = "weir") -> Line:
    return Line(gateway, sensor, from_s, from_s + 3_600, truth, stored)


def printed(outcome: CountyOutcome, *asked: str) -> list[str]:
    text = StringIO()
    print_outcome(Console(file=text, width=80), outcome, asked)
    return [row.rstrip() for row in text.getvalue().splitlines()]


def outcome(*lines: Line) -> CountyOutcome:
    return CountyOutcome(
        lines=list(lines), readings_of=dict.fromkeys((each.gateway for each in lines), 1_200), seconds=4.0
    )


def cells(rows: list[str], first: str) -> list[str]:
    (row,) = [row for row in rows if row.strip().startswith(first)]
    return row.split()


def test_screen_of_what_is_well_is_a_line_a_gateway() -> None:
    rows = printed(outcome(line("a"), line("b", MEAN, 4.0), line("c", gateway="quay")))
    assert [row.split() for row in rows if row.startswith(("weir", "quay"))] == [
        ["weir", "2", "2", "of", "2", "1,200"],
        ["quay", "1", "1", "of", "1", "1,200"],
    ]
    assert not [row for row in rows if "vehicle_count" in row]
    assert "--gateway NAME" in rows[-2]
    assert rows[-1] == "All is stored as it truly was. 2,400 readings in 4 s."


def test_screen_of_a_gateway_that_was_asked_for_has_all_of_it_and_reasons() -> None:
    rows = printed(outcome(line("a"), line("b", MEAN, 4.001)), "weir")
    assert cells(rows, "vehicle_count") == ["vehicle_count_over_1160cm", "sum", "count", "7", "7", "0", "0"]
    assert cells(rows, "air_temperature") == ["air_temperature", "mean", "Cel", "4", "4.001", "0.001", "0.002"]
    assert "  within: half a count of 0.0027 Cel (air_temperature)" in rows
    assert not [row for row in rows if "--gateway" in row or "verdict" in row]


def test_screen_tells_whether_what_is_stored_meanwhile_is_made_up() -> None:
    found = outcome(line("bin"))
    bound = Bound("distance", 40.0, 44.0, 0.5)
    found.within = [Within("weir", "bin", bound, 41.0, 43.0), Within("weir", "bay", bound, 41.0, 255.0)]
    rows = printed(found)
    assert "weir/bin: meanwhile its distance was 40 to 44 mm, and 41 to 43 is stored: nothing of it is made up." in rows
    assert (
        "weir/bay: meanwhile its distance was 40 to 44 mm, and 41 to 255 is stored: WRONG, it may be off by 0.5."
        in rows
    )


def test_screen_shows_what_does_not_hold() -> None:
    rows = printed(outcome(line("a"), line("b", stored=6.0), line("c", gateway="quay")))
    assert cells(rows, "vehicle_count")[-1] == "WRONG"
    assert cells(rows, "weir ")[2:5] == ["1", "of", "2"]
    assert rows[-1].startswith("Not all is stored")


def test_screen_of_a_fault_has_its_sensor_before_and_after_and_words_apart_from_sentences() -> None:
    hit = outcome(line("loop"), line("loop", from_s=7_200), line("other"))
    hit.shown = {
        "weir/loop": Shown(("fault", "bad"), ("400 vehicles came. Swap upstream and downstream.", "Stuck")),
        "weir/other": Shown((), ()),
    }
    rows = printed(hit)
    assert [row for row in rows if row.startswith("loop, ")] == [
        "loop, 0:00:00 to 1:00:00",
        "loop, 2:00:00 to 3:00:00",
    ]
    assert (
        "weir/loop: its fault shows as fault, bad, and it says: 400 vehicles came. Swap upstream and downstream. Stuck."
        in rows
    )
    assert "weir/other: its fault shows as nothing." in rows
