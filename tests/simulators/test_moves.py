"""What a player knows of its own moves: which edges the gateway owes, and what a burst excuses."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.recorder.debounce import Debounce
from gateway.spool.entries import Edge
from simulators.moves import DEBOUNCE_NS, Bounced, DrivenMoves
from simulators.timeline import Move

MS = 1_000_000


def driven(*at_ms: int) -> DrivenMoves:
    """A contact that is open at first and moves at these times."""
    moves = DrivenMoves()
    for number, at in enumerate(at_ms):
        moves.drive(Move(at * MS, "a", number % 2 == 0))
    return moves


def closing(at_ms: int) -> Edge:
    return Edge("a", at_ms * MS, True)


def test_move_without_an_edge_is_missing_once_its_time_is_settled() -> None:
    moves = driven(100)
    assert moves.judge(119 * MS).missing == ()
    assert moves.judge(120 * MS).missing == (closing(100),)
    assert moves.judge(200 * MS).missing == ()


def test_burst_owes_its_first_edge() -> None:
    moves = driven(100, 115, 130)
    assert not moves.match(closing(130))
    assert moves.match(closing(100))
    assert not moves.match(closing(100))
    verdict = moves.judge(150 * MS)
    assert (verdict.missing, verdict.bounced) == ((), (Bounced("a", 100 * MS, 1),))


def test_burst_that_ends_where_it_began_owes_nothing() -> None:
    moves = driven(100, 119)
    assert not moves.match(closing(100))
    verdict = moves.judge(139 * MS)
    assert (verdict.missing, verdict.bounced) == ((), (Bounced("a", 100 * MS, 1),))


def test_moves_a_debounce_time_apart_are_no_burst() -> None:
    verdict = driven(100, 120).judge(200 * MS)
    assert verdict.missing == (closing(100), Edge("a", 120 * MS, False))
    assert verdict.bounced == ()


@given(st.lists(st.integers(0, 60 * MS), max_size=40))
def test_edges_owed_are_those_of_the_gateways_debounce(gaps_ns: list[int]) -> None:
    moves, debounce, clock_ns = DrivenMoves(), Debounce(DEBOUNCE_NS, level=False), 0
    changes = []
    for number, gap_ns in enumerate(gaps_ns):
        clock_ns += gap_ns
        moves.drive(Move(clock_ns, "a", number % 2 == 0))
        changes.append(debounce.edge(clock_ns, number % 2 == 0))
    changes.append(debounce.settle(clock_ns + DEBOUNCE_NS))
    assert all(moves.match(Edge("a", change.clock_ns, change.level)) for change in changes if change)
    assert moves.judge(clock_ns + DEBOUNCE_NS).missing == ()
