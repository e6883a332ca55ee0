"""Contacts that count closures, for tests that need one of any kind."""

from gateway.anchors.times import AnchorBook
from gateway.recorder.contact import Contact
from gateway.recorder.contact_intervals import ContactIntervals
from gateway.sensors.contact_tally import ContactTally


def counted(sensor: str, period_ns: int, anchors: AnchorBook) -> ContactIntervals:
    """The intervals of one contact."""
    return ContactIntervals(sensor, period_ns, anchors, ContactTally())


def contact(sensor: str, period_ns: int, debounce_ns: int, anchors: AnchorBook) -> Contact:
    """One contact."""
    return Contact(sensor, counted(sensor, period_ns, anchors), debounce_ns)
