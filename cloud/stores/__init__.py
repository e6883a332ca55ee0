"""The stores of readings, by name; each is loaded only where it is used."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cloud.settings import StoreSettings
from cloud.stores.protocol import Store

if TYPE_CHECKING:
    from cloud.state import State  # whose faults hang below this package's, so it is loaded after it


def _duckdb(_settings: StoreSettings, _state: "State", data: Path, read_only: bool) -> Store:
    from cloud.stores.duck import DuckStore

    return DuckStore(data, read_only=read_only)


def _influxdb(settings: StoreSettings, state: "State", _data: Path, read_only: bool) -> Store:
    from cloud.stores.influx import InfluxStore

    return InfluxStore(settings, state, read_only=read_only)


STORES: dict[str, Callable[[StoreSettings, "State", Path, bool], Store]] = {"duckdb": _duckdb, "influxdb": _influxdb}


def open_store(settings: StoreSettings, state: "State", data: Path, *, read_only: bool = False) -> Store:
    """Open the store of a hub.

    Arguments:
        settings: which one, and where.
        state: the hub's state database, opened alike.
        data: the hub's folder.
        read_only: read what is there without a hub; makes no file and writes nothing (default False).

    Raises:
        AskedWrong: it is not there, is locked by another process, or refuses token or bucket.
        StoreUnavailable: it cannot be opened now.
    """
    return STORES[settings.store](settings, state, data, read_only)
