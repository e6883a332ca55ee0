"""Tests of the gaps that ingest keeps: opened by markers and statuses, closed by late arrivals."""

import pytest

from cloud.gap_watch import LOOK_AGAIN_S
from cloud.gaps import Gap
from cloud.incoming import Incoming
from sensorhub.pack import compress, encode_pack
from sensorhub.reading import Marker, Record
from sensorhub.topics import OPEN_ROOT, PackId, pack_topic
from tests.cloud.fakes import EPOCH, GATEWAY, NOW_US, World, message, pack_message, reading, status_message


def marker_message(first: int, kind: str, text: str) -> Incoming:
    """A pack of a reading and a marker, in this order."""
    records: list[Record] = [reading(first), Marker(kind, NOW_US, text)]
    topic = pack_topic(OPEN_ROOT, PackId(GATEWAY, EPOCH, first, 2))
    return message(topic, compress(encode_pack(GATEWAY, records)))


def gaps(world: World) -> list[tuple[str, int, int, int]]:
    """The gaps in the books after ingest had its look."""
    world.clock.pass_s(LOOK_AGAIN_S)
    world.ingest.refresh()
    return [(gap.kind, gap.first, gap.last, gap.count) for gap in world.state.gaps()]


def test_marker_becomes_a_gap_with_the_times_around_it(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.handle(pack_message(1, 4), marker_message(20, "dropped", "5-19 spool-full"))

    world.ingest.refresh()
    (gap,) = world.state.gaps()
    around = (reading(4).time_us, reading(20).time_us)
    assert gap == Gap(GATEWAY, EPOCH, "dropped", 5, 19, 15, "spool-full", NOW_US, *around)
    (finding,) = world.state.findings(NOW_US)
    assert (finding.kind, finding.gateway, finding.text, finding.count) == ("gap", GATEWAY, "has lost records", 15)
    assert gaps(world) == [("dropped", 5, 19, 15)]
    assert caplog.text.count("lost 15 records") == 1


def test_late_arrival_closes_the_gap(world: World) -> None:
    world.handle(pack_message(1, 4), marker_message(20, "dropped", "5-19 spool-full"))
    assert gaps(world) == [("dropped", 5, 19, 15)]

    world.handle(pack_message(5, 10))
    assert gaps(world) == [("dropped", 15, 19, 5)]
    world.handle(pack_message(15, 5))
    assert gaps(world) == []
    assert world.state.findings(NOW_US) == []


def test_status_proves_the_loss_of_what_nobody_names(world: World) -> None:
    world.handle(pack_message(1, 4), status_message(epochs=[(EPOCH, 9, 13)]), pack_message(9, 2))
    assert gaps(world) == []  # 11 and 12 may name it

    world.handle(pack_message(11, 2))
    assert gaps(world) == [("unnamed", 5, 8, 4)]
    assert world.state.floors()[0].next == 13
    world.handle(pack_message(5, 4))
    assert gaps(world) == []


def test_marker_that_comes_late_names_what_was_dropped(world: World) -> None:
    world.handle(pack_message(1, 4), status_message(epochs=[(EPOCH, 9, 13)]), pack_message(9, 2))
    assert gaps(world) == []

    world.handle(marker_message(11, "dropped", "5-8 spool-full"))
    assert gaps(world) == [("dropped", 5, 8, 4)]


def test_gateway_that_keeps_all_from_the_first_has_no_gap(world: World) -> None:
    world.handle(status_message(epochs=[(EPOCH, 1, 50)]), pack_message(7, 4))

    assert gaps(world) == []
    assert world.state.floors() == []


def test_old_status_with_a_lower_floor_changes_nothing(world: World) -> None:
    world.handle(status_message(epochs=[(EPOCH, 9, 9)]))
    world.handle(status_message(epochs=[(EPOCH, 5, 9)]))

    assert [(one.lowest, one.next) for one in world.state.floors()] == [(9, 9)]


def test_rejected_readings_are_told_and_found(world: World) -> None:
    world.handle(marker_message(1, "rejected", "12 spool-full"))

    assert gaps(world) == [("rejected", 2, 2, 12)]
    assert world.state.findings(NOW_US)[0].count == 12


def test_gaps_are_worked_out_again_after_a_restart(world: World) -> None:
    world.handle(pack_message(1, 4), marker_message(20, "dropped", "5-19 spool-full"))
    world.handle(status_message(epochs=[(EPOCH, 3, 9)]))

    world.restart()  # before it had its look
    assert gaps(world) == [("dropped", 5, 19, 15)]
    world.restart()
    world.handle(pack_message(5, 15))
    assert gaps(world) == []


def test_gaps_of_a_gateway_add_up_over_its_epochs(world: World) -> None:
    world.handle(marker_message(20, "dropped", "5-19 spool-full"), status_message(epochs=[("0" * 16, 4, 4)]))

    assert sorted(gaps(world)) == [("dropped", 5, 19, 15), ("unnamed", 1, 3, 3)]
    assert world.state.findings(NOW_US)[0].count == 18
