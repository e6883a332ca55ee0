"""A contact that is told as it changes: its newest state is what is true."""

from itertools import takewhile

from simulators.parts.part import Truth
from simulators.wires.contact import ContactPart


class HeldContact(ContactPart):
    """One contact."""

    def truths(self, from_ns: int, until_ns: int) -> list[Truth]:
        active = False
        for _, _, level in takewhile(lambda change: change[0] < until_ns, self._changes()):
            active = level
        (quantity,) = self._sensor.entry.quantities
        return [Truth(quantity, "last", float(active))]
