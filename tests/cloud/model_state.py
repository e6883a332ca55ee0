"""Models of what ingest works with besides its store: who is named, and the books; in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cloud.collaborators import Books, FindingKind, Named
from cloud.gaps import Floor, Gap
from cloud.letters import DeadLetter
from sensorhub.command import Reply


@dataclass
class ModelRegistry(Named):
    """Gateways with their keys; `keys` may be changed at any time and holds from the next refresh on."""

    keys: Mapping[str, bytes]
    strangers: dict[str, int] = field(default_factory=dict)
    _known: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._known = dict(self.keys)

    def key(self, gateway: str) -> bytes | None:
        return self._known.get(gateway)

    def heard(self, gateway: str, arrived_us: int) -> None:
        pass

    def forget(self, gateway: str, arrived_us: int) -> bool:
        self.strangers[gateway] = self.strangers.get(gateway, 0) + 1
        return True

    def refresh(self) -> Sequence[str]:
        gone = sorted(self._known.keys() - self.keys.keys())
        self._known = dict(self.keys)
        return gone

    def note(self) -> None:
        pass


@dataclass
class ModelState(Books):
    """The books; to restore an older copy, keep a deep copy."""

    letters: dict[tuple[str, str, int | None, bytes], DeadLetter] = field(default_factory=dict)
    given: dict[tuple[str, int], str] = field(default_factory=dict)
    replies: dict[tuple[str, int], Reply] = field(default_factory=dict)
    kept_floors: dict[tuple[str, str], Floor] = field(default_factory=dict)
    gaps: dict[tuple[str, str], tuple[Gap, ...]] = field(default_factory=dict)
    findings: dict[tuple[FindingKind, str], int] = field(default_factory=dict)

    def dead_letter_room(self, gateway: str) -> bool:
        return True

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        for one in letters:
            self.letters.setdefault((one.gateway, one.topic, one.sequence, one.raw), one)

    def command_number(self, gateway: str, epoch: str, now_us: int) -> int:
        numbers = [number for owner, number in self.given if owner == gateway]
        waiting = [
            number
            for number in numbers
            if self.given[gateway, number] == epoch and (gateway, number) not in self.replies
        ]
        if waiting:
            return max(waiting)
        number = max(max(numbers, default=0) + 1, now_us // 1_000)
        self.given[gateway, number] = epoch
        return number

    def replied(self, gateway: str, reply: Reply, now_us: int) -> bool:
        if (gateway, reply.number) not in self.given:
            return False
        self.replies[gateway, reply.number] = reply
        return True

    def floors(self) -> Sequence[Floor]:
        return list(self.kept_floors.values())

    def add_floor(self, floor: Floor) -> None:
        known = self.kept_floors.get((floor.gateway, floor.epoch))
        if known is None or known.lowest < floor.lowest:
            self.kept_floors[floor.gateway, floor.epoch] = floor

    def set_gaps(self, gateway: str, epoch: str, gaps: Sequence[Gap]) -> int:
        self.gaps[gateway, epoch] = tuple(gaps)
        return sum(gap.count for (owner, _), found in self.gaps.items() if owner == gateway for gap in found)

    def add_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        self.findings[kind, gateway] = self.findings.get((kind, gateway), 0) + count

    def set_finding(self, kind: FindingKind, gateway: str, text: str, count: int, now_us: int) -> None:
        self.findings[kind, gateway] = count
        if not count:
            del self.findings[kind, gateway]
