"""Export and dead letters without a hub: the same questions, from the files."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloud.access import export_readings, list_dead_letters, list_gaps, refetch, still_wanted
from cloud.folder import hub_folder
from cloud.gaps import Floor, Gap
from cloud.questions import QuestionWrong
from cloud.settings import HubSettings
from cloud.state import DeadLetter, State
from cloud.stores import open_store
from cloud.stores.protocol import StorePack
from sensorhub.clock import wall_us
from sensorhub.errors import AskedWrong
from sensorhub.hubfile import write_hub_file
from sensorhub.reading import Quality, Reading
from sensorhub.topics import PackId
from tests.ports import free_port

TIME_US = 1_764_000_000_000_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A hub's folder with two readings and a dead letter, and no hub."""
    settings = HubSettings()
    settings.save(tmp_path)
    state = State.open(tmp_path)
    store = open_store(settings, state, tmp_path)
    readings = (
        (1, Reading("detector-1", "occupancy", TIME_US, 0.1 + 0.2)),
        (2, Reading("detector-2", "actuation_count", TIME_US, 3.0, Quality.PARTIAL)),
    )
    store.write([StorePack(PackId("g", "0" * 16, 1, 2), "1" * 16, readings, (), TIME_US)])
    state.add_dead_letters([DeadLetter("g", "essex/v1/g/nonsense", None, "wrong topic", b"\x00raw", TIME_US)])
    store.close()
    state.close()
    return tmp_path


def test_export_without_a_hub_reads_the_files(data: Path) -> None:
    assert b"".join(export_readings(data, {})).decode().splitlines() == [
        "time,gateway,sensor,quantity,value,unit,quality",
        "2025-11-24T16:00:00Z,g,detector-1,occupancy,0.30000000000000004,/100,",
        "2025-11-24T16:00:00Z,g,detector-2,actuation_count,3.0,count,partial",
    ]
    only = b"".join(export_readings(data, {"sensor": "detector-2", "format": "json"})).decode()
    assert only.count("detector-") == 1


def test_export_beside_a_hub_that_was_killed_reads_the_files(data: Path) -> None:
    write_hub_file(data, f"http://127.0.0.1:{free_port()}", "token")
    assert b"detector-1" in b"".join(export_readings(data, {}))


@pytest.mark.parametrize("asked", [{"quantity": "speed"}, {"from": "yesterday"}, {"format": "xml"}, {"colour": "red"}])
def test_export_of_what_cannot_be_asked_says_what_can(data: Path, asked: dict[str, str]) -> None:
    with pytest.raises(QuestionWrong):
        list(export_readings(data, asked))


def test_export_of_a_folder_without_a_hub_says_so(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match="not the folder of a hub"):
        list(export_readings(tmp_path, {}))


def test_dead_letters_are_listed_for_people_and_for_programs(data: Path) -> None:
    text = b"".join(list_dead_letters(data, {"format": "text"})).decode()
    assert text == "2025-11-24T16:00:00Z  essex/v1/g/nonsense  4 bytes: wrong topic\n"
    assert b'"raw": "AHJhdw=="' in b"".join(list_dead_letters(data, {"format": "json"}))
    assert b"There are no dead letters" in b"".join(list_dead_letters(data, {"format": "text", "gateway": "h"}))


def _text(pieces: Iterator[bytes]) -> str:
    return b"".join(pieces).decode()


def test_gaps_without_a_hub_are_read_from_the_files(data: Path) -> None:
    assert _text(list_gaps(data, {"format": "text"})) == "Nothing is lost, and nothing is in conflict.\n"
    state = State.open(data)
    lost = Gap("g", "0" * 16, "dropped", 5, 131, 127, "spool-full", TIME_US, TIME_US - 10**8, TIME_US - 10**7)
    refused = Gap("g", "0" * 16, "rejected", 140, 140, 12, "spool-full", TIME_US, TIME_US, TIME_US)
    state.set_gaps("g", "0" * 16, [lost, refused])
    state.add_finding("conflict", "g", "sends other content", 3, wall_us())
    state.command_number("g", "0" * 16, TIME_US)
    state.close()

    conflict, first, second = _text(list_gaps(data, {"format": "text"})).splitlines()
    assert "  g  sends other content, 3 since " in conflict
    assert conflict.endswith("; told to begin a new epoch at 2025-11-24T16:00:00Z, no reply yet")
    assert first == (
        "2025-11-24T16:00:00Z  g  127 records lost: spool-full, after 2025-11-24T15:58:20Z and before "
        "2025-11-24T15:59:50Z (5 to 131 of epoch 0000000000000000)"
    )
    assert second == (
        "2025-11-24T16:00:00Z  g  12 readings refused before they had a number: spool-full, 2025-11-24T16:00:00Z"
    )
    told = json.loads(_text(list_gaps(data, {})))
    assert [gap["count"] for gap in told["gaps"]] == [127, 12]
    assert told["findings"][0]["command"]["number"] == TIME_US // 1000
    assert json.loads(_text(list_gaps(data, {"gateway": "h"}))) == {"gaps": [], "findings": []}


def test_refetch_without_a_hub_wants_what_came_since(data: Path) -> None:
    assert _text(still_wanted(data, {"format": "text"})) == "Nothing is wanted again.\n"
    later = {"since": "2025-11-24T16:00:01Z", "format": "text"}
    assert _text(refetch(data, later)) == "Nothing came at or after 2025-11-24T16:00:01Z.\n"

    said = _text(refetch(data, {"since": "2025-11-24T16:00:00Z", "format": "text"})).splitlines()
    assert said[:2] == [
        "Asked for again: 2 records of 1 gateway that came at or after 2025-11-24T16:00:00Z.",
        "  g  2",
    ]
    assert _text(still_wanted(data, {"format": "text"})) == "Still missing: 2 records of 1 gateway.\n  g  2\n"
    assert json.loads(_text(still_wanted(data, {}))) == {"wanted": [{"gateway": "g", "records": 2, "on_no_card": 0}]}


def test_refetch_tells_what_is_on_no_card_any_more(data: Path) -> None:
    state = State.open(data)
    state.add_floor(Floor("g", "0" * 16, 2, 9, TIME_US))
    state.close()
    list(refetch(data, {"since": "2020-01-01", "gateway": "g"}))

    assert _text(still_wanted(data, {"format": "text"})).splitlines()[2] == (
        "g: 1 of these are on its card no more and will not come; what was here of them is kept."
    )


@pytest.mark.parametrize("asked", [{}, {"since": "soon"}, {"since": "2025-01-01", "gateway": "NO"}])
def test_refetch_of_what_cannot_be_asked_wants_nothing(data: Path, asked: dict[str, str]) -> None:
    with pytest.raises(AskedWrong):
        list(refetch(data, asked))
    assert json.loads(_text(still_wanted(data, {}))) == {"wanted": []}


def test_refetch_waits_for_no_hub_that_holds_the_folder(data: Path) -> None:
    with hub_folder(data), pytest.raises(AskedWrong, match="Another hub uses the folder"):
        list(refetch(data, {"since": "2025-11-24"}))
