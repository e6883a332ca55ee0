"""Where the gateways of a deployment stand in a world."""

from collections.abc import Callable
from functools import cache

from firmware_config.deployment import Deployment
from firmware_config.site import Site
from simulators.world.county import World
from simulators.world.place import Place
from simulators.world.site import SitePlace


def site_place(site: Site) -> SitePlace:
    """Where gateways stand, as the world needs it."""
    return SitePlace(site.id, site.latitude, site.longitude, site.road, site.direction)


def places(deployment: Deployment, world: World) -> Callable[[str, str], Place]:
    """What the world is like at a sensor, by the ids of gateway and sensor; always the same place."""

    @cache
    def place(gateway: str, sensor: str) -> Place:
        site = deployment.site_of(deployment.gateways[gateway])
        return world.place(site_place(site), f"{gateway}/{sensor}")

    return place


def indoors(deployment: Deployment) -> frozenset[str]:
    """The gateways on which no rain falls."""
    return frozenset(name for name, config in deployment.gateways.items() if deployment.site_of(config).indoors)


def rains(place: Place, time_us: int) -> bool:
    """Whether it rains at a place now (microseconds since 1970 UTC)."""
    return place.weather(time_us).rain_rate > 0
