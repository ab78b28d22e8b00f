"""Cells whose items are asked with prompts of a population."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from clue.config.schema import PathsConf
from clue.store.records_table import RecordsTable, read_table
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey
from clue.study.expected import Resolver
from clue.study.mismatch import mismatches
from tests.clue.faulty import done, job_request, lines, statuses
from tests.clue.study.conftest import declared

SMALL = ("prompt.population=6", "prompt.shot_draws=1")
"""Suits the few samples of the tests' data: nine, of which three are worked examples."""
TASK = ("mednli",)


def records(mlruns: Path) -> dict[str, RecordsTable]:
    """Tables by prompt setting."""
    tables = map(read_table, mlruns.glob("cells/mednli/*/*/records-*.parquet"))
    return {str(table.facts["prompt"]): table for table in tables}


def ask(mlruns: Path, data: Path, prompt: str, *settings: str) -> None:
    request = job_request(mlruns, data, f"prompt={prompt}", *SMALL, *settings, tasks=TASK)
    assert statuses(done(request)) == {"mednli": "done"}


def test_each_item_has_its_prompts_and_more_of_them_generate_only_what_lacks(
    mlruns: Path, data: Path
) -> None:
    counts = []
    for prompt in ("spread", "spread2", "crossed"):
        ask(mlruns, data, prompt)
        counts.append(lines(mlruns, "mednli"))
    assert counts == [6, 12, 36]
    tables = records(mlruns)
    assert {name: len(table.records) for name, table in tables.items()} == {
        "spread": 6,
        "spread2": 12,
        "crossed": 36,
    }
    crossed = {record.key: record.prompt_sha256 for record in tables["crossed"].records}
    for record in tables["spread"].records:
        assert crossed[record.key] == record.prompt_sha256
    facets = tables["crossed"].facts["population"]
    assert len(facets) == 6
    assert set(facets[0]) >= {"wording", "place", "shot_draw"}


def test_a_limit_counts_items(mlruns: Path, data: Path) -> None:
    ask(mlruns, data, "spread2", "limit=2")
    table = records(mlruns)["spread2"]
    assert len({record.sample_id for record in table.records}) == 2
    assert len(table.records) == 4 == table.facts["limit"]


def test_both_models_of_a_pair_get_the_same_prompts(mlruns: Path, data: Path) -> None:
    digests = []
    for model in ("smollm2_135m", "smollm2_135m_hpo"):
        ask(mlruns, data, "spread", f"model={model}")
    for path in mlruns.glob("cells/mednli/*/*/records-*.parquet"):
        digests.append({one.key: one.prompt_sha256 for one in read_table(path).records})
    assert len(digests) == 2
    assert digests[0] == digests[1]


@pytest.mark.parametrize("other", ["prompt.population=5", "prompt.population_seed=2"])
def test_a_cell_of_another_population_is_not_the_declared_one(
    mlruns: Path, data: Path, other: str
) -> None:
    for settings in ((), (other,)):
        ask(mlruns, data, "spread", *settings)
    study = declared(
        "models=smollm2_135m:meditron7b", "tasks=mednli", "backends=fake", "prompts=spread"
    )
    fixed = {name: int(value) for name, _, value in (one.partition("=") for one in SMALL)}
    study = replace(study, conf=replace(study.conf, settings=fixed))
    resolver = Resolver(study, PathsConf(data=str(data), mlruns=str(mlruns)))
    expected = resolver.cell(CellKey("spread", "smollm2_135m", "mednli"))
    found = [mismatches(table, expected) for table in stored_tables(mlruns)]
    assert sorted(map(len, found)) == [0, 2]  # the setting, and the digest
    texts = " ".join(one.text for differences in found for one in differences)
    assert "population" in texts


def test_the_list_of_cells_tells_populations_apart(mlruns: Path, data: Path) -> None:
    for settings in ((), ("prompt.population_seed=2",)):
        ask(mlruns, data, "spread", *settings)
    words = ["store", "list", "--mlruns", str(mlruns), "--data", str(data), "--json"]
    run = subprocess.run([sys.executable, "-m", "clue", *words], capture_output=True, check=True)
    assert len({cell["wording"] for cell in json.loads(run.stdout)}) == 2
