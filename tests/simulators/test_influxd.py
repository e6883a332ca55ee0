"""The private influxd: set up once, with a token that only its owner can read."""

import urllib.request
from pathlib import Path

from simulators.influxd import answers, private_influxd, set_up
from simulators.processes import Processes
from simulators.programs import free_port
from tests.programs import need
from tests.waiting import wait_for


def test_private_influxd_takes_its_token(tmp_path: Path) -> None:
    program, access = private_influxd(need("influxd"), tmp_path / "influxd", free_port())
    processes = Processes(tmp_path, lambda _: None)
    try:
        processes.start(program)
        wait_for(lambda: answers(access), 30, "influxd is up")
        set_up(access)
        token = access.token_file.read_text().strip()
        assert access.token_file.stat().st_mode & 0o777 == 0o600
        set_up(access)
        assert access.token_file.read_text().strip() == token
        request = urllib.request.Request(
            f"{access.url}/api/v2/buckets?name={access.bucket}", headers={"Authorization": f"Token {token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert access.bucket.encode() in answer.read()
    finally:
        processes.stop()
