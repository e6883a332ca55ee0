"""The uplink: what is sent when, and what frees it."""

import random
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest

from gateway.packer import Packer
from gateway.spool import (
    Anchor,
    AnchorKind,
    Entry,
    MarkerEntry,
    Measured,
    ReadingEntry,
    RealDisk,
    Seal,
    SensorSettings,
    Spool,
    SpoolLimits,
    SpoolUnwritable,
)
from gateway.uplink import RESEND_FIRST_S, SILENCE_FIRST_S, WINDOW_RECORDS, PackMessage, Uplink
from sensorhub.pack import decode_pack
from sensorhub.ranges import Range
from sensorhub.reading import Reading
from sensorhub.receipt import Receipt, encode_receipt
from sensorhub.signing import sign
from sensorhub.topics import PackId, parse_pack_levels, parse_topic

S = 1_000_000_000
KEY = bytes(range(32))
STORE, OTHER_STORE = "a" * 16, "b" * 16
EPOCH = "5f0c2a9e41d07b36"
WALL = 1_764_000_000 * S


class SealRefuser(Spool):
    """A spool on a card that can be told to take no seals."""

    refuses = False

    def append(self, entries: Sequence[Entry]) -> int:
        if self.refuses and any(isinstance(entry, Seal) for entry in entries):
            raise SpoolUnwritable("The card takes nothing.")
        return super().append(entries)


class Rig:
    """One spool with its packer and uplink; the test is the hub."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock_ns = 0
        self.boot = 1
        self.open()

    def open(self) -> None:
        limits = SpoolLimits(bytes_max=2**26)
        disk = RealDisk(self.folder)
        spool = SealRefuser.open(disk, "g", UUID(int=self.boot), limits=limits, new_epoch=lambda: EPOCH)
        assert isinstance(spool, SealRefuser)
        self.spool = spool
        self.spool.define([SensorSettings("d", "detector", 60_000, b"settings")])
        self.uplink = Uplink(
            self.spool,
            Packer(self.spool, "g"),
            root="essex/v1",
            gateway="g",
            key=KEY,
            pack_s=10,
            clock_ns=lambda: self.clock_ns,
            chance=random.Random(1),
        )

    def restart(self) -> None:
        self.spool.close()
        self.open()

    def measure(self, number: int) -> None:
        """Put so many records into the spool, one a second from where the clock is."""
        entries = []
        for _ in range(number):
            self.clock_ns += S
            entries.append(ReadingEntry("d", self.clock_ns, (Measured("actuation_count", float(self.clock_ns // S)),)))
        self.spool.append(entries)

    def anchor(self) -> None:
        self.spool.append([Anchor(0, WALL, 0, AnchorKind.NTP)])

    def answer(self, now_s: float, stored: list[Range] | None = None, store: str = STORE, nonce: str = "n1") -> object:
        self.uplink.asked(nonce, now_s)
        return self.receipt(now_s, stored or [], store=store, nonce=nonce)

    def receipt(
        self,
        now_s: float,
        stored: list[Range],
        *,
        store: str = STORE,
        nonce: str = "",
        key: bytes = KEY,
        topic: str = "essex/v1/g/receipt",
        epoch: str = EPOCH,
    ) -> object:
        body = encode_receipt(Receipt(store, epoch, tuple(stored), (), nonce, 1_764_000_500_000_000))
        return self.uplink.received(topic, sign(key, topic, body), now_s)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "spool")


def ids(messages: list[PackMessage]) -> list[tuple[int, int]]:
    found = []
    for message in messages:
        pack = _id(message)
        found.append((pack.first, pack.last))
    return found


def _id(message: PackMessage) -> PackId:
    topic = parse_topic(message.topic)
    assert topic is not None
    pack = parse_pack_levels(topic.gateway, topic.levels)
    assert isinstance(pack, PackId)
    return pack


def test_uplink_sends_nothing_before_the_hub_has_answered(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    assert rig.uplink.due(0) == []
    rig.uplink.connected(1)
    assert rig.uplink.status_wanted
    assert rig.uplink.due(1) == []
    rig.answer(1)
    assert ids(rig.uplink.due(1)) == [(1, 3)]


def test_uplink_newest_goes_first_then_backlog_oldest_first(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3_500)
    rig.uplink.connected(0)
    rig.answer(0)
    first = rig.uplink.due(0)
    assert ids(first) == [(2_501, 3_500), (1, 1_000)]
    rig.measure(5)
    rig.receipt(1, [(1, 1_000), (2_501, 3_500)])
    assert ids(rig.uplink.due(1)) == [(1_001, 2_000), (2_001, 2_500)]
    rig.receipt(2, [(1_001, 2_500)])
    assert ids(rig.uplink.due(2)) == []  # the pack of the live lane is still open
    assert ids(rig.uplink.due(10)) == [(3_501, 3_505)]


def test_uplink_window_is_never_exceeded(rig: Rig) -> None:
    rig.anchor()
    rig.measure(9_000)
    rig.uplink.connected(0)
    rig.answer(0)
    assert sum(last - first + 1 for first, last in ids(rig.uplink.due(0))) <= WINDOW_RECORDS
    assert rig.uplink.due(0.1) == []


def test_uplink_no_packs_of_a_boot_without_anchor(rig: Rig) -> None:
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    assert rig.uplink.due(0) == []
    rig.anchor()
    assert ids(rig.uplink.due(0)) == [(1, 3)]


def test_uplink_sends_the_same_bytes_again_later_and_later(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    assert rig.uplink.due(RESEND_FIRST_S - 0.1) == []
    assert rig.uplink.due(RESEND_FIRST_S * 1.5) == sent
    assert rig.uplink.due(RESEND_FIRST_S * 2) == []
    assert rig.uplink.due(RESEND_FIRST_S * 5) == sent


def test_uplink_after_a_restart_the_pack_of_a_seal_is_the_same(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    rig.restart()
    rig.spool.append([Anchor(100 * S, WALL + 101 * S, 0, AnchorKind.NTP)])  # what is learnt later changes nothing
    rig.measure(2)
    rig.uplink.connected(1)
    rig.answer(1, nonce="n2")
    again = rig.uplink.due(1)
    assert again[1:] == sent
    assert ids(again) == [(4, 5), (1, 3)]


def test_receipt_frees_what_it_names_only(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    rig.uplink.due(0)
    rig.receipt(1, [(1, 2)])
    assert rig.spool.unreceived == 1
    rig.receipt(1, [(1, 3)])
    assert rig.spool.unreceived == 0
    assert rig.uplink.due(100) == []


@pytest.mark.parametrize(
    "case", ["other key", "other topic", "no signature", "other epoch", "never sent", "other store"]
)
def test_receipt_that_is_not_ours_frees_nothing(rig: Rig, case: str) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    rig.uplink.due(0)
    rig.measure(2)
    match case:
        case "other key":
            rig.receipt(1, [(1, 3)], key=bytes(32))
        case "other topic":
            body = encode_receipt(Receipt(STORE, EPOCH, ((1, 3),), (), "", 0))
            rig.uplink.received("essex/v1/g/receipt", sign(KEY, "essex/v1/h/receipt", body), 1)
        case "no signature":
            rig.uplink.received("essex/v1/g/receipt", encode_receipt(Receipt(STORE, EPOCH, ((1, 3),), (), "", 0)), 1)
        case "other epoch":
            rig.receipt(1, [(1, 3)], epoch="0" * 16)
        case "never sent":
            rig.receipt(1, [(4, 5)])
        case "other store":
            rig.receipt(1, [(1, 3)], store=OTHER_STORE)
            assert rig.uplink.status_wanted
    assert rig.spool.unreceived == 5


def test_receipt_replayed_from_an_older_status_frees_nothing(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0, nonce="old")
    rig.uplink.due(0)
    rig.uplink.asked("new", 1)
    rig.receipt(1, [(1, 3)], nonce="old")
    assert rig.spool.unreceived == 3


def test_store_restored_from_a_backup_gets_back_what_it_lost(rig: Rig) -> None:
    rig.anchor()
    rig.measure(5)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    rig.receipt(1, [(1, 5)])
    assert rig.spool.unreceived == 0
    rig.answer(2, stored=[], store=OTHER_STORE, nonce="n2")
    assert rig.spool.unreceived == 5
    assert rig.uplink.due(2) == sent


def test_answer_gives_an_anchor_while_it_is_fresh(rig: Rig) -> None:
    rig.clock_ns = 100 * S
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    rig.clock_ns = 102 * S
    anchor = rig.receipt(2, [], nonce="n1")
    assert anchor == Anchor(101 * S, 1_764_000_500 * S, S, AnchorKind.RECEIPT)
    assert rig.receipt(11, [], nonce="n1") is None


def test_uplink_silence_has_the_connection_rebuilt_less_and_less_often(rig: Rig) -> None:
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    assert not rig.uplink.silent(SILENCE_FIRST_S)
    assert rig.uplink.silent(SILENCE_FIRST_S + 1)
    rig.uplink.connected(20)
    assert not rig.uplink.silent(20 + SILENCE_FIRST_S + 1)
    rig.uplink.asked("n2", 40)
    rig.receipt(40, [], nonce="n2")
    assert not rig.uplink.silent(1_000)


def test_pack_holds_the_readings_with_snapped_times(rig: Rig) -> None:
    rig.spool.append([Anchor(0, WALL + 200_000_000, 0, AnchorKind.NTP)])
    rig.clock_ns = 59 * S
    rig.measure(1)
    rig.uplink.connected(0)
    rig.answer(0)
    (message,) = rig.uplink.due(0)
    decoded = decode_pack(_id(message), message.payload)
    assert decoded.records == ((1, Reading("d", "actuation_count", (WALL + 60 * S) // 1_000, 60.0)),)


def test_uplink_on_a_card_that_takes_no_seals_sends_what_is_sealed_and_tries_again(rig: Rig) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    sent = rig.uplink.due(0)
    rig.measure(3)
    rig.spool.refuses = True
    assert rig.uplink.due(100) == sent
    rig.spool.refuses = False
    assert ids(rig.uplink.due(110)) == [(4, 6)]


def test_uplink_records_of_interleaved_boots_never_share_a_pack(rig: Rig) -> None:
    rig.anchor()
    rig.measure(2)
    rig.boot = 2
    rig.restart()
    rig.spool.append([Anchor(0, WALL + 10_000 * S, 0, AnchorKind.NTP)])
    rig.spool.append([MarkerEntry("dropped", 5 * S, "1-1 unreadable")])
    rig.spool.append([ReadingEntry("d", 3 * S, (Measured("actuation_count", 1.0),), boot=0)])
    rig.measure(2)
    rig.uplink.connected(0)
    rig.answer(0)
    assert ids(rig.uplink.due(0)) == [(5, 6), (1, 2), (3, 3), (4, 4)]


def test_receipt_of_a_copied_card_frees_nothing_from_then_on(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.anchor()
    rig.measure(3)
    rig.uplink.connected(0)
    rig.answer(0)
    assert ids(rig.uplink.due(0)) == [(1, 3)]
    rig.receipt(1, [(1, 3), (7, 9)])
    rig.receipt(2, [(1, 3)])
    assert rig.spool.unreceived == 3
    assert rig.uplink.due(100) == []
    assert caplog.text.count("its card was copied") == 1


def test_answer_gives_its_time_once(rig: Rig) -> None:
    rig.uplink.connected(0)
    rig.uplink.asked("n1", 0)
    assert rig.receipt(1, [], nonce="n1") is not None
    assert rig.receipt(2, [], nonce="n1") is None
