"""The other end of a gateway's socket."""

import json
import socket
from pathlib import Path

import pytest

from gateway.watching.client import NothingToWatch, WatchLost, find_sockets, watch
from gateway.watching.server import SOCKET_NAME
from tests.gateway.watching.watched import line_of, now, saying, short_path


def test_watch_gives_what_the_gateway_says_until_it_ends(tmp_path: Path) -> None:
    told = [now(), now(connected=False)]
    with saying(tmp_path / "spool", *map(line_of, told)):
        watching = watch(tmp_path / "spool")
        assert [next(watching), next(watching)] == told
        with pytest.raises(WatchLost, match="it was stopped"):
            next(watching)


def test_watch_takes_lines_that_come_in_pieces(tmp_path: Path) -> None:
    text = line_of(now())
    with saying(tmp_path / "spool", text[:100], text[100:], stays=True):
        assert next(watch(tmp_path / "spool")) == now()


def test_watch_leaves_out_what_a_newer_gateway_says_beyond_it(tmp_path: Path) -> None:
    fields = json.loads(line_of(now()))
    fields["weather"] = "fine"
    fields["status"]["mood"] = "good"
    fields["inputs"][0]["smell"] = 3
    with saying(tmp_path / "spool", json.dumps(fields).encode() + b"\n"):
        assert next(watch(tmp_path / "spool")) == now()


@pytest.mark.parametrize("line", [b"{}\n", b"hello\n", b'{"gateway": 3}\n', b"\xff\n"])
def test_watch_that_cannot_be_understood_says_so(line: bytes, tmp_path: Path) -> None:
    with saying(tmp_path / "spool", line), pytest.raises(WatchLost, match="of another version"):
        next(watch(tmp_path / "spool"))


def test_watch_gives_up_on_a_line_without_end(tmp_path: Path) -> None:
    with saying(tmp_path / "spool", b"x" * 2_000_000, stays=True), pytest.raises(WatchLost):
        next(watch(tmp_path / "spool"))


def test_watch_where_no_gateway_runs_says_so(tmp_path: Path) -> None:
    with pytest.raises(NothingToWatch, match="and none has"):
        next(watch(tmp_path / "none"))
    (tmp_path / "file").touch()
    with pytest.raises(NothingToWatch, match="cannot be opened"):
        next(watch(tmp_path / "file"))
    with pytest.raises(NothingToWatch, match="No gateway runs with the spool"):
        next(watch(tmp_path))
    with socket.socket(socket.AF_UNIX) as left_by_a_kill, short_path(tmp_path) as path:
        left_by_a_kill.bind(path)
    with pytest.raises(NothingToWatch, match="No gateway runs with the spool"):
        next(watch(tmp_path))


def test_sockets_are_found_in_the_folders_of_a_demo(tmp_path: Path) -> None:
    spools = [
        tmp_path / name for name in ("spool", "gateways/a/spool", "county/gateways/b/spool", "too/deep/to/be/found")
    ]
    for spool in spools:
        spool.mkdir(parents=True)
        (spool / SOCKET_NAME).touch()
    assert find_sockets(tmp_path) == sorted(spools[:3])
    assert find_sockets(spools[1]) == [spools[1]]
    assert find_sockets(tmp_path / "none") == []
