"""A hub as many are written: each message into SQLite, then acknowledged to the broker, in a persistent session.

Run as `python -m tests.delivery.peers.consumer FOLDER PORT`.
"""

import sqlite3
import sys
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion


def main(folder: Path, port: int) -> None:
    """Consume for ever."""
    store = sqlite3.connect(folder / "consumed.sqlite", isolation_level=None, check_same_thread=False)
    store.execute("pragma journal_mode=wal")
    store.execute("pragma synchronous=full")
    store.execute("create table if not exists consumed (gateway text, sequence integer)")

    def on_connect(client: paho.Client, *_: Any) -> None:
        client.subscribe("peers/+/reading", qos=1)

    def on_message(client: paho.Client, _userdata: Any, message: paho.MQTTMessage) -> None:
        value = message.payload.decode().split()[1]
        sequence = int(value.removeprefix("value="))
        store.execute("insert into consumed values (?, ?)", (message.topic.split("/")[1], sequence))
        client.ack(message.mid, message.qos)

    client = paho.Client(CallbackAPIVersion.VERSION2, "consumer", clean_session=False, manual_ack=True)
    client.on_connect = on_connect
    client.on_message = on_message
    client.reconnect_delay_set(1, 5)
    client.connect_async("127.0.0.1", port, keepalive=10)
    client.loop_forever(retry_first_connection=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
