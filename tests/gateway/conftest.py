"""What tests of the sending side share."""

from pathlib import Path

import pytest

from tests.gateway.uplink_rig import Rig


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path / "spool")
