"""The worked example of a deployment, where this software was installed from a wheel or runs in its repository."""

from pathlib import Path

_NAME = "essex"
_PACKAGE = Path(__file__).parent.parent


def shipped_deployment() -> Path:
    """The folder of the deployment that comes with the product."""
    installed = _PACKAGE / "deployments" / _NAME
    return installed if installed.is_dir() else _PACKAGE.parent / "deployments" / _NAME
