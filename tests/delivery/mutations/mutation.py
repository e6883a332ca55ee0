"""What a mutation is: which text becomes which, what that breaks, and who may notice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Simulated:
    """T1, the simulation, until a seed fails.

    Arguments:
        first: seeds that noticed it before, tried first; they only save time.
        seeds: how many are tried then, from 1 on.
    """

    first: tuple[int, ...] = ()
    seeds: int = 200


@dataclass(frozen=True, slots=True)
class PowerCuts:
    """T3, power cuts of one writer, optionally with a library before the system's calls."""

    writer: str
    cuts: int = 60
    preload: str | None = None


@dataclass(frozen=True, slots=True)
class UnitTests:
    """T0, some of the unit tests: where no other tier has the part that is broken."""

    tests: tuple[str, ...]


Tier = Simulated | PowerCuts | UnitTests


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of a file; `old` must stand there exactly once."""

    file: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way to break the product.

    Arguments:
        name: a few words, as in the table of results.
        breaks: what can go wrong then.
        edits: what is changed; nothing where the world is broken and not the product.
        tiers: who may notice, the cheapest first.
    """

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    tiers: tuple[Tier, ...]
