"""Cells whose options are scored by their likelihood too."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clue.backends.fake import FakeBackend
from clue.backends.huggingface.backend import TransformersBackend
from clue.common.names import path_inside
from clue.config.schema import PathsConf
from clue.evaluation.outcome import Outcome
from clue.store.likelihoods import LikelihoodStore
from clue.store.records_table import RecordsTable, read_table
from clue.store.stored_tables import stored_tables
from clue.study.declaration import CellKey
from clue.study.expected import Resolver
from clue.study.membership import membership
from clue.study.mismatch import mismatches
from clue.study.record_tables import RecordFilter, only_tables
from tests import tiny
from tests.clue.backends.openai.server import Habits, Server
from tests.clue.faulty import done, job_request, lines, run_beside, statuses
from tests.clue.study.conftest import declared

CHOICE = "scoring=choice"
ONE = ("mednli",)


def tables(mlruns: Path, task: str = "mednli") -> dict[bool, RecordsTable]:
    """Tables of a task by whether they have the metric."""
    read = [read_table(path) for path in mlruns.glob(f"cells/{task}/*/*/records-*.parquet")]
    return {"accuracy_choice" in table.signatures: table for table in read}


def values(mlruns: Path, task: str = "mednli") -> dict[Any, Any]:
    (path,) = mlruns.glob(f"cells/{task}/*/*/likelihoods.jsonl")
    return LikelihoodStore(path.parent).likelihoods()


def row(rows: dict[str, Outcome]) -> Outcome:
    (outcome,) = rows.values()
    return outcome


def test_closed_tasks_have_a_second_accuracy_and_the_score_stays(mlruns: Path, data: Path) -> None:
    rows = done(job_request(mlruns, data, CHOICE))
    assert statuses(rows) == {"mednli": "done", "longhealth1": "done"}
    for task, options in (("mednli", 3), ("longhealth1", 5)):
        (table,) = tables(mlruns, task).values()
        assert set(table.facts["score"]) == {"accuracy"}
        assert set(rows[task].metrics) == {"accuracy", "accuracy_choice"}
        for record in table.records:
            assert record.scores["accuracy_choice"] in (0.0, 1.0)
            assert 0 < record.measures["choice_mass"] < 1
            assert record.flags["choice_tied"] is False
        assert {len(likelihoods) for likelihoods in values(mlruns, task).values()} == {options}
    expected = {
        key[0].sample_id: max(options, key=lambda name: options[name].total)
        for key, options in values(mlruns).items()
    }
    (table,) = tables(mlruns).values()
    for record in table.records:
        right = float(expected[record.sample_id] == target(data, record.sample_id))
        assert record.scores["accuracy_choice"] == right


def target(data: Path, sample_id: str) -> str:
    rows = map(json.loads, (data / "mednli" / "mli_test_v1.jsonl").read_text().splitlines())
    return next(str(one["gold_label"]) for one in rows if one["pairID"] == sample_id)


def test_asked_for_later_only_the_likelihoods_are_computed(
    mlruns: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert row(done(job_request(mlruns, data, tasks=ONE))).status == "done"
    monkeypatch.setattr(FakeBackend, "generate", None)
    assert row(done(job_request(mlruns, data, CHOICE, tasks=ONE))).status == "done"
    assert len(list(mlruns.glob("cells/mednli/*/*"))) == 1  # the same fingerprint
    plain, choice = (tables(mlruns)[with_choice] for with_choice in (False, True))
    for record, other in zip(plain.records, choice.records, strict=True):
        assert record.completion == other.completion
        assert record.scores == {
            name: score for name, score in other.scores.items() if name != "accuracy_choice"
        }
    monkeypatch.setattr(FakeBackend, "loglikelihood", None)
    for words in ((), (CHOICE,)):
        assert row(done(job_request(mlruns, data, *words, tasks=ONE))).status == "skipped"


def test_an_interrupted_run_computes_the_rest(
    mlruns: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute, computed = FakeBackend.loglikelihood, []

    def faulty(self: FakeBackend, *arguments: Any) -> Iterator[Any]:
        for number, scored in enumerate(compute(self, *arguments)):
            if number == 2 and not computed:
                raise RuntimeError("broken")
            yield scored

    monkeypatch.setattr(FakeBackend, "loglikelihood", faulty)
    assert row(done(job_request(mlruns, data, CHOICE, tasks=ONE))).status == "failed"
    assert len(values(mlruns)) == 2
    assert not tables(mlruns)

    def counting(self: FakeBackend, *arguments: Any) -> Iterator[Any]:
        for index, scored in compute(self, *arguments):
            computed.append(index)
            yield index, scored

    monkeypatch.setattr(FakeBackend, "loglikelihood", counting)
    before = lines(mlruns, "mednli")
    assert row(done(job_request(mlruns, data, CHOICE, tasks=ONE))).status == "done"
    assert lines(mlruns, "mednli") == before == len(values(mlruns))
    assert len(computed) == before - 2


KILLED = """
import os, signal, sys
from pathlib import Path
from clue.backends.fake import FakeBackend
from clue.store.checked_lines import CheckedLines
from tests.clue.faulty import done, job_request
append = CheckedLines.append
def faulty(self, entry):
    if self.path.name == "likelihoods.jsonl" and self.path.exists():
        with self.path.open("ab") as file:
            file.write(b'{"half of a line')
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
    append(self, entry)
CheckedLines.append = faulty
done(job_request(Path(sys.argv[1]), Path(sys.argv[2]), "scoring=choice", tasks=("mednli",)))
"""


def test_a_killed_run_resumes_and_gives_what_an_undisturbed_run_gives(
    mlruns: Path, data: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KILLED, str(mlruns), str(data)]
    assert subprocess.run(command, timeout=240, capture_output=True).returncode == -9
    assert len(values(mlruns)) == 1
    assert row(done(job_request(mlruns, data, CHOICE, tasks=ONE))).status == "done"
    resumed = values(mlruns)
    done(job_request(tmp_path / "other", data, CHOICE, tasks=ONE))
    assert resumed == values(tmp_path / "other")
    (table,), (other,) = (tables(store).values() for store in (mlruns, tmp_path / "other"))
    assert [record.scores for record in table.records] == [
        record.scores for record in other.records
    ]


def test_force_computes_again(mlruns: Path, data: Path) -> None:
    done(job_request(mlruns, data, CHOICE, tasks=ONE))
    before = values(mlruns)
    done(job_request(mlruns, data, CHOICE, "force=true", tasks=ONE))
    assert values(mlruns) == before
    assert len(list(mlruns.glob("cells/mednli/*/*/likelihoods.*.jsonl"))) == 1


def test_open_tasks_are_named_once_and_scored_as_before(
    mlruns: Path, data: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        rows = done(job_request(mlruns, data, CHOICE, tasks=("mednli", "medisumcode")))
    assert statuses(rows) == {"mednli": "done", "medisumcode": "done"}
    assert caplog.text.count("scoring.choice: medisumcode: open answers") == 1
    assert not list(mlruns.glob("cells/medisumcode/*/*/likelihoods*"))


def test_a_baseline_goes_on_without_probabilities(mlruns: Path, data: Path) -> None:
    baseline = ("model=baseline_majority", CHOICE)
    outcome = row(done(job_request(mlruns, data, *baseline, tasks=ONE)))
    assert outcome.status == "done"
    assert outcome.note == "not scored by likelihood: a rule has no probabilities"
    assert list(tables(mlruns)) == [False]


def test_a_replay_uses_stored_values_and_computes_none(mlruns: Path, data: Path) -> None:
    done(job_request(mlruns, data, tasks=ONE))
    replay = ("backend=replay", CHOICE, "force=true")
    outcome = row(done(job_request(mlruns, data, *replay, tasks=ONE)))
    assert outcome.status == "done"
    assert "6 of 6 prompts have no stored log-probabilities" in outcome.note
    assert list(tables(mlruns)) == [False]
    done(job_request(mlruns, data, CHOICE, "generate_only=true", tasks=ONE))
    assert list(tables(mlruns)) == [False]
    outcome = row(done(job_request(mlruns, data, *replay, tasks=ONE)))
    assert (outcome.status, outcome.note) == ("done", "")
    assert sorted(tables(mlruns)) == [False, True]


@pytest.mark.parametrize("habits", [Habits(takes=("chat",)), Habits(echo=False)])
def test_a_server_without_log_probabilities_is_refused_before_the_first_answer(
    habits: Habits, mlruns: Path, data: Path, tmp_path: Path
) -> None:
    models = tmp_path / "models"
    folder = tiny.llama(models / "epfl-llm" / "meditron-7b", template=tiny.CHATML)
    with Server(folder, habits).running() as server:
        words = ("model=meditron7b", "backend=openai", f"backend.url={server.url}", CHOICE)
        places = (f"paths.models={models}", "backend.model=tiny", "prompt=zero_shot")
        request = job_request(mlruns, data, *words, *places, tasks=("mednli", "meqsum"))
        rows = run_beside(request, 1)
        asked = [body for body in server.requests if "swollen" in str(body)]
    assert rows["mednli"].status == "failed"
    note = rows["mednli"].note
    assert note.startswith("scoring.choice=true: backend=openai: http://127.0.0.1:")
    assert note.endswith("or set scoring.choice=false")
    assert "\n" not in note
    assert not asked
    assert lines(mlruns, "mednli") == 0


def test_options_that_cannot_be_compared_are_left_out_with_the_reason(
    mlruns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tiny.triage(tmp_path)
    path = path_inside(own, "task", "triage.yaml")
    path.write_text(path.read_text().replace("[urgent, routine]", "[urgent, routine, urgently]"))
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(own))
    outcome = row(done(job_request(mlruns, tmp_path, CHOICE, tasks=("triage",))))
    assert outcome.status == "done"
    assert "the option urgently begins with the option urgent" in outcome.note
    assert list(tables(mlruns, "triage")) == [False]


def test_the_metric_belongs_to_no_task_file(mlruns: Path, data: Path) -> None:
    words = ("tasks.mednli.metrics=[accuracy,accuracy_choice]",)
    outcome = row(done(job_request(mlruns, data, *words, tasks=ONE)))
    assert outcome.status == "failed"
    assert "leave it out, and set scoring.choice=true" in outcome.note


def test_a_model_scores_its_options_through_the_command(
    mlruns: Path, data: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("model=meditron7b", "model.dtype=float32", "backend=transformers", CHOICE)
    short = (f"paths.models={models}", "prompt=zero_shot", "tasks.mednli.max_new_tokens=4")
    request = job_request(mlruns, data, *words, *short, tasks=ONE)
    assert row(done(request)).status == "done"
    (table,) = tables(mlruns).values()
    stored = values(mlruns)
    monkeypatch.setattr(TransformersBackend, "loglikelihood", None)
    assert row(done(request)).status == "skipped"
    assert all(0 < record.measures["choice_mass"] < 1 for record in table.records)
    for likelihoods in stored.values():
        assert list(likelihoods) == ["entailment", "neutral", "contradiction"]
        assert all(scored.ids for scored in likelihoods.values())


def test_a_study_counts_a_cell_with_and_without_likelihoods(mlruns: Path, data: Path) -> None:
    zero_shot = ("model=meditron7b", "prompt=paper")
    study = ("models=meditron7b", "tasks=mednli", "backends=fake")
    plain, with_choice = declared(*study), declared(*study, "scoring=choice")
    key = CellKey("paper", "meditron7b", "mednli")
    paths = PathsConf(str(data), "models", str(mlruns))

    def kinds(study: Any) -> list[str]:
        expected = Resolver(study, paths).cell(key)
        found = [mismatches(table, expected) for table in stored_tables(mlruns)]
        return sorted(one.kind for differences in found for one in differences)

    done(job_request(mlruns, data, *zero_shot, tasks=ONE))
    assert (kinds(plain), kinds(with_choice)) == ([], ["likelihood"])
    done(job_request(mlruns, data, *zero_shot, CHOICE, tasks=ONE))
    assert (kinds(plain), kinds(with_choice)) == ([], ["likelihood"])
    for study_of in (plain, with_choice):
        members = membership(study_of, stored_tables(mlruns), Resolver(study_of, paths).cell)
        assert not members.ambiguous
        assert "accuracy_choice" in members.counted[key].signatures
    (only,) = only_tables(mlruns, RecordFilter())
    assert "accuracy_choice" in only.table.signatures
