"""`sensorhub watch` as a command: which gateways, in which form, and how it ends."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.watching.client import NothingToWatch
from gateway.watching.run import run_watch, spools_to_watch
from sensorhub.errors import ConfigInvalid
from tests.gateway.watching.watched import line_of, now, saying


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def test_run_json_gives_an_object_a_line_and_ends_with_the_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with saying(tmp_path / "spool", line_of(now()), line_of(now(connected=False))):
        assert run_watch([tmp_path / "spool"], None, plain=False, as_json=True) == 1
    out, err = capsys.readouterr()
    assert [json.loads(line)["connected"] for line in out.splitlines()] == [True, False]
    assert "says nothing any more" in err


def test_run_plain_gives_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with saying(tmp_path / "spool", line_of(now()), line_of(now())):
        run_watch([tmp_path / "spool"], None, plain=True, as_json=False)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["weir", "2026-01-13T06:00:00Z"]


def test_run_of_one_gateway_leaves_the_others_out_and_ends_with_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quay = line_of(now(gateway="quay"))
    with saying(tmp_path / "a", line_of(now())), saying(tmp_path / "b", quay, stays=True):
        assert run_watch([tmp_path / "a", tmp_path / "b"], "weir", plain=False, as_json=True) == 1
    assert [json.loads(line)["gateway"] for line in capsys.readouterr().out.splitlines()] == ["weir"]


def test_run_of_a_gateway_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "stopped").mkdir()
    with (
        saying(tmp_path / "a", line_of(now()), stays=True),
        saying(tmp_path / "b", line_of(now(gateway="quay")), stays=True),
        pytest.raises(NothingToWatch, match="The gateway nix does not run here; quay, weir do"),
    ):
        run_watch([tmp_path / "stopped", tmp_path / "a", tmp_path / "b"], "nix", plain=False, as_json=True)


def test_run_where_none_runs_says_so(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(NothingToWatch, match="No gateway runs with the spool"):
        run_watch([tmp_path / "a"], None, plain=True, as_json=False)


def test_spools_are_those_below_a_folder_or_of_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(NothingToWatch, match="No gateway runs below"):
        spools_to_watch(tmp_path, tmp_path / "none.toml")
    with saying(tmp_path / "gateways" / "weir" / "spool"):
        assert spools_to_watch(tmp_path, tmp_path / "none.toml") == [tmp_path / "gateways" / "weir" / "spool"]
    config = tmp_path / "gateway.toml"
    config.write_text('gateway = "weir"\n[[sensors]]\nid = "loop"\npin = 5\n')
    assert spools_to_watch(None, config) == [tmp_path / "spool"]
    with pytest.raises(ConfigInvalid):
        spools_to_watch(None, tmp_path)
    with pytest.raises(NothingToWatch, match="with --config, or a folder with --data"):
        spools_to_watch(None, tmp_path / "none.toml")
