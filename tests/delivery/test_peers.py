"""Each peer works: with nobody killed it loses nothing, so what it loses under kills is not for want of a set-up."""

import pytest

from tests.delivery.kill.rig import draw_plan
from tests.delivery.peers.run import CONSUMER, TELEGRAF, TELEGRAF_DISK, run_peer
from tests.programs import need

SECONDS = 3.0


@pytest.mark.parametrize("peer", [CONSUMER, TELEGRAF, TELEGRAF_DISK])
def test_peer_with_nobody_killed_loses_nothing(peer: str) -> None:
    need("mosquitto")
    if peer != CONSUMER:
        need("influxd")
        need("telegraf")
    result = run_peer(peer, draw_plan(1, "duckdb"), SECONDS, print, kills=False)
    assert not result.skipped
    assert result.accepted >= 40
    assert (result.stored, result.lost, result.duplicated) == (result.accepted, 0, 0)
