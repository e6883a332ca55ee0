"""A gateway as many are written: readings into a buffer on disk, published with QoS 1, freed by the PUBACK.

Run as `python -m tests.delivery.peers.puback_agent FOLDER PORT NAME`. SQLite commits with a synced log before a reading
counts as accepted, and `accepted` in FOLDER lists those; a file `rest` there ends the making of new ones.
"""

import queue
import sqlite3
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from sensorhub.clock import wall_ns

EVERY_S = 0.2
PER_TURN = 8
"""40 readings a second."""


class PubackAgent:
    """Buffer, client, and which message is which row."""

    def __init__(self, folder: Path, port: int, name: str) -> None:
        self._folder, self._name = folder, name
        self._buffer = sqlite3.connect(folder / "buffer.sqlite", isolation_level=None)
        self._buffer.execute("pragma journal_mode=wal")
        self._buffer.execute("pragma synchronous=full")
        self._buffer.execute("create table if not exists rows (sequence integer primary key autoincrement, line text)")
        self._rows: dict[int, int] = {}
        self._acknowledged: queue.Queue[int] = queue.Queue()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, name, clean_session=False)
        self._client.reconnect_delay_set(1, 5)
        self._client.on_publish = self._on_publish
        self._client.connect_async("127.0.0.1", port, keepalive=10)
        self._client.loop_start()

    def run(self) -> None:
        """Send again what a process before this one left, then make readings and send them, for ever."""
        for sequence, line in self._buffer.execute("select sequence, line from rows order by sequence").fetchall():
            self._send(sequence, line)
        pause = threading.Event().wait
        while not pause(EVERY_S):
            if not (self._folder / "rest").exists():
                for sequence, line in self._make():
                    self._send(sequence, line)
            self._free()

    def _make(self) -> Iterator[tuple[int, str]]:
        made = []
        self._buffer.execute("begin")
        for at in range(PER_TURN):
            sequence = self._buffer.execute("insert into rows (line) values ('')").lastrowid or 0
            # In InfluxDB's line protocol, which Telegraf reads: the value is the sequence, the time is no other's.
            line = (
                f"reading,gateway={self._name},sensor=contact value={sequence} {wall_ns() // 1000 * 1000 + at * 1000}"
            )
            self._buffer.execute("update rows set line = ? where sequence = ?", (line, sequence))
            made.append((sequence, line))
        self._buffer.execute("commit")
        with (self._folder / "accepted").open("a") as accepted:
            accepted.write("".join(f"{sequence}\n" for sequence, _ in made))
        return iter(made)

    def _send(self, sequence: int, line: str) -> None:
        self._rows[self._client.publish(f"peers/{self._name}/reading", line, qos=1).mid] = sequence

    def _on_publish(self, _client: Any, _userdata: Any, mid: int, _reason: Any, _properties: Any) -> None:
        self._acknowledged.put(mid)

    def _free(self) -> None:
        while not self._acknowledged.empty():
            sequence = self._rows.pop(self._acknowledged.get(), None)
            self._buffer.execute("delete from rows where sequence = ?", (sequence,))
        (left,) = self._buffer.execute("select count(*) from rows").fetchone()
        (self._folder / "left").write_text(str(left))


if __name__ == "__main__":
    PubackAgent(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]).run()
