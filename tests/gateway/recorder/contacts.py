"""Contacts that count closures, for tests that need one of any kind, and pairs of which the order of edges matters."""

from collections.abc import Mapping

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.sensors.contact_tally import ContactTally
from gateway.sensors.tally import Tally


def counted(sensor: str, period_ns: int, anchors: AnchorBook) -> ContactIntervals:
    """The intervals of one contact."""
    return ContactIntervals(sensor, period_ns, anchors, ContactTally())


def contact(sensor: str, period_ns: int, debounce_ns: int, anchors: AnchorBook) -> Contact:
    """One contact."""
    return Contact(sensor, counted(sensor, period_ns, anchors), debounce_ns)


class OrderTally(Tally):
    """Of two contacts: which one closed while the other was closed, and for how long both were.

    It minds that times never fall, and that nothing is called while a contact is not known.
    """

    def __init__(self) -> None:
        self._known: dict[int, bool] = {}
        self._at_ns = 0
        self.empty()

    def observe(self, channel: int, clock_ns: int, level: bool) -> None:
        self._come_to(clock_ns)
        self._known[channel] = level

    def lose(self, clock_ns: int) -> None:
        self._known = {}

    def edge(self, channel: int, clock_ns: int, level: bool) -> None:
        self._come_to(clock_ns)
        assert self._known[channel] is not level
        self._known[channel] = level
        if level and self._known[1 - channel]:
            self._second[channel] += 1

    def advance(self, clock_ns: int) -> None:
        assert len(self._known) == 2
        self._come_to(clock_ns)

    def _come_to(self, clock_ns: int) -> None:
        assert clock_ns >= self._at_ns
        if sum(self._known.values()) == 2:
            self._both_ns += clock_ns - self._at_ns
        self._at_ns = clock_ns

    def values(self, observed_ns: int) -> Mapping[str, float]:
        first, second = self._second
        share = self._both_ns / observed_ns * 100
        return {"vehicle_count": float(second), "reverse_count": float(first), "occupancy": share}

    def empty(self) -> None:
        self._second = [0, 0]
        self._both_ns = 0


def pair(sensor: str, period_ns: int, anchors: AnchorBook) -> ContactIntervals:
    """The intervals of two contacts of one sensor."""
    return ContactIntervals(sensor, period_ns, anchors, OrderTally(), channels=2)
