"""The faults there are: what each does, and what it can happen to; documents are made from it."""

from dataclasses import dataclass

from simulators.faults.plan import Fault

_CONTACTS = "contacts"
_PARTS = "parts that are read over a bus, or by their echo"


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One fault.

    Arguments:
        what: what goes wrong, in words.
        whose: what can have it, in words.
    """

    what: str
    whose: str


FAULT_KINDS: dict[Fault, FaultKind] = {
    "stuck": FaultKind("stays active, whatever passes; of a pair its first contact", _CONTACTS),
    "cut": FaultKind("the cable is cut: each contact goes where its resistor pulls", _CONTACTS),
    "chatter": FaultKind("closes and opens again and again, faster than anything that is counted", _CONTACTS),
    "crossed": FaultKind("the cables of the two are changed over", "pairs of contacts"),
    "dead": FaultKind("answers and sends nothing", _PARTS),
    "dead-bus": FaultKind("nothing on the same wires answers or sends", "buses"),
    "frozen": FaultKind("gives the values that it had when it began, again and again", _PARTS),
    "drift": FaultKind("what it senses rises by `per_hour` in each hour", _PARTS),
    "flipped": FaultKind("a `share` of its frames comes with one bit flipped", "parts that are read over a bus"),
    "half-frames": FaultKind("a `share` of its frames is cut short", "parts on serial lines"),
    "echo-lost": FaultKind("a `share` of its echoes does not come back", "ultrasonic rangers (in rain: outdoors)"),
    "clock-wrong": FaultKind("its time server is `offset_s` ahead and does not know it", "gateways"),
    "power-cut": FaultKind("has no power; what was not yet durable is lost", "gateways"),
    "network-down": FaultKind("does not reach its broker", "gateways"),
    "card-full": FaultKind("its card takes nothing more", "gateways"),
}
