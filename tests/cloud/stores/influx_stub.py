"""An HTTP server that answers points as a script says, and remembers what it was sent."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


@dataclass(frozen=True)
class Answer:
    """What to answer: status, headers, body; `stall`: nothing until the stub ends."""

    status: int = 204
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    stall: bool = False


def said(status: int, message: str, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer in InfluxDB's own form."""
    return Answer(status, json.dumps({"code": "invalid", "message": message}).encode(), headers)


@dataclass
class InfluxStub:
    """`answer` is called with the body of each write; the empty look at the start is taken."""

    answer: Callable[[bytes], Answer] = lambda _body: Answer()
    bodies: list[bytes] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    query_answer: Answer = Answer(200, b'{"results":[{"statement_id":0}]}\n')
    ended: Event = field(default_factory=Event)
    url: str = ""


@contextmanager
def running_stub() -> Iterator[InfluxStub]:
    """A stub on a free port of 127.0.0.1."""
    stub = InfluxStub()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if body.startswith(b"#"):
                self._send(Answer())
                return
            stub.bodies.append(body)
            self._send(stub.answer(body))

        def do_GET(self) -> None:
            if self.path.startswith("/query"):
                stub.queries.append(self.path)
                self._send(stub.query_answer)
            else:
                self._send(Answer(404))

        def _send(self, answer: Answer) -> None:
            if answer.stall:
                stub.ended.wait(30)
                self.close_connection = True
                return
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            if answer.status != 204:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stub.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield stub
    finally:
        stub.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()
