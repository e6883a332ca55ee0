"""How long a gateway waits before it tries its broker again."""

import random

from gateway.uplink.backoff import FIRST_S, MAX_S, Backoff
from tests.gateway.uplink.longest import Longest


def test_backoff_doubles_up_to_five_minutes_and_begins_again_when_all_was_well() -> None:
    backoff = Backoff(Longest())
    assert [backoff.next_s() for _ in range(11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    backoff.begin()
    assert backoff.next_s() == FIRST_S


def test_backoff_is_drawn_between_nothing_and_its_bound() -> None:
    backoff = Backoff(random.Random(1))
    for _ in range(10):
        backoff.next_s()
    waits_s = [backoff.next_s() for _ in range(1_000)]
    assert max(waits_s) < MAX_S
    assert min(waits_s) < MAX_S / 100
    assert abs(sum(waits_s) / len(waits_s) - MAX_S / 2) < MAX_S / 20
