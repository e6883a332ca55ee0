"""The developer's page says what a scenario may hold as the models do."""

from pathlib import Path

from simulators.faults.kinds import FAULT_KINDS
from simulators.faults.plan import CONTACT_FAULTS, GATEWAY_FAULTS, PART_FAULTS, FaultPlan
from simulators.faults.reference import PAGE, main, scenario_keys, with_keys
from simulators.faults.scenario import Scenario

ROOT = Path(__file__).parent.parent.parent.parent


def test_keys_of_scenarios_are_not_stale() -> None:
    page = (ROOT / PAGE).read_text()
    assert page == with_keys(page), f"{PAGE} is stale: run python -m simulators.faults.reference"


def test_every_key_and_fault_of_a_scenario_is_described() -> None:
    told = scenario_keys()
    for name in (*Scenario.model_fields, *FaultPlan.model_fields, *FAULT_KINDS):
        assert f"\n| `{name}` | " in told
    assert {*FAULT_KINDS} == {*CONTACT_FAULTS, *PART_FAULTS, *GATEWAY_FAULTS}


def test_page_is_written_where_it_has_changed_only(tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.parent.mkdir()
    page.write_text((ROOT / PAGE).read_text().replace("| `share` |", "| `part` |"))
    main(tmp_path)
    assert page.read_text() == (ROOT / PAGE).read_text()
    before = page.stat().st_mtime_ns
    main(tmp_path)
    assert page.stat().st_mtime_ns == before
