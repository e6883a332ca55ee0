"""Where a demo keeps what: the hub's folder, with the gateways' folders in it."""

from pathlib import Path


def key_file(data: Path, gateway: str) -> Path:
    """A gateway's own key; the hub knows a gateway by this file."""
    return data / "keys" / f"{gateway}.key"


def gateway_folder(data: Path, gateway: str) -> Path:
    """What one gateway keeps."""
    return data / "gateways" / gateway


def care_folder(data: Path) -> Path:
    """The folder of social care's hub, which shares nothing with the other."""
    return data / "social-care"


def county_folder(data: Path) -> Path:
    """What the simulated county keeps: its order, its gateways, how far it is."""
    return data / "county"


def ledger_file(data: Path, gateway: str) -> Path:
    """The player's ledger of one gateway."""
    return gateway_folder(data, gateway) / "ledger.jsonl"
