"""Tests of what the command of a fleet makes of its options, and what it says where it cannot go on."""

import json
from pathlib import Path

import pytest

from sensorhub.broker import BrokerSettings
from sensorhub.errors import AskedWrong
from sensorhub.signing import read_key
from simulators.fleet.counts import Counts, added_up
from simulators.fleet.order import gateway_name
from simulators.fleet.outcome import outcome_of
from simulators.fleet.run import BrokerAway, FleetOptions, run_fleet, why_silent, write_keys
from tests.ports import free_port


def options(
    keys: Path = Path("keys"),
    gateways: int = 250,
    connections: int | None = None,
    processes: int | None = 2,
    port: int = 1883,
) -> FleetOptions:
    return FleetOptions(
        BrokerSettings(port=port),
        keys,
        gateways,
        sensors=4,
        rate=100.0,
        seconds=1.0,
        connections=connections,
        processes=processes,
    )


@pytest.mark.parametrize(("gateways", "connections", "processes"), [(250, None, 2), (7, 7, 3), (1, None, 1), (5, 5, 5)])
def test_orders_share_all_gateways_and_connections(gateways: int, connections: int | None, processes: int) -> None:
    orders = options(gateways=gateways, connections=connections, processes=processes).orders()

    assert [number for order in orders for number in range(order.first, order.last + 1)] == list(range(gateways))
    assert {order.connections_of_all for order in orders} == {sum(order.connections for order in orders)}
    assert all(1 <= order.connections <= order.last - order.first + 1 for order in orders)
    assert len(orders) == processes


@pytest.mark.parametrize(("gateways", "connections", "processes"), [(5, 6, 1), (5, 1, 2), (2, None, 3)])
def test_connections_or_processes_with_nothing_to_do_are_refused(
    gateways: int, connections: int | None, processes: int
) -> None:
    with pytest.raises(AskedWrong, match="each connection a gateway"):
        options(gateways=gateways, connections=connections, processes=processes).orders()


def test_keys_are_made_once_and_only_for_their_owner(tmp_path: Path) -> None:
    write_keys(tmp_path, 3)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}

    write_keys(tmp_path, 4)

    assert set(made) == {f"{gateway_name(number)}.key" for number in range(3)}
    assert all((tmp_path / name).read_text() == text for name, text in made.items())
    assert len({read_key(path) for path in tmp_path.iterdir()}) == 4


def test_folder_of_keys_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AskedWrong, match="keys folder of the hub"):
        run_fleet(options(tmp_path / "keys"))


def test_broker_that_is_not_there_is_said_and_no_key_is_made(tmp_path: Path) -> None:
    with pytest.raises(BrokerAway, match="No broker can be reached"):
        run_fleet(options(tmp_path, port=free_port()))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        (Counts(trouble="It refuses."), "takes no connection of the fleet. The last that was said: It refuses."),
        (Counts(connected=250), "is keys its keys folder?"),
        (Counts(connected=250, ignored=3), "not with the keys in keys"),
        (Counts(connected=250, answered=40), "answered 40 of 250 gateways"),
    ],
)
def test_silence_is_explained(counts: Counts, words: str) -> None:
    assert words in why_silent(options(), counts)


def test_counts_of_processes_are_added_up() -> None:
    one = Counts(sent=10, receipted=4, refused=1, last_receipt_s=5.0, told_s=9.0, cpu_s=0.5)
    two = Counts(sent=5, receipted=5, last_receipt_s=7.0, told_s=8.0, cpu_s=0.5, trouble="Away.")

    both = added_up([Counts.of_json(one.as_json()), two])

    assert (both.sent, both.outstanding, both.last_receipt_s, both.told_s) == (15, 5, 7.0, 8.0)
    assert (both.cpu_s, both.trouble, both.through) == (1.0, "Away.", False)


def test_outcome_is_whole_where_all_is_receipted() -> None:
    whole = outcome_of(Counts(sent=100, receipted=100, last_receipt_s=12.0, cpu_s=0.5), 3, 4, begin_s=10.0)

    assert whole.whole
    assert json.loads(whole.as_json()) == {
        "gateways": 3,
        "sensors": 4,
        "seconds": 2.0,
        "sent": 100,
        "receipted": 100,
        "refused": 0,
        "outstanding": 0,
        "waiting": 0,
        "resent": 0,
        "readings_per_s": 50.0,
        "per_core": 200.0,
    }


@pytest.mark.parametrize(
    "counts", [Counts(sent=2, receipted=1), Counts(sent=2, receipted=1, refused=1), Counts(waiting=1)]
)
def test_outcome_is_not_whole_where_anything_is_missing(counts: Counts) -> None:
    assert not outcome_of(counts, 3, 4, begin_s=10.0).whole
