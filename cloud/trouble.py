"""What keeps the hub from taking data: said once when it begins and once when it ends, in the log and the feed."""

import logging
import threading
from typing import Protocol

_log = logging.getLogger(__name__)

SENTENCES_MAX = 10
"""Of one outage, by source: a broker that alternates between two refusals is not logged at each."""


class TroubleListener(Protocol):
    """Told the sentence that now holds; called from the thread that found it."""

    def trouble(self, what: str | None) -> None:
        """Something is wrong, in a sentence; None: all is well again."""
        ...


class Troubles:
    """The open troubles by their source; safe to use from several threads."""

    def __init__(self, listener: TroubleListener) -> None:
        self._listener = listener
        self._open: dict[str, str] = {}
        self._logged: dict[str, set[str]] = {}
        self._lock = threading.Lock()

    def begin(self, source: str, what: str) -> None:
        """Note that `source` is in trouble; of one outage each sentence is logged once."""
        with self._lock:
            if self._open.get(source) == what:
                return
            self._open[source] = what
            logged = self._logged.setdefault(source, set())
            if what not in logged and len(logged) < SENTENCES_MAX:
                logged.add(what)
                _log.warning("%s", what)
            self._listener.trouble(" ".join(self._open.values()))

    def end(self, source: str, what: str) -> None:
        """Note that `source` is well again, and say `what` if it was not."""
        with self._lock:
            if self._open.pop(source, None) is None:
                return
            self._logged.pop(source, None)
            _log.info("%s", what)
            self._listener.trouble(" ".join(self._open.values()) or None)
