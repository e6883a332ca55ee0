"""A deployment: all sites and gateways of a folder, ready to be used."""

from dataclasses import dataclass
from pathlib import Path

from firmware_config.clashes import clashes
from firmware_config.draft import read_draft
from firmware_config.gateway import GatewayConfig
from firmware_config.site import Site
from sensorhub.errors import ConfigInvalid


@dataclass(frozen=True)
class Deployment:
    """What its files describe.

    Arguments:
        folder: where they are.
        name: for titles; empty where it has none.
        area: the area its sites lie in.
        sites: by id.
        gateways: by name, in alphabetical order.
    """

    folder: Path
    name: str
    area: str
    sites: dict[str, Site]
    gateways: dict[str, GatewayConfig]

    def site_of(self, gateway: GatewayConfig) -> Site:
        """The site at which a gateway of it stands."""
        return self.sites[gateway.site]


def load_deployment(folder: Path) -> Deployment:
    """Read the deployment in `folder`; what only `check` finds wrong does not keep it from being used.

    Raises:
        DeploymentMissing: there is none.
        ConfigInvalid: with every fault that makes a file of it unusable.
    """
    draft = read_draft(folder)
    findings = [f"{finding.file}: {finding.fault}" for finding in draft.findings]
    gateways: dict[str, GatewayConfig] = {}
    for each in draft.gateways:
        name = each.says.gateway
        findings += [f"{each.file}: {fault}" for fault in clashes(each.says.sensors)]
        if draft.site_ids is not None and each.says.site not in draft.site_ids:
            findings.append(f"{each.file}: site: the site {each.says.site!r} is not in sites.toml; name one of them")
        if name in gateways:
            findings.append(f"{each.file}: gateway: two gateways are called {name}; give each its own name")
        gateways[name] = GatewayConfig.model_construct(**dict(each.says))
    if findings:
        raise ConfigInvalid(str(folder), findings)
    by_name = dict(sorted(gateways.items()))
    return Deployment(folder, draft.says.name, draft.says.area, draft.site_of, by_name)
