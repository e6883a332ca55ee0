"""Export and dead letters without a hub: the same questions, from the files."""

from pathlib import Path

import pytest

from cloud.access import export_readings, list_dead_letters
from cloud.questions import QuestionWrong
from cloud.settings import HubSettings
from cloud.state import DeadLetter, State
from cloud.stores import open_store
from cloud.stores.protocol import StorePack
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
