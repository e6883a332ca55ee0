"""What the broker does not take: packs are made smaller, or set aside and said once, and never sent in a loop."""

import random

import pytest

from gateway.uplink.limits import ASIDE_S, BROKE_MAX
from gateway.uplink.uplink import PackMessage
from tests.gateway.uplink.uplink_rig import Rig, ids

SMALL = 2_000


@pytest.fixture
def noisy(rig: Rig) -> Rig:
    """A gateway whose packs compression does not make small."""
    rig.noise = random.Random(1)
    rig.anchor()
    return rig


def connect(rig: Rig, now_s: float, payload_max: int = 65_536) -> None:
    rig.uplink.connected(now_s, payload_max)
    rig.answer(now_s, nonce=f"at {now_s}")


def test_pack_is_made_no_larger_than_the_broker_takes(noisy: Rig) -> None:
    noisy.measure(2_000)
    connect(noisy, 0, SMALL)
    now_s = 0.0
    while noisy.spool.unreceived:
        now_s += 0.1
        sent = noisy.uplink.due(now_s)
        assert all(len(message.payload) <= SMALL for message in sent)
        for pack in ids(sent):
            noisy.receipt(now_s, [pack])


def test_pack_that_was_sealed_larger_is_set_aside_and_said_once(noisy: Rig, caplog: pytest.LogCaptureFixture) -> None:
    noisy.measure(1_000)
    connect(noisy, 0)
    assert noisy.due(0) == [(1, 1_000)]
    noisy.uplink.disconnected(1)
    noisy.measure(50)
    for now_s in (2.0, 300.0, 2_000.0):
        connect(noisy, now_s, SMALL)
        for pack in noisy.due(now_s):
            assert pack != (1, 1_000)
            noisy.receipt(now_s, [pack])
            assert noisy.due(now_s + 0.1) == []
        noisy.uplink.disconnected(now_s + 1)
    assert noisy.spool.unreceived == 1_000
    assert "larger than the 2,000 bytes" in noisy.uplink.trouble
    assert caplog.text.count("their pack is larger") == 1
    connect(noisy, 5_000.0)
    assert noisy.due(5_000.0) == [(1, 1_000)]
    noisy.receipt(5_001.0, [(1, 1_000)])
    assert noisy.uplink.trouble == ""


def test_reading_larger_than_the_broker_takes_is_trouble_and_no_loop(
    noisy: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    noisy.measure(3)
    connect(noisy, 0, 60)
    for now_s in range(100):
        assert noisy.due(now_s) == []
    assert "No pack can be made: record" in noisy.uplink.trouble
    assert caplog.text.count("Nothing new is sent") == 1


def broken_by(rig: Rig, now_s: float) -> PackMessage:
    """A connection on which one pack goes, and that breaks before it is acknowledged."""
    connect(rig, now_s)
    (message,) = rig.uplink.due(now_s)
    rig.uplink.disconnected(now_s + 1, [message.topic])
    return message


def test_pack_that_breaks_the_connection_again_and_again_is_set_aside_and_new_ones_are_smaller(
    noisy: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    noisy.measure(1_000)
    broken = [broken_by(noisy, 10.0 * number) for number in range(BROKE_MAX)]
    assert len({message.topic for message in broken}) == 1
    noisy.measure(900)
    connect(noisy, 100)
    (message,) = noisy.uplink.due(100)
    assert ids([message])[0][0] > 1_000
    assert len(message.payload) <= len(broken[0].payload) / 2
    assert caplog.text.count("broke the connection") == 1
    assert "broke the connection" in noisy.uplink.trouble
    noisy.receipt(101, ids([message]))
    now_s = 101.0
    while noisy.spool.unreceived > 1_000:
        now_s += 0.1
        for pack in noisy.due(now_s):
            noisy.receipt(now_s, [pack])
    assert (1, 1_000) in noisy.due(now_s + ASIDE_S)  # once more, a quarter of an hour later


def test_link_that_breaks_with_several_packs_under_way_accuses_none(noisy: Rig) -> None:
    noisy.measure(10)
    for number in range(BROKE_MAX + 2):
        connect(noisy, number * 10)
        (message,) = noisy.uplink.due(number * 10)
        noisy.uplink.disconnected(number * 10 + 1, [message.topic, "essex/v1/g/status"])
    assert noisy.uplink.trouble == ""


@pytest.mark.parametrize("code", [0x87, 0x97, 0x10])
def test_pack_that_is_refused_is_sent_again_with_back_off_and_said_once(
    noisy: Rig, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    noisy.measure(3)
    connect(noisy, 0)
    sends = 0
    for now_s in range(300):
        for message in noisy.uplink.due(now_s):
            sends += 1
            noisy.uplink.refused(message.topic, code, "Not authorized", now_s)
    assert 4 <= sends <= 7
    assert "The broker" in noisy.uplink.trouble
    assert caplog.text.count("less and less often") == 1
    noisy.receipt(301, [(1, 3)])
    assert noisy.uplink.trouble == ""


def test_pack_refused_as_too_large_is_set_aside_at_once(noisy: Rig) -> None:
    noisy.measure(1_000)
    connect(noisy, 0)
    (message,) = noisy.uplink.due(0)
    noisy.uplink.refused(message.topic, 0x95, "Packet too large", 0)
    noisy.measure(500)
    (other,) = noisy.uplink.due(10)
    assert len(other.payload) <= len(message.payload) / 2


def test_pack_that_gets_no_receipt_from_a_hub_that_is_there_lets_others_go(noisy: Rig) -> None:
    noisy.measure(1_000)
    connect(noisy, 0)
    assert noisy.due(0) == [(1, 1_000)]
    got: set[tuple[int, int]] = set()
    sends = 0
    for now_s in range(1, 900):
        if now_s % 10 == 0:
            noisy.measure(1)
        if now_s % 60 == 0:
            noisy.answer(now_s, nonce=f"at {now_s}")
        for pack in noisy.due(now_s):
            if pack == (1, 1_000):  # an MQTT 3.1.1 broker drops it in silence
                sends += 1
            else:
                got.add(pack)
                noisy.receipt(now_s, [pack])
    assert len(got) > 70
    assert sends <= 8
    assert "gets no receipt" in noisy.uplink.trouble
