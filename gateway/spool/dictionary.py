"""The dictionary of a spool: the numbers that stand for boots, sensors and quantities in its entries.

An index keeps its meaning in all kept segments, so one dictionary reads them all.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from gateway.spool.entries import SensorSettings
from gateway.spool.frame import EntryType
from sensorhub.names import is_id, is_quantity

INDEX_MAX = 0xFFFF
SETTINGS_HASH_BYTES = 8

Token = tuple[EntryType, int]
"""Names one dictionary entry: its type and index."""


class Dictionary:
    """What the indexes mean; filled from the entries of segments and by what is appended."""

    def __init__(self) -> None:
        self.boots: dict[int, UUID] = {}
        self.sensors: dict[int, SensorSettings] = {}
        self.quantities: dict[int, str] = {}
        self._newest: dict[str, int] = {}
        self._quantity_indexes: dict[str, int] = {}

    def copy(self) -> "Dictionary":
        """One that can learn without changing this one."""
        twin = Dictionary()
        for name in vars(self):
            setattr(twin, name, dict(getattr(self, name)))
        return twin

    def put_boot(self, index: int, boot_id: UUID) -> None:
        """Give a boot its index."""
        self.boots[index] = boot_id

    def put_sensor(self, index: int, settings: SensorSettings) -> None:
        """Give settings their index; they are now the newest of their sensor."""
        self.sensors[index] = settings
        self._newest[settings.id] = index

    def put_quantity(self, index: int, name: str) -> None:
        """Give a quantity its index."""
        self.quantities[index] = name
        self._quantity_indexes[name] = index

    def boot_index(self, boot_id: UUID) -> int:
        """The index of a boot, a new one where it has none."""
        for index, known in self.boots.items():
            if known == boot_id:
                return index
        index = _free(self.boots)
        self.put_boot(index, boot_id)
        return index

    def define(self, settings: SensorSettings) -> None:
        """Make these the newest settings of their sensor, under a new index where they differ from the newest.

        Raises:
            ValueError: they cannot be written.
        """
        if len(settings.hash) != SETTINGS_HASH_BYTES:
            raise ValueError(f"the hash of the settings of {settings.id!r} has {len(settings.hash)} bytes, not 8")
        if not 0 <= settings.period_ms < 2**32:
            raise ValueError(f"the period of {settings.id!r} is {settings.period_ms} ms, not 0 to 2^32 - 1")
        if not (is_id(settings.id) and is_id(settings.kind)):
            raise ValueError(f"{settings.id!r} of kind {settings.kind!r} cannot name a sensor")
        if self.sensor(settings.id) != settings:
            self.put_sensor(_free(self.sensors), settings)

    def sensor(self, sensor_id: str) -> SensorSettings | None:
        """The newest settings of a sensor."""
        index = self._newest.get(sensor_id)
        return None if index is None else self.sensors[index]

    def sensor_index(self, sensor_id: str) -> int:
        """The index of the newest settings of a sensor.

        Raises:
            ValueError: the sensor was never defined.
        """
        index = self._newest.get(sensor_id)
        if index is None:
            raise ValueError(f"the sensor {sensor_id!r} is not defined: call define() before appending its entries")
        return index

    def quantity_index(self, name: str) -> int:
        """The index of a quantity, a new one where it has none.

        Raises:
            ValueError: it cannot name one.
        """
        index = self._quantity_indexes.get(name)
        if index is None:
            if not is_quantity(name):
                raise ValueError(f"{name!r} cannot name a quantity")
            index = _free(self.quantities)
            self.put_quantity(index, name)
        return index

    def newest_sensors(self, sensor_ids: Iterable[str]) -> list[Token]:
        """The tokens of the newest settings of these sensors."""
        return [(EntryType.SENSOR, self._newest[sensor_id]) for sensor_id in sensor_ids]


def _free(taken: Mapping[int, object]) -> int:
    # An index is used again only when 65,536 have been given out and no kept segment had it when the spool was opened.
    index = max(taken, default=-1) + 1
    if index <= INDEX_MAX:
        return index
    for index in range(INDEX_MAX + 1):
        if index not in taken:
            return index
    raise ValueError("the spool has no index left for another boot, sensor or quantity: begin a new spool folder")
