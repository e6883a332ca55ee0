"""What ingest counts, for its last words."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What ingest did since it began, in messages; a stray is on no topic of ours."""

    stored: int = 0
    duplicates: int = 0
    renewed: int = 0
    conflicts: int = 0
    malformed: int = 0
    no_room: int = 0
    strays: int = 0

    def __str__(self) -> str:
        return (
            f"{self.stored:,} packs stored, {self.duplicates:,} came again, "
            f"{self.renewed:,} were asked for again, {self.conflicts:,} in conflict, "
            f"{self.malformed:,} with dead letters, {self.no_room:,} without room for one, "
            f"{self.strays:,} on no topic of ours"
        )
