"""`hub.json`, and asking a running hub."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sensorhub.hubfile import HubAddress, HubRefused, HubUnreachable, find_hub, remove_hub_file, write_hub_file
from tests.ports import free_port


class _Hub(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.headers["Authorization"] != "Bearer secret":
            self._answer(401, b"no")
        elif self.path.startswith("/half"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"4\r\nhalf\r\nff\r\n")
            self.close_connection = True
        elif self.path.startswith("/wrong"):
            self._answer(400, b"There is no quantity 'moons'.")
        else:
            self._answer(200, self.path.encode())

    def _answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_hub_file_is_private_found_and_taken_away(tmp_path: Path) -> None:
    write_hub_file(tmp_path, "http://127.0.0.1:1/", "old")
    write_hub_file(tmp_path, "http://127.0.0.1:2/", "secret")
    found = find_hub(tmp_path)

    assert found is not None
    assert (found.url, found.token) == ("http://127.0.0.1:2/", "secret")
    assert [path.name for path in tmp_path.iterdir()] == ["hub.json"]
    assert (tmp_path / "hub.json").stat().st_mode & 0o777 == 0o600

    remove_hub_file(tmp_path)
    assert find_hub(tmp_path) is None
    remove_hub_file(tmp_path)


def test_hub_file_of_another_process_stays(tmp_path: Path) -> None:
    (tmp_path / "hub.json").write_text('{"url": "http://127.0.0.1:1/", "pid": 1, "token": "t"}')

    remove_hub_file(tmp_path)

    assert find_hub(tmp_path) is not None


@pytest.mark.parametrize("content", ["", "[]", "5", "{}", '{"url": "x", "pid": "y", "token": "z"}', "\x00", '{"url'])
def test_damaged_hub_file_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / "hub.json").write_text(content)

    assert find_hub(tmp_path) is None


def test_question_reaches_the_hub_with_its_parameters(url: str) -> None:
    answer = b"".join(HubAddress(url, 1, "secret").get("/api/readings", {"sensor": "loop 1&2"}))

    assert answer == b"/api/readings?sensor=loop+1%262"


def test_refused_token_means_another_hub_is_there(url: str) -> None:
    with pytest.raises(HubUnreachable, match="refused the token"):
        list(HubAddress(url, 1, "other").get("/api/readings"))


def test_refused_question_keeps_the_sentence_of_the_hub(url: str) -> None:
    with pytest.raises(HubRefused, match=r"There is no quantity 'moons'\."):
        list(HubAddress(url, 1, "secret").get("/wrong"))


def test_hub_that_ends_in_the_middle_of_its_answer_is_unreachable(url: str) -> None:
    with pytest.raises(HubUnreachable, match="does not answer"):
        list(HubAddress(url, 1, "secret").get("/half"))


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}/", "nonsense:{}"])
def test_hub_that_is_gone_is_unreachable(address: str) -> None:
    with pytest.raises(HubUnreachable, match="does not answer"):
        list(HubAddress(address.format(free_port()), 1, "secret").get("/"))
