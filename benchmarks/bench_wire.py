"""Bytes on the wire per reading: packs with receipts beside one JSON message per value.

`python -m benchmarks.bench_wire [--seconds 60]`: 20 detectors on busy lanes with intervals of 1 s and packs of 10 s, a
real gateway process, a real mosquitto and a real hub; a proxy before the broker counts what TCP carries, both ways.
The same readings then go through another proxy as one JSON message each with QoS 1, as scripts send them.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.observer import Observer, pack_of
from benchmarks.report import Report
from benchmarks.servers import broker_and_hub, why_no_broker, write_gateway
from sensorhub.broker import BrokerSettings
from sensorhub.clock import rfc3339
from sensorhub.pack import compress, decode_pack, decompress, encode_pack
from sensorhub.quantity import QUANTITIES
from sensorhub.reading import US_PER_S, Reading
from tests.delivery.proxy import Counts, Proxy
from tests.system.hub_process import HubProcess

GATEWAY = "a127-rayleigh-weir"
SEED = 4
PACK_S = 10.0
WAIT_S_MAX = 30.0
POLL_S = 0.1
BYTES_MAX = 6.0

SENSORS = 20
INSTANTS = 10
FROM_US = 1_764_000_000 * US_PER_S


@dataclass(frozen=True, slots=True)
class Carried:
    """What it took to bring so many readings to the hub; all in bytes.

    Arguments:
        payload: of the messages alone, whatever resent.
        up, down: all that TCP carried to and from the broker, without the headers of IP and TCP.
        plain: of the messages before compression.
    """

    readings: int
    messages: int
    payload: int
    up: int
    down: int
    plain: int


def by_packs(
    work: Path, broker: BrokerSettings, hub: HubProcess, seconds: float, pack_s: float
) -> tuple[Carried, list[Reading]]:
    """Run the gateway for so long, from its first pack on; what it sent, and the readings in that."""
    with Proxy(broker.port) as proxy:
        through = broker.model_copy(update={"port": proxy.port})
        files = write_gateway(work, GATEWAY, hub, through, period_s=1, pack_s=pack_s)
        observer = Observer(broker, GATEWAY, files.key)
        command = [sys.executable, "-m", "benchmarks.driven", "traffic", str(files.config), str(SEED)]
        gateway = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # The first packs tell of the start: whatever was there goes at once.
            begun, skipped = _after_packs(observer, proxy, 2, pack_s)
            time.sleep(seconds)
            ended, taken = _after_packs(observer, proxy, len(observer.packs) + 1, pack_s)
        finally:
            gateway.terminate()
            gateway.wait()
            observer.close()
    packs = observer.packs[skipped:taken]
    readings = [
        record
        for passed in packs
        for _, record in decode_pack(pack_of(passed), passed.payload).records
        if isinstance(record, Reading)
    ]
    carried = Carried(
        len(readings),
        len(packs),
        sum(len(passed.payload) for passed in packs),
        ended.up_bytes - begun.up_bytes,
        ended.down_bytes - begun.down_bytes,
        sum(len(decompress(passed.payload)) for passed in packs),
    )
    return carried, readings


def _after_packs(observer: Observer, proxy: Proxy, number: int, pack_s: float) -> tuple[Counts, int]:
    """Wait for so many packs and the receipts of all that have come: nothing is under way then."""
    end_s = time.monotonic() + WAIT_S_MAX + 2 * pack_s
    while True:
        packs = len(observer.packs)
        last = max((pack_of(passed).last for passed in observer.packs), default=0)
        if packs >= number and observer.received(1, last) and packs == len(observer.packs):
            return proxy.counts, packs
        if time.monotonic() > end_s:
            raise SystemExit("no packs came, or no receipts")
        time.sleep(POLL_S)


def by_values(broker: BrokerSettings, readings: Sequence[Reading]) -> Carried:
    """The same readings, each a JSON message of its own with QoS 1."""
    with Proxy(broker.port) as proxy:
        client = paho.Client(CallbackAPIVersion.VERSION2, GATEWAY)
        client.max_queued_messages_set(0)
        client.connect("127.0.0.1", proxy.port)
        client.loop_start()
        size = 0
        sent = []
        for reading in readings:
            fields = {
                "time": rfc3339(reading.time_us),
                "value": reading.value,
                "unit": QUANTITIES[reading.quantity].unit,
            }
            payload = json.dumps(fields)
            size += len(payload)
            sent.append(client.publish(f"{GATEWAY}/{reading.sensor}/{reading.quantity}", payload, qos=1))
        for message in sent:
            message.wait_for_publish(WAIT_S_MAX)
        client.disconnect()
        client.loop_stop()
        counts = proxy.counts
    return Carried(len(readings), len(readings), size, counts.up_bytes, counts.down_bytes, size)


def _one_pack(value: Callable[[random.Random, int, int], tuple[str, float]]) -> float:
    """Payload bytes per reading of 10 s of 20 sensors at 1 Hz that each measure one thing."""
    chance = random.Random(SEED)
    readings = [
        Reading(f"detector-{at}", name, FROM_US + second * US_PER_S, number)
        for second in range(INSTANTS)
        for at in range(1, SENSORS + 1)
        for name, number in [value(chance, at, second)]
    ]
    return len(compress(encode_pack(GATEWAY, readings))) / len(readings)


def _mixed(decimals: int) -> Callable[[random.Random, int, int], tuple[str, float]]:
    def value(chance: random.Random, at: int, second: int) -> tuple[str, float]:
        if at % 3 == 0:
            return "actuation_count", float(chance.randrange(4))
        if at % 3 == 1:
            return "occupancy", round(chance.uniform(0, 60), decimals)
        return "mean_on_time", round(12 + at / 10 + second / 100 + chance.uniform(0, 0.5), decimals)

    return value


KINDS = {
    "counts of 0 to 3": lambda chance, at, second: ("actuation_count", float(chance.randrange(4))),
    "counts, occupancies, slow values: 1 decimal": _mixed(1),
    "the same with 2 decimals": _mixed(2),
    "the same with all digits of a float": _mixed(17),
}
"""What the values are decides: the names around them compress to almost nothing."""


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long is counted (default 60)")
    parser.add_argument("--pack-s", type=float, default=PACK_S, help="longest time a pack is held open (default 10)")
    options = parser.parse_args()
    report = Report("wire")
    if reason := why_no_broker():
        report.skip("everything", reason)
        report.end()
        return
    with tempfile.TemporaryDirectory() as name, broker_and_hub(Path(name)) as (broker, hub):
        packs, readings = by_packs(Path(name), broker, hub, options.seconds, options.pack_s)
        values = by_values(broker, readings)
    tell(report, packs, values)


def tell(report: Report, packs: Carried, values: Carried) -> None:
    """Print what was found."""
    sides = {"packs with receipts": packs, "one JSON message a value": values}
    rows = [
        [
            *(side, f"{one.readings:,}", f"{one.messages:,}", f"{one.plain / one.readings:.1f}"),
            *(f"{part / one.readings:.2f}" for part in (one.payload, one.up, one.down, one.up + one.down)),
        ]
        for side, one in sides.items()
    ]
    report.table(["", "readings", "messages", "uncompressed", "payload", "TCP up", "TCP down", "TCP"], rows)
    report.say("All but the first two in bytes per reading. TCP is what the connection carried, status included.")
    ratio = (values.up + values.down) / values.readings / ((packs.up + packs.down) / packs.readings)
    report.say(f"one JSON message a value takes {ratio:.1f} times as much")
    kinds = {what: _one_pack(value) for what, value in KINDS.items()}
    report.table(
        ["one value of each of 20 sensors, 10 instants a pack", "payload"],
        [[what, f"{size:.2f}"] for what, size in kinds.items()],
    )
    report.goal("payload per reading", packs.payload / packs.readings, "<=", BYTES_MAX, "bytes")
    report.end(
        **{
            side: {
                "readings": one.readings,
                "payload_per_reading": round(one.payload / one.readings, 3),
                "tcp_per_reading": round((one.up + one.down) / one.readings, 3),
            }
            for side, one in sides.items()
        },
        payload_per_reading_by_kind={what: round(size, 3) for what, size in kinds.items()},
    )


if __name__ == "__main__":
    main()
