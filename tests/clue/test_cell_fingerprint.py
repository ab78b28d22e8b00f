"""Identity of a cell: changes that regenerate it, that score it again, and that do neither."""

from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from clue.backends import Setup, create_backend
from clue.backends.fake import FakeBackend
from clue.cell import Cell, build
from clue.config.schema import Config
from clue.data.registry import DEMO
from clue.errors import ConfigError
from clue.tracking import provenance, tags
from tests import tiny
from tests.clue.faulty import job_request


def cell(data: Path, *overrides: str, task: str = "mednli") -> Cell:
    """As a job would build it."""
    composed = job_request(data / "mlruns", data, *overrides, tasks=(task,)).composed
    config = OmegaConf.to_object(composed)
    assert isinstance(config, Config)
    setup = Setup(config.model, config.backend, data, data)
    return build(config, task, create_backend(setup))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tiny.study(tmp_path / "data")


@pytest.mark.parametrize(
    ("task", "fingerprint", "identity", "prompt"),
    [
        ("mednli", "46052cc2f945dbff", "5f0a5b3cd3b1750a", "76e4fb134cb29bed"),
        ("longhealth1", "bc1c09d1825bd8d0", "1420733b5f970995", "aa043764e36ec606"),
    ],
)
def test_digests_are_those_of_the_time_before_wordings_and_draws(
    data: Path, task: str, fingerprint: str, identity: str, prompt: str
) -> None:
    """Stored answers stay valid: fingerprints and prompts are those of format 1.

    The identity rises with the versions of the readers, and the fingerprint does not: answers are
    read again, never generated.
    """
    digested = cell(data, task=task)
    assert digested.fingerprint[:16] == fingerprint
    assert digested.id[:16] == identity
    assert digested.prompts[1].sha256[:16] == prompt


def test_another_wording_or_draw_is_another_cell_of_the_same_generation(data: Path) -> None:
    first = cell(data)
    others = {
        replace(first, prompts=(replace(first.prompts[0], **field), *first.prompts[1:])).id
        for field in ({}, {"wording": 1}, {"draw": 1}, {"wording": 1, "draw": 1})
    }
    assert first.id in others
    assert len(others) == 4


@pytest.mark.parametrize(
    "setting",
    [
        *("model.revision=another", "model.dtype=float16", "model.quantization=int4"),
        *("model.repo=another/model", "model.adapter=some/adapter"),
        *("tasks.mednli.system=Another.", 'tasks.mednli.user="Is it {hypothesis}"'),
        *("tasks.mednli.max_new_tokens=3", "prompt=zero_shot", "prompt.seed=2"),
    ],
)
def test_another_model_wording_or_prompt_is_generated(data: Path, setting: str) -> None:
    assert cell(data, setting).fingerprint != cell(data).fingerprint


GOLDEN = {
    "mednli": "8a7cbe879596b47ca7b6398dffc064c2982ba86c6b0f9b0dc27811c261d3cef8",
    "longhealth2": "06655d44fa2cd66d6f961dca458e7e6b7fcb65ebeec22e07e575b14f20b17011",
    "triage": "1de64dfc7503422b096dd5d72e7394d59ef6f0691af3034168ed2f71d6c72138",
}
"""Fingerprints of tasks of the project and of a table: stored completions are found by them."""


@pytest.fixture
def triage(data: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder, with a table and its task file."""
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(tiny.triage(data)))
    return data


@pytest.mark.parametrize("task", GOLDEN)
def test_the_fingerprint_of_a_task_stays_what_it_is(triage: Path, task: str) -> None:
    """Fixed wording, data, model and backend; another digest would generate everything again."""
    wording = [f"tasks.{task}.{part}=x" for part in ("system", "user", "assistant")]
    assert cell(triage, *wording, task=task).fingerprint == GOLDEN[task]


@pytest.mark.parametrize(
    "setting",
    [
        *("tasks.triage.labels=[routine,urgent]", "tasks.triage.columns.cluster=null"),
        *("tasks.triage.columns.id=null", "tasks.triage.user='{note} {patient}'"),
    ],
)
def test_other_columns_or_labels_of_a_table_are_generated(triage: Path, setting: str) -> None:
    before = cell(triage, task="triage").fingerprint
    assert cell(triage, setting, task="triage").fingerprint != before


def test_a_metric_on_the_authors_rule_is_refused_where_there_is_none(triage: Path) -> None:
    more = ("tasks.triage.metrics=[accuracy,accuracy_upstream]",)
    with pytest.raises(ConfigError, match=r"tasks.triage.metrics: accuracy_upstream reads answers"):
        cell(triage, *more, task="triage")
    assert cell(triage, *more, "generate_only=true", task="triage")


def test_facts_of_a_table_name_its_own_data_set_and_access(triage: Path) -> None:
    facts = tags.facts(cell(triage, task="triage"))
    assert (facts["dataset"], facts["access"], facts["level"]) == ("triage", "credentialed", None)
    demo = tags.facts(cell(triage, "paths.data=demo", task="triage"))
    assert (demo["demo"], demo["access"]) == (False, "credentialed")
    assert tags.facts(cell(DEMO, task="mednli"))["demo"]


def test_facts_name_the_facets_of_every_prompt_of_a_population() -> None:
    facts = tags.facts(cell(DEMO, "paths.data=demo", "prompt=spread"))
    of_cell = facts["population"]
    assert len(of_cell) == facts["generation"]["protocol"]["population"]["prompts"] == 24
    assert {one["kind"] for one in of_cell} >= {"terse", "clinician"}
    assert all(one["wording"].startswith(one["kind"]) for one in of_cell)
    assert all(one["origin"] and one["by"] and one["place"] for one in of_cell)
    assert "population" not in tags.facts(cell(DEMO, "paths.data=demo"))


def test_two_checkpoints_without_files_are_a_pair(data: Path) -> None:
    tuned = cell(data, "model=hf", "model.repo=org/tuned", "model.base_repo=org/base")
    base = cell(data, "model=hf", "model.repo=org/base")
    facts, facts_of_base = tags.facts(tuned), tags.facts(base)
    assert facts["base"] == facts_of_base["model"] == "org--base"
    assert facts["family"] == facts_of_base["family"]
    assert tags.of_job(tuned.config, [tuned])["clue.base"] == "org--base"
    without = cell(data, "model=hf", "model.repo=org/tuned")
    assert tuned.fingerprint == without.fingerprint


def test_a_data_file_that_changed_by_one_byte_is_generated(data: Path) -> None:
    before = cell(data).fingerprint
    path = data / "mednli" / "mli_test_v1.jsonl"
    content = path.read_bytes()
    path.write_bytes(content + b"\n")
    assert cell(data).fingerprint != before
    path.write_bytes(content)
    assert cell(data).fingerprint == before


def test_other_weights_or_another_server_are_generated(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cell(data).fingerprint
    monkeypatch.setattr(FakeBackend, "identity", lambda _: {"name": "fake", "version": "2"})
    assert cell(data).fingerprint != before


@pytest.mark.parametrize(
    ("task", "setting"),
    [
        ("meqsum", "scoring.rouge_stemmer=true"),
        ("meqsum", "tasks.meqsum.score=[rouge1]"),
        ("mednli", "limit=4"),
    ],
)
def test_another_metric_or_limit_is_only_scored(data: Path, task: str, setting: str) -> None:
    before, after = cell(data, task=task), cell(data, setting, task=task)
    assert after.fingerprint == before.fingerprint
    assert after.id != before.id


def test_another_version_of_a_reader_is_only_scored(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cell(data)
    old = before.id
    monkeypatch.setattr("clue.metrics.failures.VERSION", 2)
    after = cell(data)
    assert after.fingerprint == before.fingerprint
    assert after.id != old


@pytest.mark.parametrize(
    "setting",
    [
        *("backend.batch_size=2", "backend.batch_tokens=99", "backend.device=cpu"),
        *("backend.repeat_alone=5", "model.parameters=1", "tracking.experiment=another"),
    ],
)
def test_how_it_is_computed_changes_nothing(data: Path, setting: str) -> None:
    assert cell(data, setting).id == cell(data).id


def test_versions_and_commits_are_noted_and_change_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = cell(data).id
    true_version = metadata.version
    monkeypatch.setattr(provenance, "version", lambda name: f"9.9 after {true_version(name)}")
    monkeypatch.setattr(provenance, "_git", lambda *_: "another")
    assert cell(data).id == before
    assert provenance.versions()["clue.version.torch"].startswith("9.9")
    assert provenance.code()["clue.git_commit"] == "another"
