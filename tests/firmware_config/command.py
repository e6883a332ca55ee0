"""Runs `sensorhub config` in this process."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from sensorhub.cli import app


def run(*arguments: object, asked: str = "") -> Result:
    """Run it.

    Arguments:
        asked: what is typed.
    """
    return CliRunner().invoke(app, ["config", *map(str, arguments)], input=asked)


def json_of(*arguments: object, code: int = 0) -> Any:
    """What it tells a script, where it ends as it should."""
    result = run(*arguments, "--json")
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)
