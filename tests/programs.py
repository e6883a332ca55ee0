"""Programs that some tests need: found, or the test is skipped with the reason."""

import os

import pytest

from simulators.programs import find_program


def need(name: str) -> str:
    """Return the path of a program; without it the test is skipped, or fails where CI is set."""
    path = find_program(name)
    if path is None:
        reason = f"{name} is not installed"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}, and with CI set every test must run: install it or put it on the PATH.")
        pytest.skip(reason)
    return path
