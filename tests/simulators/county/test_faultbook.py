"""When sensors showed a fault, by the measurement clock."""

from sensorhub.reading import NS_PER_S
from sensorhub.status import Fault
from simulators.county.faultbook import GATEWAY, FaultBook
from simulators.pace import START_NS


def fault(text: str) -> Fault:
    return Fault(text=text, since=0)


def test_fault_book_notes_what_comes_changes_and_goes() -> None:
    book = FaultBook(START_NS)
    for second, faults in (
        (1, {}),
        (2, {"air": fault("Dead.")}),
        (3, {"air": fault("Dead."), "loop": fault("Stuck.")}),
        (4, {"air": fault("Frozen."), "loop": fault("Stuck.")}),
        (5, {"loop": fault("Stuck.")}),
    ):
        book.look(faults, "", START_NS + second * NS_PER_S)
    assert book.seen == {"air": [(2.0, "Dead."), (4.0, "Frozen."), (5.0, "")], "loop": [(3.0, "Stuck.")]}


def test_fault_book_of_a_gateway_that_is_well_is_empty() -> None:
    book = FaultBook(START_NS)
    book.look({}, "", START_NS)
    assert book.seen == {}


def test_fault_book_notes_the_trouble_of_the_gateway_itself() -> None:
    book = FaultBook(START_NS)
    for second, trouble in ((1, ""), (2, "NTP lies."), (3, "NTP lies."), (4, "")):
        book.look({}, trouble, START_NS + second * NS_PER_S)
    assert book.seen == {GATEWAY: [(2.0, "NTP lies."), (4.0, "")]}
