"""Somebody who sends nonsense to a broker: bad packs, bad statuses, forged receipts and commands."""

import json
import random
import threading

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

EVERY_S = 0.05
EPOCH = "00000000000000ff"
"""No spool's: what is sent under it ends as a dead letter."""


class Noise:
    """Sends until it is ended, from a thread of its own.

    Arguments:
        port: of the broker, on 127.0.0.1.
        gateways: under whose names.
        seed: for what is sent.
    """

    def __init__(self, port: int, gateways: tuple[str, ...], seed: int) -> None:
        self.sent = 0
        self._port = port
        self._gateways = gateways
        self._chance = random.Random(f"noise {seed}")
        self._ended = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, f"noise-{seed}")
        self._client.reconnect_delay_set(1, 1)
        self._thread = threading.Thread(target=self._run, name="noise", daemon=True)

    def start(self) -> None:
        self._client.connect_async("127.0.0.1", self._port)
        self._client.loop_start()
        self._thread.start()

    def end(self) -> None:
        self._ended.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _run(self) -> None:
        while not self._ended.wait(EVERY_S):
            if self._client.is_connected():
                topic, payload = self._draw()
                self._client.publish(topic, payload, qos=self._chance.choice([0, 1]))
                self.sent += 1

    def _draw(self) -> tuple[str, bytes]:
        chance = self._chance
        gateway = chance.choice([*self._gateways, *self._gateways, "nobody-knows-me"])
        root = f"essex/v1/{gateway}"
        first = chance.randrange(1, 10**6)
        forged = {"store": "0" * 16, "epoch": EPOCH, "stored": [[1, 10**6]], "refused": [], "nonce": "x", "time": 4e9}
        body = json.dumps(forged).encode()
        rubbish = chance.randbytes(chance.randrange(2_000))
        return chance.choice(
            [
                (f"{root}/pack/{EPOCH}/{first}/1", rubbish),
                (f"{root}/pack/{EPOCH}/{first}/2", b'[{"bver":26,"bn":"' + gateway.encode() + b'/","bt":1,"n":"x/y"}]'),
                (f"{root}/pack/{EPOCH}/0/0", b"[]"),
                (f"{root}/pack/not/a/pack/at/all", rubbish),
                (f"{root}/reply", rubbish),
                (f"{root}/senml", b'[{"n":"' + rubbish[:20].hex().encode() + b'","v":1e999}]'),
                (f"{root}/receipt", b"0" * 64 + b"\n" + body),
                (f"{root}/receipt", rubbish),
                (f"{root}/command", b"f" * 64 + b'\n{"number":9,"name":"new-epoch","epoch":"' + b"0" * 16 + b'"}'),
            ]
        )
