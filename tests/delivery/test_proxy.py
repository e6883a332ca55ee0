"""The proxy for chaos: each fault shows, passes, and is counted; with a raw echo server and a real mosquitto."""

import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from tests.delivery.proxy import Faults, PacketFilter, Proxy
from tests.mosquitto import mosquitto
from tests.waiting import wait_for

SOON_S = 5.0
PUBACK = b"\x40\x02\x00\x07"
PUBLISH = b"\x32\x06\x00\x01t\x00\x07x"


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(65_536):
            self.request.sendall(data)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that is cut is what these tests are about."""


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with _Server(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        with Proxy(server.server_address[1]) as proxy:
            yield proxy
        server.shutdown()


def _connect(proxy: Proxy, timeout_s: float = SOON_S) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout_s)


def _ask(connection: socket.socket, data: bytes) -> bytes:
    connection.sendall(data)
    answer = b""
    while len(answer) < len(data) and (part := connection.recv(65_536)):
        answer += part
    return answer


def _is_ended(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


def test_proxy_without_faults_passes_bytes_and_counts_them(proxy: Proxy) -> None:
    data = bytes(range(256)) * 4_000
    with _connect(proxy) as connection:
        assert _ask(connection, data) == data
    assert (proxy.counts.up_bytes, proxy.counts.down_bytes, proxy.counts.connections) == (len(data), len(data), 1)


def test_proxy_with_latency_answers_late(proxy: Proxy) -> None:
    proxy.set(Faults(latency_s=0.1, jitter_s=0.05))
    with _connect(proxy) as connection:
        began_s = time.monotonic()
        assert _ask(connection, b"x") == b"x"
        assert time.monotonic() - began_s >= 0.2


def test_proxy_with_little_bandwidth_takes_its_time(proxy: Proxy) -> None:
    proxy.set(Faults(bytes_per_s=20_000))
    with _connect(proxy) as connection:
        began_s = time.monotonic()
        assert len(_ask(connection, bytes(6_000))) == 6_000
        assert time.monotonic() - began_s >= 0.25


def test_proxy_that_hangs_swallows_and_cuts_when_it_ends(proxy: Proxy) -> None:
    proxy.set(Faults(hang=True))
    with _connect(proxy, 0.1) as connection:
        connection.sendall(b"into the void")
        wait_for(lambda: proxy.counts.up_bytes, SOON_S, "the proxy has read it")
        with pytest.raises(TimeoutError):
            connection.recv(1)
        proxy.set(Faults())
        wait_for(lambda: _is_ended(connection), SOON_S, "the connection is cut")
    with _connect(proxy) as connection:
        assert _ask(connection, b"x") == b"x"


@pytest.mark.parametrize("faults", [Faults(hold_up=True), Faults(hold_down=True)], ids=["up", "down"])
def test_proxy_one_way_holds_back_until_it_ends(proxy: Proxy, faults: Faults) -> None:
    with _connect(proxy, 0.1) as connection:
        proxy.set(faults)
        connection.sendall(b"late")
        with pytest.raises(TimeoutError):
            connection.recv(1)
        proxy.set(Faults())
        connection.settimeout(SOON_S)
        assert connection.recv(4) == b"late"


def test_proxy_cuts_open_connections_and_refuses_new_ones(proxy: Proxy) -> None:
    with _connect(proxy) as connection:
        assert _ask(connection, b"x") == b"x"
        proxy.set(Faults(refuse=True))
        assert proxy.cut() == 1
        assert _is_ended(connection)
    with _connect(proxy) as connection:
        assert _is_ended(connection)


def test_proxy_resets(proxy: Proxy) -> None:
    with _connect(proxy) as connection:
        assert _ask(connection, b"x") == b"x"
        proxy.cut(reset=True)
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


def test_proxy_cuts_after_so_many_bytes(proxy: Proxy) -> None:
    proxy.set(Faults(cut_after_bytes=1_000))
    with _connect(proxy) as connection:
        assert len(_ask(connection, bytes(400))) == 400
        connection.sendall(bytes(400))
        wait_for(lambda: _is_ended(connection), SOON_S, "the connection is cut")


def test_proxy_to_nobody_closes(proxy: Proxy) -> None:
    with Proxy(1) as nowhere, _connect(nowhere) as connection:
        assert _is_ended(connection)


@pytest.mark.parametrize("step", [1, 3, 64])
def test_packet_filter_leaves_out_only_pubacks(step: int) -> None:
    stream = PUBLISH + PUBACK + PUBLISH + PUBACK
    packets = PacketFilter()
    passed = b"".join(packets.take(stream[at : at + step], drop_pubacks=True) for at in range(0, len(stream), step))
    assert (passed, packets.dropped) == (PUBLISH + PUBLISH, 2)


def test_packet_filter_passes_what_is_no_mqtt() -> None:
    stream = b"\x10\xff\xff\xff\xff\xff and the rest"
    assert PacketFilter().take(stream, drop_pubacks=True) == stream


def test_proxy_drops_pubacks_of_a_real_broker(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as broker, Proxy(broker.port, mqtt=True) as proxy:
        client = paho.Client(CallbackAPIVersion.VERSION2, "sender")
        client.connect("127.0.0.1", proxy.port)
        client.loop_start()
        try:
            first = client.publish("t", b"1", qos=1)
            wait_for(first.is_published, SOON_S, "the first PUBACK")
            proxy.set(Faults(drop_pubacks=True))
            second = client.publish("t", b"2", qos=1)
            wait_for(lambda: proxy.counts.pubacks_dropped, SOON_S, "a PUBACK is dropped")
            assert not second.is_published()
            assert client.is_connected()
        finally:
            client.disconnect()
            client.loop_stop()
