"""A deployment that is to be simulated: read as gateways read it, which finds less than `config check`."""

from pathlib import Path

from firmware_config.deployment import Deployment, load_deployment
from sensorhub.errors import AskedWrong, ConfigInvalid


def deployment_to_run(folder: Path) -> Deployment:
    """Read the deployment in `folder`.

    Raises:
        AskedWrong: there is none, or a file of it is unusable: with what was found, and the command that finds more.
    """
    try:
        return load_deployment(folder)
    except ConfigInvalid as invalid:
        raise AskedWrong(f"{invalid}\nRun: sensorhub config check {folder}, which finds all that is wrong.") from None
