"""Packs to write into stores."""

from collections.abc import Sequence

from cloud.stores.protocol import StorePack
from sensorhub.ranges import Range, RangeSet
from sensorhub.reading import US_PER_S, Quality, Reading, Record
from sensorhub.topics import PackId

GATEWAY = "device-1136"
EPOCH = "5f0c2a9e41d07b36"
T0_US = 1_764_000_000_000_000
ARRIVED_US = T0_US + 7 * US_PER_S


def reading(
    sensor: str = "detector-2",
    quantity: str = "occupancy",
    time_us: int = T0_US,
    value: float = 12.5,
    quality: Quality = Quality.GOOD,
) -> Reading:
    """A reading of a detector."""
    return Reading(sensor, quantity, time_us, value, quality)


def readings(count: int, first: int = 1) -> list[Record]:
    """Readings as a gateway makes them: three quantities of one detector at each interval's end."""
    quantities = ("actuation_count", "mean_on_time", "occupancy")
    return [
        reading("detector-2", quantities[i % 3], T0_US + i // 3 * 60 * US_PER_S, i / 7)
        for i in range(first, first + count)
    ]


def pack(
    records: Sequence[Record],
    *,
    first: int = 1,
    gateway: str = GATEWAY,
    epoch: str = EPOCH,
    digest: str = "aaaaaaaaaaaaaaaa",
    refused: tuple[Range, ...] = (),
    arrived_us: int = ARRIVED_US,
) -> StorePack:
    """A pack whose records take the sequences from `first` on that are not refused."""
    kept_back = RangeSet(refused)
    count = len(records) + kept_back.total()
    sequences = [sequence for sequence in range(first, first + count) if sequence not in kept_back]
    numbered = tuple(zip(sequences, records, strict=True))
    return StorePack(PackId(gateway, epoch, first, count), digest, numbered, refused, arrived_us)
