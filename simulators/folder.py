"""Where a demo keeps what: the hub's folder, with the gateways' folders in it."""

from pathlib import Path


def key_file(data: Path, gateway: str) -> Path:
    """A gateway's own key; the hub knows a gateway by this file."""
    return data / "keys" / f"{gateway}.key"


def gateway_folder(data: Path, gateway: str) -> Path:
    """What one gateway keeps."""
    return data / "gateways" / gateway


def ledger_file(data: Path, gateway: str) -> Path:
    """The player's ledger of one gateway."""
    return gateway_folder(data, gateway) / "ledger.jsonl"
