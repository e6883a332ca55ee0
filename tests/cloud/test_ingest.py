"""Tests of the core of ingest: what is kept, what is receipted, and in which order."""

import json
from pathlib import Path

import pytest

from cloud.conflicts import REASON_CONFLICT
from cloud.state import State
from cloud.stores.protocol import StoreUnavailable
from sensorhub.topics import CARE_ROOT, OPEN_ROOT, PackId
from tests.cloud.fakes import (
    EPOCH,
    GATEWAY,
    NONCE,
    NOW_US,
    World,
    message,
    on_care,
    pack_message,
    readings,
    status_message,
)


def test_ingest_stores_a_pack_and_receipts_it(world: World) -> None:
    (receipt,) = world.receipts(pack_message(1, 3))

    assert (receipt.epoch, receipt.stored, receipt.refused, receipt.nonce) == (EPOCH, ((1, 3),), (), "")
    assert receipt.store == world.store.id
    assert receipt.time_us == world.clock.clock.wall_us()
    assert world.stored() == readings(1, 3)
    assert [pack.id for pack in world.feed.arrived_packs] == [PackId(GATEWAY, EPOCH, 1, 3)]
    assert world.feed.committed_packs == [PackId(GATEWAY, EPOCH, 1, 3)]


def test_ingest_merges_the_packs_of_a_group_into_one_receipt(world: World) -> None:
    (receipt,) = world.receipts(pack_message(5), pack_message(1), pack_message(3), pack_message(9))

    assert receipt.stored == ((1, 6), (9, 10))
    assert world.store.writes == 1


def test_ingest_signs_for_each_gateway_with_its_own_key(world: World) -> None:
    other = world.name("b-2")
    world.registry.look()

    answers = world.handle(pack_message(1), pack_message(1, gateway="b-2"))
    assert {answer.topic for answer in answers} == {"essex/v1/device-1136/receipt", "essex/v1/b-2/receipt"}
    assert [world.open(answers[1], "b-2", other).stored] == [((1, 2),)]


def test_ingest_of_social_care_answers_under_its_own_root(tmp_path: Path) -> None:
    care = World(tmp_path, root=CARE_ROOT)

    assert [receipt.stored for receipt in care.receipts(on_care(pack_message(1)))] == [((1, 2),)]
    assert care.stored() == readings(1, 2)
    care.state.close()


@pytest.mark.parametrize("care", [False, True])
def test_ingest_takes_nothing_under_another_root(tmp_path: Path, care: bool) -> None:
    world = World(tmp_path, root=CARE_ROOT if care else OPEN_ROOT)
    messages = [pack_message(1), pack_message(1, gateway="b-2"), status_message(), pack_message(1, body=b"[")]
    foreign = messages if care else [on_care(message) for message in messages]

    assert world.handle(*foreign) == []
    world.ingest.set_aside(foreign[0], "it could not be handled")
    world.name("b-2")
    world.clock.pass_s(60)
    assert world.ingest.refresh() == []
    assert (world.stored(), world.reasons(), world.feed.strangers, world.feed.statuses) == ([], [], {}, [])
    assert world.ingest.counts.strays == len(foreign)
    world.state.close()


def test_ingest_receipts_a_repeat_again_and_stores_it_once(world: World) -> None:
    first = world.receipts(pack_message(1))

    assert world.receipts(pack_message(1), pack_message(1)) == first
    assert world.stored() == readings(1, 2)
    assert world.ingest.counts.duplicates == 2
    assert world.reasons() == []


def test_ingest_keeps_one_bad_record_and_stores_its_neighbours(world: World) -> None:
    body = _array(3)
    body[1]["u"] = "furlong"
    bad = pack_message(1, 3, body=json.dumps(body).encode())

    (receipt,) = world.receipts(bad)
    assert (receipt.stored, receipt.refused) == (((1, 1), (3, 3)), ((2, 2),))
    assert world.stored() == [readings(1, 1)[0], readings(3, 1)[0]]
    (letter,) = world.state.dead_letters()
    assert (letter.sequence, letter.topic, json.loads(letter.raw)) == (2, bad.topic, body[1])
    assert "furlong" in letter.reason
    assert world.receipts(bad) == [receipt]


def _array(count: int) -> list[dict[str, object]]:
    head: dict[str, object] = {"bver": 26, "bn": f"{GATEWAY}/", "bt": NOW_US // 10**6}
    array: list[dict[str, object]] = [
        {"n": "loop-1/actuation_count", "u": "count", "v": 1, "t": number * 60} for number in range(1, count + 1)
    ]
    array[0] = head | array[0]
    return array


def test_ingest_keeps_an_unreadable_pack_whole_and_receipts_it_as_refused(world: World) -> None:
    broken = pack_message(1, 4, body=b"[{")

    (receipt,) = world.receipts(broken)
    assert (receipt.stored, receipt.refused) == ((), ((1, 4),))
    (letter,) = world.state.dead_letters()
    assert (letter.gateway, letter.sequence, letter.raw) == (GATEWAY, None, b"[{")
    assert world.receipts(broken) == [receipt]
    assert world.feed.arrived_packs == []


def test_ingest_keeps_what_was_stored_first_when_other_content_comes_under_its_range(world: World) -> None:
    world.handle(pack_message(1, value=1.0))

    (receipt,) = world.receipts(pack_message(1, value=2.0))
    assert (receipt.stored, receipt.refused) == ((), ((1, 2),))
    assert world.stored() == readings(1, 2, 1.0)
    assert world.reasons() == [REASON_CONFLICT]
    assert world.state.dead_letters()[0].raw == pack_message(1, value=2.0).payload
    assert world.feed.committed_packs == [PackId(GATEWAY, EPOCH, 1, 2)]


def test_ingest_takes_an_overlap_for_a_conflict_and_says_so_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.handle(pack_message(1, 4))

    receipts = world.receipts(pack_message(3, 4), pack_message(2, 1))
    assert [(receipt.stored, receipt.refused) for receipt in receipts] == [((), ((2, 6),))]
    assert caplog.text.count("a copied card") == 2  # once as a conflict, once as a dead letter
    assert world.ingest.counts.conflicts == 2


def test_ingest_without_its_store_receipts_nothing_and_takes_the_same_group_again(world: World) -> None:
    group = [pack_message(1), pack_message(3, body=b"{"), status_message()]
    world.store.failures = 2

    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            world.handle(*group)
    assert world.stored() == []
    assert world.feed.committed_packs == []
    answers = world.receipts(*group)
    assert [(receipt.nonce, receipt.stored, receipt.refused) for receipt in answers] == [
        (NONCE, (), ()),
        ("", ((1, 2),), ((3, 4),)),
    ]
    assert [letter.repeats for letter in world.state.dead_letters()] == [0]


def test_ingest_keeps_dead_letters_before_readings(world: World) -> None:
    world.store.failures = 1

    with pytest.raises(StoreUnavailable):
        world.handle(pack_message(1, body=b"{"))
    assert len(world.state.dead_letters()) == 1


def test_ingest_forgets_messages_of_a_gateway_nobody_named(world: World) -> None:
    strange = [pack_message(1, gateway="b-2"), pack_message(1, gateway="b-2", body=b"{"), status_message(gateway="b-2")]

    assert world.handle(*strange) == []
    assert world.stored() == []
    assert world.reasons() == []
    assert world.feed.strangers == {"b-2": 3}
    world.registry.note(now=True)
    (known,) = world.state.gateways()
    assert (known.gateway, known.named, known.forgotten) == ("b-2", False, 3)


@pytest.mark.parametrize(
    ("leaf", "payload", "reason"),
    [
        ("pack/5f0c2a9e41d07b36/1", b"[]", "the topic is not pack/{epoch}/{first}/{count}"),
        ("pack/5F0C2A9E41D07B36/1/2", b"[]", "is not 16 lower-case hex digits"),
        ("pack/5f0c2a9e41d07b36/0/2", b"[]", "is not a number from 1 to 2^53 - 1"),
        ("pack/5f0c2a9e41d07b36/1/1001", b"[]", "is not a number from 1 to 1,000"),
        ("status", b"{}", "a status cannot be read"),
        ("status", b"\xff\x00", "a status cannot be read"),
        ("status", b" " * 65_537, "65,537 bytes, over 65,536"),
        ("senml", b"[]", "SenML without an identity"),
        ("reply", b"{}", "a reply cannot be read"),
        ("receipt", b"{}", "wrong topic"),
        ("status/more", b"{}", "wrong topic"),
    ],
)
def test_ingest_keeps_what_it_cannot_take_as_a_dead_letter(
    world: World, leaf: str, payload: bytes, reason: str
) -> None:
    topic = f"essex/v1/{GATEWAY}/{leaf}"

    (receipt,) = world.receipts(message(topic, payload), pack_message(1))
    assert receipt.stored == ((1, 2),)
    (letter,) = world.state.dead_letters()
    assert (letter.topic, letter.raw, letter.sequence) == (topic, payload, None)
    assert reason in letter.reason


@pytest.mark.parametrize("topic", ["", "essex/v1", "essex/v1/UPPER/status", "other/v1/a-1/status", "essex/v1//status"])
def test_ingest_counts_what_is_on_no_topic_of_ours(world: World, topic: str) -> None:
    assert world.handle(message(topic, b"x")) == []
    assert world.ingest.counts.strays == 1
    assert world.reasons() == []


def test_ingest_counts_repeats_of_a_dead_letter(world: World) -> None:
    for number in range(3):
        came = message(f"essex/v1/{GATEWAY}/senml", b"[]")
        world.handle(type(came)(came.topic, came.payload, False, NOW_US + number))

    assert [letter.repeats for letter in world.state.dead_letters()] == [2]


class FullState(State):
    """A state database that has no room for another dead letter of anybody."""

    def dead_letter_room(self, gateway: str) -> bool:
        return False


def test_ingest_without_room_for_dead_letters_leaves_bad_messages_to_their_gateway(tmp_path: Path) -> None:
    world = World(tmp_path, FullState)

    assert [receipt.stored for receipt in world.receipts(pack_message(1, body=b"{"), pack_message(3))] == [((3, 4),)]
    assert world.receipts(pack_message(3, value=9.0)) == []
    assert world.ingest.counts.no_room == 2
    assert world.reasons() == []
    world.state.close()


def test_ingest_sets_a_message_aside_with_its_reason(world: World) -> None:
    world.ingest.set_aside(pack_message(1), "the hub failed on it")
    world.ingest.set_aside(pack_message(1, gateway="b-2"), "the hub failed on it")

    assert [(letter.gateway, letter.reason) for letter in world.state.dead_letters()] == [
        (GATEWAY, "the hub failed on it")
    ]
