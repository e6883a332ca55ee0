"""Commands of the hub: what is done, what is answered, and what does nothing."""

import pytest

from gateway.spool.disk import ROOT
from sensorhub.command import Reply
from sensorhub.signing import sign
from tests.gateway.uplink.uplink_rig import EPOCH, KEY, Rig


def test_command_to_leave_the_epoch_is_done_then_answered(rig: Rig) -> None:
    rig.ready(3)
    rig.command(7)
    assert rig.leaves()
    assert rig.uplink.replies == []
    new = rig.begin()
    assert not rig.leaves()
    assert rig.uplink.replies == [Reply(7, True, f"epoch {EPOCH} was left for {new}")]
    assert bytes(rig.disk.content(ROOT, "command")) == b"7\n"


def test_command_that_comes_again_is_answered_again_and_not_done_again(rig: Rig) -> None:
    rig.ready()
    rig.command(7)
    rig.command(7)
    new = rig.begin()
    rig.command(7, new)
    assert not rig.leaves()
    assert [reply.number for reply in rig.uplink.replies] == [7, 7]


def test_command_for_another_epoch_is_well(rig: Rig) -> None:
    rig.command(7, "0" * 16)
    assert not rig.leaves()
    assert rig.uplink.replies == [Reply(7, True, f"epoch {'0' * 16} is left already")]


def test_command_that_a_power_cut_came_between_is_done_once(rig: Rig) -> None:
    rig.ready()
    rig.command(7)
    rig.epochs.begin([], [])
    rig.restart()
    rig.command(7, EPOCH)
    assert not rig.leaves()
    assert rig.uplink.replies == [Reply(7, True, f"epoch {EPOCH} is left already")]


def test_command_with_an_old_number_does_nothing_also_after_a_restart(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.command(7, "0" * 16)
    rig.restart()
    for number in (3, 5, 6):
        rig.command(number)
    assert not rig.leaves()
    assert rig.uplink.replies == []
    assert caplog.text.count("was ignored") == 1
    rig.command(8)
    assert rig.leaves()


def test_command_that_is_not_known_is_refused(rig: Rig) -> None:
    rig.command(7, name="format-card")
    assert not rig.leaves()
    assert [(reply.number, reply.ok) for reply in rig.uplink.replies] == [(7, False)]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'{"number":-1,"command":"new-epoch","epoch":"0000000000000000"}']
)
def test_command_that_cannot_be_read_does_nothing(rig: Rig, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(2):
        rig.uplink.received("essex/v1/g/command", sign(KEY, "essex/v1/g/command", body), 0)
    assert not rig.leaves()
    assert rig.uplink.replies == []
    assert caplog.text.count("cannot be read") == 1


def test_command_with_another_key_or_for_another_topic_does_nothing(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.command(7, key=bytes(32))
    body = b'{"number":8,"command":"new-epoch","epoch":"%s"}' % EPOCH.encode()
    for _ in range(3):
        rig.uplink.received("essex/v1/g/command", sign(KEY, "essex/v1/g/receipt", body), 0)
    assert not rig.leaves()
    assert rig.uplink.replies == []
    assert caplog.text.count("no valid signature") == 1


def test_command_number_that_cannot_be_kept_is_known_until_the_next_start(rig: Rig) -> None:
    rig.disk.errors["create"] = [28]
    rig.command(7, "0" * 16)
    rig.command(6)
    assert len(rig.uplink.replies) == 1


def test_command_file_that_is_damaged_counts_as_none(rig: Rig) -> None:
    rig.command(7, "0" * 16)
    rig.disk.content(ROOT, "command")[:] = b"\xff\x00"
    rig.restart()
    rig.command(5, "0" * 16)
    assert [reply.number for reply in rig.uplink.replies] == [5]


def test_epoch_that_was_begun_without_a_word_is_found(rig: Rig) -> None:
    rig.ready(2)
    rig.command(7)
    rig.epochs.begin([], [])
    assert not rig.leaves()
    rig.uplink.due(1)
    assert [reply.number for reply in rig.uplink.replies] == [7]
    assert rig.uplink.status_wanted
