"""Mutations fit the present source, and whoever does not notice one is told of."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.delivery.mutations.__main__ import MUTATIONS, TIERS, try_out
from tests.delivery.mutations.mutation import Edit, Mutation, Simulated, UnitTests
from tests.delivery.mutations.product import MutationStale, Product
from tests.delivery.mutations.tiers import Tiers

ROOT = Path(__file__).parent.parent.parent
ALL = tuple(TIERS.values())
TOPICS = "sensorhub/topics.py"
BROKEN = Mutation(
    "other roots",
    "nobody hears anybody",
    (Edit(TOPICS, 'OPEN_ROOT = "essex/v1"', 'OPEN_ROOT = "essex/v2"'),),
    (UnitTests(("tests/sensorhub/test_topics.py",)),),
)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A copy to be mutated."""
    return Product(tmp_path_factory.mktemp("mutations") / "mutated")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_mutation_fits_the_source(product: Product, mutation: Mutation) -> None:
    product.check(mutation)

    with product.mutated(mutation):
        for edit in mutation.edits:
            source = (product.root / edit.file).read_text()
            compile(source, edit.file, "exec")
            assert edit.new in source
    product.check(mutation)


def test_mutations_have_names_of_their_own() -> None:
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS)


def test_mutation_whose_text_is_gone_is_stale(product: Product) -> None:
    stale = Mutation("old", "", (Edit(TOPICS, "no such line", ""),), (Simulated(),))

    with pytest.raises(MutationStale, match="stands 0 times"):
        product.check(stale)


def test_mutation_that_breaks_nothing_is_not_noticed(product: Product, tmp_path: Path) -> None:
    tiers = Tiers(product, Product(tmp_path / "clean"))
    harmless = Mutation("none", "nothing", (), (Simulated(seeds=1), UnitTests(("tests/sensorhub/test_names.py",))))

    row = try_out(harmless, product, tiers, ALL)

    assert (row.verdict.caught, row.excused, tiers.wrong) == (False, False, [])


def test_mutation_is_noticed_only_by_what_the_product_does_not_fail_anyway(product: Product, tmp_path: Path) -> None:
    clean = Product(tmp_path / "clean")

    assert try_out(BROKEN, product, Tiers(product, clean), ALL).verdict.caught

    with clean.mutated(BROKEN):
        tiers = Tiers(product, clean)
        assert not try_out(BROKEN, product, tiers, ALL).verdict.caught
        assert "Without any mutation this fails as well" in tiers.wrong[0]


def test_command_tells_who_noticed(tmp_path: Path) -> None:
    output = tmp_path / "mutations.json"
    command = ["-m", "tests.delivery.mutations", "--only", "PUBACK", "--output", str(output)]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )

    outcome = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == 0, done.stdout + done.stderr
    assert outcome == json.loads(output.read_text())
    assert (outcome["mutations"], outcome["caught"]) == (1, 1)
    assert outcome["table"][0]["tier"] == "T1"
    assert outcome["table"][0]["where"].startswith("seed ")
