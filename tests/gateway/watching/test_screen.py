"""What `sensorhub watch` writes."""

import io

import pytest
from rich.console import Console

from gateway.watching.inputs import InputNow, ValueNow
from gateway.watching.screen import PlainLines, age_words, head_words, inputs_words, picture, shown_of, values_words
from tests.gateway.watching.watched import LOOP, now

AIR = InputNow(
    id="air",
    kind="air-climate",
    title="In the shield",
    period_s=60,
    bus="i2c-1 0x76",
    values=(
        ValueNow(quantity="air_temperature", value=6.44),
        ValueNow(quantity="relative_humidity", value=74.2, quality="bad,partial"),
        ValueNow(quantity="coverage", value=50.0),
        ValueNow(quantity="of_a_newer_version", value=3.5),
    ),
    age_s=3_700.0,
    fault="Nothing answers at 0x76.",
)


def test_screen_tells_a_gateway_in_a_line() -> None:
    assert head_words(now()) == (
        "weir | connected | 2026-01-13T06:00:00Z | spool 3 % full, 0 records to send | 1,234 hours left"
    )
    status = now().status.model_copy(update={"trouble": "The card is full.", "backlog": 12_000, "hours_left": None})
    assert head_words(now(status=status, connected=False, time_us=None)) == (
        "weir | not connected | time not known | spool 3 % full, 12,000 records to send | The card is full."
    )


def test_screen_tells_inputs_values_and_ages_in_words() -> None:
    assert inputs_words(LOOP) == "GPIO5 active"
    assert inputs_words(AIR) == "i2c-1 0x76"
    assert values_words(LOOP.values) == "Vehicles 7, Occupancy 12%"
    assert values_words(AIR.values) == "Air temperature 6.4 °C, Humidity 74% (bad, partial), of_a_newer_version 3.5"


@pytest.mark.parametrize(
    ("age_s", "words"), [(None, "none yet"), (0.0, "0 s"), (59.4, "59 s"), (61.0, "1 min"), (3_700.0, "1.0 h")]
)
def test_screen_ages(age_s: float | None, words: str) -> None:
    assert age_words(age_s) == words


def test_screen_picture_has_all_of_it() -> None:
    out = io.StringIO()
    Console(file=out, width=160, color_system=None).print(picture([now(LOOP, AIR), now(gateway="quay")]))
    text = out.getvalue()
    for words in (
        *("weir | connected", "quay | connected", "● live", "■ silent", "air air-climate"),
        *("GPIO5 active", "1,234", "Vehicles 7", "12 s", "Towards Southend", "Nothing answers at 0x76."),
    ):
        assert words in text
    assert "In the shield" not in text  # its fault says more


def test_screen_says_held_values_in_words() -> None:
    assert values_words((ValueNow(quantity="float_active", value=1),)) == "Float lifted"
    assert values_words((ValueNow(quantity="door_open", value=0),)) == "Door shut"


def test_screen_shows_what_a_row_of_the_page_would() -> None:
    values = (ValueNow(quantity="vehicle_count", value=7), ValueNow(quantity="reverse_count", value=0))
    assert shown_of(LOOP.model_copy(update={"kind": "loop-pair", "values": values})) == values[:1]
    assert shown_of(LOOP.model_copy(update={"kind": "of-a-newer-version", "values": values})) == values


@pytest.mark.parametrize("width", [40, 80])
def test_narrow_screen_gives_each_input_some_lines_and_cuts_no_word(width: int) -> None:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(picture([now(LOOP, AIR)]))
    text = out.getvalue()
    assert all(len(line) <= width for line in text.splitlines())
    assert "…" not in text
    words = " ".join(text.split())
    assert "● live loop, Towards Southend GPIO5 active; 1,234 edges; Vehicles 7, Occupancy 12%;" in words
    assert "Nothing answers at 0x76." in words


@pytest.mark.parametrize(("height", "hidden"), [(5, 5), (7, 3), (9, 0), (10, 0)])
def test_screen_says_how_much_of_it_does_not_fit(height: int, hidden: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=100, height=height, color_system=None, force_terminal=True)
    console.print(picture([now(LOOP, AIR), now(gateway="quay")]))
    said = out.getvalue().splitlines()
    assert len(said) == min(height, 9)
    assert said[-1].startswith(f"{hidden} lines more: a higher terminal, --gateway NAME or --plain") == (hidden > 0)


def test_plain_lines_say_all_at_first_and_then_what_changes() -> None:
    lines = PlainLines()
    assert list(lines.of(now(LOOP, AIR))) == [
        head_words(now()),
        "2026-01-13T06:00:00Z live weir/loop GPIO5 active; 1,234 edges; Vehicles 7, Occupancy 12%",
        "2026-01-13T06:00:00Z silent weir/air i2c-1 0x76; Air temperature 6.4 °C, Humidity 74% (bad, partial), "
        "of_a_newer_version 3.5; Nothing answers at 0x76.",
    ]
    later = now().time_us
    assert later is not None
    assert list(lines.of(now(LOOP.model_copy(update={"age_s": 13.3}), AIR, time_us=later + 1_000_000))) == []
    mended = AIR.model_copy(update={"fault": "", "age_s": 1.0})
    assert [line.partition(" ")[2].partition(" ")[0] for line in lines.of(now(LOOP, mended))] == ["live"]
    assert list(lines.of(now(LOOP, mended, connected=False))) == [head_words(now(connected=False))]
