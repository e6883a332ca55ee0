"""Values that run on from the world's start step by step, kept by the page, so that memory stays small."""

from collections.abc import Callable
from threading import Lock

ROWS = 1_440
"""Steps in a page: a day of minutes."""

_PAGES_MAX = 4
"""Now, before, and room for two who ask at different times; an older page is made again from its first row."""

State = tuple[float, ...]


class Running:
    """Numbers known at whole steps, each made from those before, and in between on a line.

    Arguments:
        start_us: when the world begins; the first step is the one that holds it.
        step_us: length of a step.
        first: the numbers at its beginning.
        advance: makes those at the next step from a step's number (since 1970) and what is there.
    """

    def __init__(self, start_us: int, step_us: int, first: State, advance: Callable[[int, State], State]) -> None:
        self._step_us = step_us
        self._first = start_us // step_us
        self._first_us = self._first * step_us
        self._advance = advance
        self._heads = [first]
        self._pages: dict[int, list[State]] = {}
        self._lock = Lock()  # parts of two gateways at one site are read from two threads

    def at(self, time_us: int) -> State:
        """The numbers now; before the first step as there."""
        step, rest_us = divmod(max(0, time_us - self._first_us), self._step_us)
        page, row = divmod(step, ROWS)
        rows = self._pages.get(page) or self._turned_to(page)
        share = rest_us / self._step_us
        return tuple([old + (new - old) * share for old, new in zip(rows[row], rows[row + 1], strict=True)])

    def _turned_to(self, page: int) -> list[State]:
        with self._lock:
            while len(self._heads) <= page:
                self._heads.append(self._filled(len(self._heads) - 1)[-1])
            return self._filled(page)

    def _filled(self, page: int) -> list[State]:
        rows = self._pages.get(page)
        if rows is None:
            rows = [self._heads[page]]
            first = self._first + page * ROWS
            for step in range(first, first + ROWS):
                rows.append(self._advance(step, rows[-1]))
            while len(self._pages) >= _PAGES_MAX:
                del self._pages[next(iter(self._pages))]
            self._pages[page] = rows
        return rows
