"""Power: what the board's rails give, and that no more than 3.3 V reaches a pin."""

from collections.abc import Iterator

from firmware_config.checks.finding import Finding
from firmware_config.draft import GatewayDraft


def rails_give_enough(gateway: GatewayDraft) -> Iterator[Finding]:
    """All parts together take no more than the header gives."""
    board, sensors = gateway.board, gateway.says.sensors
    if board is None:
        return
    rails = (
        ("3.3 V", board.supply_3v3_ma, sum(sensor.entry.current_ma for sensor in sensors)),
        ("5 V", board.supply_5v_ma, sum(sensor.entry.current_5v_ma for sensor in sensors)),
    )
    for rail, gives_ma, taken_ma in rails:
        if taken_ma > gives_ma:
            wrong = f"they take {taken_ma:g} mA from {rail}, and a {board.title} gives {gives_ma} mA"
            yield gateway.finding(("sensors",), wrong, "feed parts from a supply of their own, or use two gateways")


def five_volts_are_shifted(gateway: GatewayDraft) -> Iterator[Finding]:
    """5 V on a pin destroys the board."""
    for at, sensor in enumerate(gateway.says.sensors):
        outputs = [each.what for each in sensor.entry.inputs if sensor.signal_of[each.name] == "logic-5v"]
        if outputs and not sensor.level_shift and not gateway.unknown(at, "signal"):
            wrong = f"is false, and the {' and the '.join(outputs)} gives 5 V where a pin bears 3.3 V"
            instead = "put a divider of 330 and 470 ohm in, then write level_shift = true"
            yield gateway.finding(("sensors", at, "level_shift"), wrong, instead)


def twenty_four_volts_are_isolated(gateway: GatewayDraft) -> Iterator[Finding]:
    """24 V comes through an isolator board, and the wiring picture names it."""
    for at, sensor in enumerate(gateway.says.sensors):
        if "opto-24v" in sensor.signal_of.values() and not sensor.isolator:
            wrong = "is missing, and 24 V of a detector card destroys the board"
            instead = 'name the isolator board, as in isolator = "8-channel opto-isolator, 24 V"'
            yield gateway.finding(("sensors", at, "isolator"), wrong, instead)
