"""A spool that the first version of the format wrote is read by this one, and goes on."""

import json
import shutil
from pathlib import Path

from gateway.spool import BootNote, RealDisk
from tests.gateway.spool.world import open_spool, reading

KEPT = Path(__file__).parent.parent.parent / "data" / "spool-1"


def test_spool_of_version_1_is_read_whole_and_goes_on(tmp_path: Path) -> None:
    expected = json.loads((KEPT / "expected.json").read_text())
    shutil.copytree(KEPT, tmp_path / "spool")
    spool = open_spool(RealDisk(tmp_path / "spool"), boot=1)
    found = [(item.sequence, item.boot, item.entry) for item in spool.scan() if not isinstance(item.entry, BootNote)]
    told = [
        [sequence, boot, repr(entry).replace(", boot=None", "").replace(", channel=0", "")]
        for sequence, boot, entry in found
    ]
    assert told == [[sequence, boot, text.replace(", boot=None", "")] for sequence, boot, text in expected["entries"]]
    assert (spool.next, [list(item) for item in spool.received]) == (expected["next"], expected["received"])
    assert [list(item) for item in spool.sealed] == expected["sealed"]
    assert "never accepted" in spool.findings[0]
    assert spool.append([reading(10**12)]) == expected["next"]
    spool.close()
