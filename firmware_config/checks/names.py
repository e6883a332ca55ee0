"""Names: each gateway and site once, each as its file is called, and what the sensors of one gateway share."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from firmware_config.checks.finding import Finding
from firmware_config.checks.pins import pins_of_buses
from firmware_config.clashes import clashes
from firmware_config.draft import GATEWAYS, Draft, GatewayDraft, SiteDraft


def sensors_go_together(gateway: GatewayDraft) -> Iterator[Finding]:
    """Ids and pins used twice; social care with others."""
    for fault in clashes(gateway.says.sensors, pins_of_buses(gateway)):
        yield gateway.finding(fault.at, fault.wrong, fault.instead)


def gateways_are_called_as_their_files(draft: Draft) -> Iterator[Finding]:
    """Two of one name would be one to the hub, and each would free what the other has sent."""
    named: dict[str, list[GatewayDraft]] = {}
    for gateway in draft.gateways:
        named.setdefault(gateway.says.gateway, []).append(gateway)
    for name, those in named.items():
        for gateway in those:
            if gateway.file.parent.name == GATEWAYS and gateway.file.stem != name:
                yield _called_otherwise(gateway, [each.file for each in those if each is not gateway])


def _called_otherwise(gateway: GatewayDraft, others: Sequence[Path]) -> Finding:
    """A gateway whose file is called otherwise; it keeps its name only where no other file has it, or is called so."""
    name, stem = gateway.says.gateway, gateway.file.stem
    usual = gateway.file.with_name(f"{name}.toml")
    if others or usual.exists():
        wrong = f"the name {name} is that of {(usual if usual.exists() else others[0]).name} already"
        return gateway.finding(("gateway",), wrong, f'write gateway = "{stem}", as this file is called')
    wrong = f"the gateway is {name} and its file is {gateway.file.name}"
    return gateway.finding(("gateway",), wrong, f"call the file {usual.name}, or the gateway {stem}")


def sites_have_names_of_their_own(draft: Draft) -> Iterator[Finding]:
    """Two of one name cannot be told apart."""
    first: dict[str, SiteDraft] = {}
    for site in draft.sites:
        other = first.setdefault(site.says.id, site)
        if other is not site:
            wrong = f"the id {site.says.id!r} is that of sites[{other.place + 1}] already"
            yield draft.site_finding(site, "id", wrong, "give each site its own")
