"""Tests of conflicts: the gateway is told to begin a new epoch, and what it replies is kept."""

import json
from pathlib import Path

import pytest

from cloud.books import COMMANDS_MAX, FINDING_SHOWN_US
from cloud.conflicts import COMMAND_AGAIN_S, COMMAND_AGAIN_S_MAX, REASON_REPLY
from sensorhub.command import Command
from sensorhub.topics import CARE_ROOT
from tests.cloud.fakes import EPOCH, GATEWAY, NOW_US, World, on_care, pack_message, reply_message, status_message


def clash(world: World) -> list[Command]:
    """The commands that one more pack in conflict brings."""
    return world.commands(pack_message(1, value=2.0))


def now_ms(world: World) -> int:
    return world.clock.clock.wall_us() // 1_000


def test_conflict_tells_the_gateway_to_leave_the_epoch_of_the_pack(world: World) -> None:
    world.handle(pack_message(1))

    assert clash(world) == [Command(now_ms(world), "new-epoch", EPOCH)]


def test_command_goes_once_and_again_with_back_off_while_conflicts_go_on(world: World) -> None:
    world.handle(pack_message(1))
    (first,) = clash(world)

    assert clash(world) == []
    waits, waited_s = [], 0.0
    for _ in range(2_000):
        world.clock.pass_s(COMMAND_AGAIN_S)
        waited_s += COMMAND_AGAIN_S
        if clash(world) == [first]:
            waits.append(waited_s)
            waited_s = 0.0
    assert waits[:4] == [10, 20, 40, 80]
    assert max(waits) == COMMAND_AGAIN_S_MAX


def test_command_after_a_restart_of_the_hub_has_the_number_it_had(world: World) -> None:
    world.handle(pack_message(1))
    (first,) = clash(world)
    world.clock.pass_s(5)

    world.restart()
    assert clash(world) == [first]


def test_conflict_after_a_reply_brings_a_command_with_a_higher_number(world: World) -> None:
    world.handle(pack_message(1))
    (first,) = clash(world)
    world.handle(reply_message(first.number, text="left already"))
    assert clash(world) == []

    world.clock.pass_s(COMMAND_AGAIN_S)
    (second,) = clash(world)
    assert second.number > first.number
    newest, oldest = world.state.commands(GATEWAY)
    assert (newest.number, newest.replied_us) == (second.number, None)
    assert (oldest.ok, oldest.text, oldest.epoch) == (True, "left already", EPOCH)


def test_command_numbers_rise_though_the_clock_went_back(world: World) -> None:
    numbers = [world.state.command_number(GATEWAY, f"{at:016x}", NOW_US - at * 10**6) for at in range(5)]

    assert numbers == sorted(set(numbers))
    assert numbers[0] == NOW_US // 1_000
    assert world.state.command_number("b-2", EPOCH, 5_000) == 5


def test_only_the_newest_commands_of_a_gateway_are_kept(world: World) -> None:
    for at in range(COMMANDS_MAX + 5):
        world.state.command_number(GATEWAY, f"{at:016x}", NOW_US)

    assert len(world.state.commands(GATEWAY)) == COMMANDS_MAX


def test_reply_to_no_command_is_a_dead_letter(world: World) -> None:
    world.handle(reply_message(77))

    assert world.reasons() == [REASON_REPLY]


def test_reply_is_said_in_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    world.handle(pack_message(1))
    (command,) = clash(world)

    world.handle(reply_message(command.number, ok=False, text="the card cannot be written"))
    assert f"replies to command {command.number}: not done: the card cannot be written" in caplog.text
    assert world.state.dead_letters()[0].raw == pack_message(1, value=2.0).payload  # the conflict itself, no reply


def test_conflicts_are_one_finding_that_counts_them_and_is_over_after_a_day(world: World) -> None:
    world.handle(pack_message(1))
    world.handle(pack_message(1, value=2.0), pack_message(2, value=2.0))
    world.handle(pack_message(1, value=3.0))

    now_us = world.clock.clock.wall_us()
    (finding,) = world.state.findings(now_us)
    assert (finding.kind, finding.gateway, finding.count) == ("conflict", GATEWAY, 3)
    assert world.state.findings(now_us + FINDING_SHOWN_US + 1) == []


def test_pack_that_names_another_gateway_is_a_dead_letter_and_a_security_finding(world: World) -> None:
    foreign = pack_message(1, 1, body=json.dumps([{"bn": "b-2/", "n": "a/occupancy", "v": 1}]).encode())

    (receipt,) = world.receipts(foreign)
    assert receipt.refused == ((1, 1),)
    assert "names another gateway" in world.reasons()[0]
    (finding,) = world.state.findings(NOW_US)
    assert (finding.kind, finding.gateway, finding.count) == ("security", GATEWAY, 1)


def test_conflict_of_social_care_is_answered_under_its_own_root(tmp_path: Path) -> None:
    world = World(tmp_path, root=CARE_ROOT)
    (command,) = world.commands(*map(on_care, (pack_message(1), pack_message(2), status_message())))

    assert command.name == "new-epoch"
    world.state.close()
