"""`config check`: clean on the example, and on each broken copy of it the right finding, and only that."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from firmware_config.checks.finding import Finding, Severity
from firmware_config.checks.run import check_path
from tests.firmware_config.example import ESSEX, TODAY, broken, copied

WEIR = "gateways/a127-rayleigh-weir.toml"


@dataclass(frozen=True)
class Case:
    """One place broken, and what must be said of it.

    Arguments:
        file, old, new: what is broken.
        key: where the finding is.
        wrong, instead: what it must hold.
        others: further keys that are found, since they hang on it.
        in_file: the file of the finding, where that is another.
    """

    name: str
    file: str
    new: str
    key: str
    wrong: str
    instead: str
    old: str = ""
    others: tuple[str, ...] = ()
    in_file: str = ""
    severity: Severity = "wrong"


CASES = {
    each["name"]: Case(**each) for each in tomllib.loads((Path(__file__).parent / "broken.toml").read_text())["cases"]
}


def _keys(findings: list[Finding]) -> list[str]:
    return [each.fault.key_path for each in findings]


def test_example_is_clean() -> None:
    draft, findings = check_path(ESSEX, TODAY)

    assert findings == []
    assert len(draft.gateways) >= 12
    assert len(draft.sites) >= 12


@pytest.mark.parametrize("name", CASES)
def test_broken_copy_says_what_is_wrong_where_and_what_instead(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    folder = broken(tmp_path, case.file, case.old, case.new)

    _, findings = check_path(folder, TODAY)

    where = str(folder / (case.in_file or case.file))
    fitting = [
        each
        for each in findings
        if (each.file, each.fault.key_path) == (where, case.key) and case.wrong in each.fault.wrong
    ]
    assert fitting, [f"{each.file}: {each.fault}" for each in findings]
    assert all(case.instead in each.fault.instead for each in fitting), fitting
    assert {each.severity for each in fitting} <= {case.severity}
    assert set(_keys(findings)) == {case.key, *case.others}


def test_everything_is_found_at_once(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    wanted = set()
    for case in (CASES[name] for name in ("24 V without an isolator", "5 V echo without a divider", "Southend")):
        path = folder / case.file
        text = path.read_text()
        path.write_text(text.replace(case.old, case.new, 1) if case.old else text + case.new)
        wanted.add(case.key)

    assert set(_keys(check_path(folder, TODAY)[1])) == wanted


def test_calibration_is_due_by_the_day_that_is_handed_in() -> None:
    assert check_path(ESSEX, date(2031, 3, 31))[1] == []
    assert {each.fault.at[-1] for each in check_path(ESSEX, date(2031, 4, 1))[1]} == {"calibration_due"}


def test_one_file_is_checked_with_the_sites_of_its_deployment(tmp_path: Path) -> None:
    folder = broken(tmp_path, WEIR, 'site = "a127-rayleigh-weir"', 'site = "nowhere"')

    draft, findings = check_path(folder / WEIR, TODAY)

    assert [gateway.says.gateway for gateway in draft.gateways] == ["a127-rayleigh-weir"]
    assert _keys(findings) == ["site"]


def test_file_that_takes_the_name_of_another_is_the_one_to_blame(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    twice = folder / "gateways" / "twice.toml"
    twice.write_text((folder / WEIR).read_text())

    for path in (folder, twice):
        (finding,) = check_path(path, TODAY)[1]
        assert (finding.file, finding.fault.instead) == (str(twice), 'write gateway = "twice", as this file is called')


def test_one_file_outside_a_deployment_needs_no_site(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('gateway = "g"\nboard = "4b"\n[[sensors]]\nid = "a"\npin = 4\n')

    assert check_path(path, TODAY)[1] == []
