"""Names: each gateway and site once, each file called as its gateway, and what the sensors of one gateway share."""

from collections.abc import Iterator

from firmware_config.checks.finding import Finding
from firmware_config.checks.pins import pins_of_buses
from firmware_config.clashes import clashes
from firmware_config.draft import GATEWAYS, Draft, GatewayDraft


def sensors_go_together(gateway: GatewayDraft) -> Iterator[Finding]:
    """Ids and pins used twice; social care with others."""
    for fault in clashes(gateway.says.sensors, pins_of_buses(gateway)):
        yield gateway.finding(fault.at, fault.wrong, fault.instead)


def file_is_called_as_its_gateway(gateway: GatewayDraft) -> Iterator[Finding]:
    """In a deployment a gateway is looked for by its file's name."""
    name = gateway.says.gateway
    if gateway.file.parent.name == GATEWAYS and gateway.file.stem != name:
        wrong = f"the gateway is {name} and its file is {gateway.file.name}"
        yield gateway.finding(("gateway",), wrong, f"call the file {name}.toml, or the gateway {gateway.file.stem}")


def gateways_have_names_of_their_own(draft: Draft) -> Iterator[Finding]:
    """Two of one name would be one to the hub, and each would free what the other has sent."""
    first: dict[str, GatewayDraft] = {}
    for gateway in draft.gateways:
        other = first.setdefault(gateway.says.gateway, gateway)
        if other is not gateway:
            wrong = f"{other.file.name} describes a gateway of this name already"
            yield gateway.finding(("gateway",), wrong, "give each gateway its own name")


def sites_have_names_of_their_own(draft: Draft) -> Iterator[Finding]:
    """Two of one name cannot be told apart."""
    first: dict[str, int] = {}
    for place, site in draft.sites:
        if first.setdefault(site.id, place) != place:
            wrong = f"sites[{first[site.id] + 1}] is {site.id} already"
            yield draft.site_finding(place, "id", wrong, "give each site its own")
