"""What a hub keeps, for commands: asked of the running hub, read from its files where none answers."""

import logging
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path

from cloud import questions
from cloud.questions import Answer
from cloud.settings import HubSettings
from cloud.state import State
from cloud.stores import open_store
from sensorhub.hubfile import HubUnreachable, find_hub

log = logging.getLogger(__name__)


def export_readings(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The readings that `asked` names (see `questions.readings`), in pieces.

    Raises:
        AskedWrong: a parameter, or `data` is not the folder of a hub, or another process has it and does not answer.
        HubRefused: the running hub's own sentence why not.
    """

    def from_files() -> Iterator[bytes]:
        settings = HubSettings.load(data)
        state = State.open(data, read_only=True)
        store = open_store(settings, state, data, read_only=True)
        try:
            yield from questions.readings(asked, store).content
        finally:
            store.close()
            state.close()

    return _ask_or(data, "/api/readings", asked, from_files)


def list_dead_letters(data: Path, asked: Mapping[str, str]) -> Iterator[bytes]:
    """The dead letters that `asked` names (see `questions.dead_letters`), in pieces; raises as `export_readings`."""

    def from_files() -> Iterator[bytes]:
        HubSettings.load(data)
        state = State.open(data, read_only=True)
        try:
            answer: Answer = questions.dead_letters(asked, state)
            yield from answer.content
        finally:
            state.close()

    return _ask_or(data, "/api/dead-letters", asked, from_files)


def _ask_or(
    data: Path, path: str, asked: Mapping[str, str], from_files: Callable[[], Iterator[bytes]]
) -> Iterator[bytes]:
    hub = find_hub(data)
    if hub is None:
        return from_files()
    pieces = hub.get(path, asked)
    try:
        first = next(pieces, b"")  # a hub that was killed leaves its hub.json behind
    except HubUnreachable as error:
        log.info("%s Reading its files.", error)
        return from_files()
    return chain([first], pieces)
