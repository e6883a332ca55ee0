"""What a gateway of a simulated county says of its run."""

from pathlib import Path

from sensorhub.reading import US_PER_S
from sensorhub.states import played_at_us, playing_us
from simulators.county.gateway import TITLE, recording_of
from tests.simulators.county.street import order


def test_county_in_real_time_is_said_to_be_simulated_and_its_times_are_now(tmp_path: Path) -> None:
    given = order(tmp_path, seconds=None)
    said = recording_of(given, ended=False)
    assert (said.title, said.ended) == (TITLE, False)
    for time_us in (given.wall_us - 1, given.wall_us + 333_333, given.wall_us + 10**9 * US_PER_S + 1):
        assert played_at_us(said, time_us) == playing_us(said, time_us) == time_us


def test_county_with_an_end_says_how_its_clock_follows_ours(tmp_path: Path) -> None:
    given = order(tmp_path, seconds=600).model_copy(update={"speed": 60.0})
    said = recording_of(given, ended=True)
    assert (said.speed, said.ended) == (60.0, True)
    assert playing_us(said, given.machine_wall_us + US_PER_S) == given.wall_us + 60 * US_PER_S
