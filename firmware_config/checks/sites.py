"""Sites: inside the area, known to their gateways, and fit for the sensors that stand there."""

from collections.abc import Iterator

from firmware_config.area import area
from firmware_config.checks.finding import Finding
from firmware_config.draft import Draft, GatewayDraft
from firmware_config.site import Site
from sensorhub.config import nearest

_CARE = "social-care"


def sites_are_in_the_area(draft: Draft) -> Iterator[Finding]:
    """A point outside is a slip of the pen, or somebody else's road."""
    county = area(draft.says.area)
    for each in draft.sites:
        site = each.says
        if not each.ill.isdisjoint(("latitude", "longitude")) or county.contains(site.latitude, site.longitude):
            continue
        wrong = f"{site.latitude:g}, {site.longitude:g} is outside the area {draft.says.area}"
        instead = "write it in degrees north and east"
        if county.contains(site.longitude, site.latitude):
            instead = "swap latitude and longitude"
        elif county.spans(site.latitude, site.longitude):
            wrong += f", to which {' and '.join((*county.without, 'other neighbours'))} do not belong"
            instead = "leave it to its own council's deployment, or write its degrees north and east"
        yield draft.site_finding(each, "latitude", wrong, instead)


def care_has_sites_of_its_own(draft: Draft) -> Iterator[Finding]:
    """A site stands on open pages by its name and place: personal data must not hang on it."""
    for each in draft.sites:
        if _CARE in each.says.strands and len(set(each.says.strands)) > 1:
            wrong = f"{each.says.id} is a site of social care and of other strands"
            yield draft.site_finding(each, "strands", wrong, "make two sites, one of them with social-care alone")


def gateways_are_at_known_sites(draft: Draft) -> Iterator[Finding]:
    """Without a site nobody knows where a reading is from."""
    if draft.site_ids is None:
        return
    for gateway in draft.gateways:
        name = gateway.says.site
        if not name:
            yield gateway.finding(("site",), "is missing", "write the id of one of the sites in sites.toml")
        elif name not in draft.site_ids:
            known = sorted(draft.site_ids)
            yield gateway.finding(
                ("site",), f"the site {name!r} is not in sites.toml", nearest(name, known, "there are")
            )


def sensors_suit_their_site(draft: Draft) -> Iterator[Finding]:
    """Strand by strand, and no indoor part in the rain."""
    site_of = {site.says.id: site for site in draft.sites}
    for gateway in draft.gateways:
        site = site_of.get(gateway.says.site)
        if site is not None and "strands" not in site.ill:
            yield from _strands(gateway, site.says)
        if site is not None and "indoors" not in site.ill:
            yield from _weather(gateway, site.says)


def _strands(gateway: GatewayDraft, site: Site) -> Iterator[Finding]:
    if gateway.says.sensors and gateway.says.is_care != (_CARE in site.strands):
        what, whose = ("social care", "open") if gateway.says.is_care else ("no social care", "social care")
        wrong = f"this gateway is {what}, and the site {site.id} is {whose}"
        yield gateway.finding(("site",), wrong, "name a site of its own strand")
        return
    for at, sensor in enumerate(gateway.says.sensors):
        owners = {sensor.entry.strand, *sensor.entry.shown_to}
        if not owners & set(site.strands) and not sensor.entry.every_gateway:
            wrong = (
                f"{sensor.entry.one} is for {sensor.entry.strand}, and {site.id} is a site of {', '.join(site.strands)}"
            )
            instead = f"add {sensor.entry.strand} to the strands of the site, if that is meant"
            yield gateway.finding(("sensors", at, "kind"), wrong, instead, "warning")


def _weather(gateway: GatewayDraft, site: Site) -> Iterator[Finding]:
    if site.indoors:
        return
    for at, sensor in enumerate(gateway.says.sensors):
        if sensor.entry.indoors:
            wrong = f"{sensor.entry.one} is for indoors, and {site.id} is outdoors"
            instead = "use a part for outdoors, or write indoors = true at the site if it is under a roof"
            yield gateway.finding(("sensors", at, "kind"), wrong, instead, "warning")
