"""A store under test, of each kind: it can be closed and opened again as after a restart of the hub."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cloud.stores.protocol import Query, Store, StoredReading, StorePack
from tests.cloud.stores.model_store import ModelStore

ALL = Query()


@dataclass
class Opened:
    """A store under test, which can be closed and opened again as after a restart of the hub."""

    kind: str
    open: Callable[[], Store]
    close: Callable[[], None]
    store: Store = field(init=False)

    def __post_init__(self) -> None:
        self.store = self.open()

    def reopen(self) -> None:
        self.close()
        self.store = self.open()

    def rows(self, query: Query = ALL) -> list[StoredReading]:
        """What is read, with the time of arrival where the store keeps it."""
        return list(self.store.read(query))

    def expected(self, *packs: StorePack, query: Query = ALL) -> list[StoredReading]:
        """What has to be read after these packs were written."""
        model = ModelStore()
        model.write(packs)
        keeps = self.kind != "influxdb"
        return [StoredReading(one.gateway, one.reading, one.arrived_us if keeps else None) for one in model.read(query)]
