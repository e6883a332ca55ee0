"""What a hub keeps, for commands: asked of the running hub, read from its files where none answers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from cloud import losses, questions
from cloud.folder import hub_folder
from cloud.questions import Answer
from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores import open_store
from cloud.stores.protocol import Store
from sensorhub.clock import wall_us
from sensorhub.hubfile import HubAddress, HubUnreachable, find_hub

log = logging.getLogger(__name__)


def export_readings(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The readings that `asked` names (see `questions.readings`), in pieces.

    Raises:
        AskedWrong: a parameter, or `data` is not the folder of a hub, or another process has it and does not answer.
        HubRefused: the running hub's own sentence why not.
    """

    def from_files() -> Iterator[bytes]:
        with _files(data, read_only=True) as (_, store):
            yield from questions.readings(asked, store).content

    return _ask_or(data, lambda hub: hub.get("/api/readings", asked), from_files)


def list_dead_letters(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The dead letters that `asked` names (see `questions.dead_letters`), in pieces; raises as `export_readings`."""
    from_files = _from_state(data, lambda state: questions.dead_letters(asked, state))
    return _ask_or(data, lambda hub: hub.get("/api/dead-letters", asked), from_files)


def list_gaps(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The gaps and findings that `asked` names (see `losses.gaps`), in pieces; raises as `export_readings`."""
    from_files = _from_state(data, lambda state: losses.gaps(asked, state, wall_us()))
    return _ask_or(data, lambda hub: hub.get("/api/gaps", asked), from_files)


def still_wanted(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """How much that is wanted again misses (see `losses.still_wanted`); raises as `export_readings`."""

    def from_files() -> Iterator[bytes]:
        with _files(data, read_only=True) as (state, store):
            yield from losses.still_wanted(asked, store, state).content

    return _ask_or(data, lambda hub: hub.get("/api/refetch", asked), from_files)


def refetch(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """Want records again (see `losses.refetch`); without a hub in its files, which no hub may use meanwhile.

    Raises:
        AskedWrong, HubRefused: as `export_readings`; nothing is wanted.
    """

    def in_files() -> Iterator[bytes]:
        HubSettings.load(data)  # no folder of a hub is made where there was none
        with hub_folder(data), _files(data, read_only=False) as (state, store):
            yield from losses.refetch(asked, store, state).content

    return _ask_or(data, lambda hub: hub.post("/api/refetch", asked), in_files)


def _from_state(data: Path, make: Callable[[State], Answer]) -> Callable[[], Iterator[bytes]]:
    def from_files() -> Iterator[bytes]:
        HubSettings.load(data)
        state = State.open(data, read_only=True)
        try:
            yield from make(state).content
        finally:
            state.close()

    return from_files


@contextmanager
def _files(data: Path, *, read_only: bool) -> Iterator[tuple[State, Store]]:
    settings = HubSettings.load(data)
    state = State.open(data, read_only=read_only)
    try:
        store = open_store(settings, state, data, read_only=read_only)
        try:
            yield state, store
        finally:
            store.close()
    finally:
        state.close()


def _ask_or(
    data: Path, ask: Callable[[HubAddress], Iterator[bytes]], from_files: Callable[[], Iterator[bytes]]
) -> Iterator[bytes]:
    hub = find_hub(data)
    if hub is None:
        return from_files()
    pieces = ask(hub)
    try:
        first = next(pieces, b"")  # a hub that was killed leaves its hub.json behind
    except HubUnreachable as error:
        log.info("%s Reading its files.", error)
        return from_files()
    return chain([first], pieces)
