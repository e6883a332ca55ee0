"""What the gateway says of sensors and its spool fits into a status, with the longest names that are usual."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware_config.catalogue import entry, kinds
from firmware_config.sensor import SensorConfig
from gateway.recorder.stuck import StuckLimits
from gateway.recorder.watch import RATE_NS, ClosureRate
from sensorhub.sentence import SENTENCE_MAX

GATEWAY = Path(__file__).parent.parent.parent / "gateway"
FOLDERS = ("buses", "sensors", "recorder", "spool")
SPOKEN = {"PartFault", "NotAcknowledged", "PinUnusable", "SpoolUnwritable", "SpoolFull"}

LONG = {
    "{self.path}": "/dev/ttyUSB0",
    "{port.path}": "/dev/ttyUSB0",
    "{self._path}": "/dev/ttyUSB0",
    "{reason}": "No such file or directory",
    "{error}": "No such file or directory",
    "{error.strerror or error}": "Remote I/O error",
    "{answer.hex(' ')}": "00 11 22 33 44 55 66 77 88",
    "{device}": "28-0316a2798aff",
    "{self._gateway}": "a130-rettendon-turnpike",
    "{used_bytes}": "17,179,869,184",
    "{unreceived}": "123,456,789",
}
"""What stands in for values; for all others a word."""

MIN_NS = 60_000_000_000


def _told(node: ast.AST) -> str:
    """A text as it is told, with something in the place of each value."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr():
            return "".join(map(_told, node.values))
        case ast.BinOp():
            return _told(node.left) + _told(node.right)
        case ast.IfExp():
            return max(_told(node.body), _told(node.orelse), key=len)
        case ast.FormattedValue():
            return LONG.get(f"{{{ast.unparse(node.value)}}}", "thousands")
        case _:
            return ""


def _spoken() -> Iterator[tuple[str, str]]:
    """Where each sentence stands that is raised, or returned by what looks at a sensor, and the sentence."""
    for path in (path for folder in FOLDERS for path in sorted((GATEWAY / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=name), args=[text, *_]) if name in SPOKEN:
                    said = _told(text)
                case ast.Return(value=ast.JoinedStr() as text) | ast.Assign(value=ast.JoinedStr() as text):
                    said = _told(text)
                case _:
                    continue
            yield f"{path.relative_to(GATEWAY)}:{node.lineno}", said


def test_sentences_fit_into_a_status() -> None:
    spoken = dict(_spoken())
    assert len(spoken) > 50
    assert {place: said for place, said in spoken.items() if len(said) > SENTENCE_MAX} == {}


@pytest.mark.parametrize("kind", [kind for kind in kinds() if entry(kind).reads == "edges"])
def test_what_is_said_of_contacts_of_a_kind_fits(kind: str) -> None:
    known = entry(kind)
    pins = {each.name: 4 + at for at, each in enumerate(known.inputs)}
    sensor = SensorConfig(id="s", kind=kind, pins=pins, stuck_active_min=100_000)
    stuck = StuckLimits(sensor, lambda _: None).look(1_001 * 24 * 60 * MIN_NS, [True] * len(pins), [0] * len(pins))
    rate = ClosureRate(known.rate_max_hz or 1, known.look_at)
    rate.look(0, 0)
    chatter = rate.look(RATE_NS, 123_456)
    assert stuck.startswith("Stuck: ")
    assert chatter.startswith("Chattering: ")
    assert all(len(said) <= SENTENCE_MAX for said in (stuck, chatter)), (stuck, chatter)
