"""All checks of a deployment's files, every finding at once."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from firmware_config.checks import board, buses, names, pins, power, sites
from firmware_config.checks.calibration import calibration_is_not_overdue
from firmware_config.checks.finding import Finding
from firmware_config.draft import Draft, GatewayDraft, read_draft

OF_A_GATEWAY: tuple[Callable[[GatewayDraft], Iterator[Finding]], ...] = (
    names.file_is_called_as_its_gateway,
    names.sensors_go_together,
    board.board_is_said,
    board.clock_battery_fits,
    board.interfaces_are_on_the_board,
    pins.buses_have_their_pins,
    pins.fixed_pull_ups_suit,
    buses.buses_are_switched_on,
    buses.i2c_addresses_differ,
    buses.serial_ports_are_used_once,
    buses.channels_are_used_once,
    buses.one_wire_is_one_bus,
    power.rails_give_enough,
    power.five_volts_are_shifted,
    power.twenty_four_volts_are_isolated,
)

OF_A_DEPLOYMENT: tuple[Callable[[Draft], Iterator[Finding]], ...] = (
    names.sites_have_names_of_their_own,
    names.gateways_have_names_of_their_own,
    sites.sites_are_in_the_area,
    sites.care_has_sites_of_its_own,
    sites.gateways_are_at_known_sites,
    sites.sensors_suit_their_site,
)


def check_path(path: Path, today: date) -> tuple[Draft, list[Finding]]:
    """Check a deployment's folder, or one gateway's file; findings come by file, and in it by place.

    Arguments:
        today: for calibrations.

    Raises:
        DeploymentMissing: there is neither.
    """
    draft = read_draft(path)
    return draft, check_draft(draft, today)


def check_draft(draft: Draft, today: date) -> list[Finding]:
    """The findings of reading the files, and those of all checks; a key that could not be read is told of once."""
    findings: list[Finding] = []
    for gateway in draft.gateways:
        for check in OF_A_GATEWAY:
            findings += check(gateway)
        findings += calibration_is_not_overdue(gateway, today)
    for of_all in OF_A_DEPLOYMENT:
        findings += of_all(draft)
    unread = {(each.file, each.fault.at) for each in draft.findings}
    findings = [*draft.findings, *(each for each in findings if (each.file, each.fault.at) not in unread)]
    return sorted(findings, key=lambda each: (each.file, *_order(each)))


def _order(finding: Finding) -> tuple[str, int]:
    """Keys of a list's items by their number, the others in the order in which they were found."""
    at = finding.fault.at
    return (str(at[0]), at[1]) if len(at) > 1 and isinstance(at[1], int) else ("", 0)
