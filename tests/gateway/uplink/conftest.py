"""What tests of the sending side share."""

import pytest

from tests.gateway.uplink.uplink_rig import Rig


@pytest.fixture
def rig() -> Rig:
    return Rig()
