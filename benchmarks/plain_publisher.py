"""Publishes packs that were made beforehand as fast as the broker acknowledges them; nobody checks or answers.

`python -m benchmarks.plain_publisher PORT SECONDS`: prints readings, seconds and processor seconds as JSON.
"""

import argparse
import json
import random
import threading
import time

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from gateway.uplink.mqtt import UNDER_WAY_MAX
from sensorhub.clock import wall_us
from sensorhub.topics import OPEN_ROOT, RECORDS_PER_PACK_MAX, PackId, pack_topic
from simulators.fleet.instruments import Instruments, pack_body, pack_payload

GATEWAY = "plain"
SENSORS = 10
PACKS = 20


def publish(port: int, seconds: float) -> dict[str, float]:
    """Publish for so long; what was acknowledged."""
    instruments = Instruments(SENSORS, random.Random(0))
    number = RECORDS_PER_PACK_MAX // len(instruments.series)
    count = number * len(instruments.series)
    times_us = [wall_us() + at for at in range(number)]
    payloads = [pack_payload(pack_body(GATEWAY, times_us, instruments.draw(number))) for _ in range(PACKS)]
    room = threading.Semaphore(UNDER_WAY_MAX)
    client = paho.Client(CallbackAPIVersion.VERSION2, GATEWAY)
    client.on_publish = lambda *_: room.release()
    client.connect("127.0.0.1", port)
    client.loop_start()
    begin_s, begin_cpu_s, packs = time.monotonic(), time.process_time(), 0
    while time.monotonic() < begin_s + seconds:
        room.acquire()
        topic = pack_topic(OPEN_ROOT, PackId(GATEWAY, "0" * 16, 1 + packs * count, count))
        client.publish(topic, payloads[packs % PACKS], qos=1)
        packs += 1
    for _ in range(UNDER_WAY_MAX):
        room.acquire()
    took_s, cpu_s = time.monotonic() - begin_s, time.process_time() - begin_cpu_s
    client.disconnect()
    client.loop_stop()
    return {"readings": packs * count, "seconds": took_s, "cpu_s": cpu_s}


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("seconds", type=float)
    options = parser.parse_args()
    print(json.dumps(publish(options.port, options.seconds)))


if __name__ == "__main__":
    main()
