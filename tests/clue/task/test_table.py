"""A table of one's own as a task: samples, answers, places of the file, protocol, access."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clue
from clue.backends.baseline import RULES, RuleInput
from clue.cli.models.context_needs import context_needs
from clue.common.file_cache import checksum
from clue.config.schema import PromptConf, TaskConf
from clue.config.table_schema import ColumnsConf
from clue.data.registry import DEMO
from clue.errors import ConfigError, DataError, DataMissing
from clue.records import sha256
from clue.task import task_files
from clue.task.levels import datasets_of_tasks
from clue.task.protocol import protocol as protocol_of
from clue.task.table import locate, of_answer
from clue.task.task import Task
from tests import tiny

CHOICE = TaskConf(
    "triage",
    reader="table",
    file="triage.csv",
    columns=ColumnsConf(id="note_id", target="urgency", cluster="patient"),
    answer="choice",
    labels=["urgent", "routine"],
    system="You sort notes.",
    user="Note: {note}",
    max_new_tokens=20,
)
TEXT = replace(CHOICE, answer="text", labels=[], metrics=[], score=[])
CODES = replace(TEXT, answer="codes", metrics=[], score=[])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a table."""
    tiny.triage(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def task(conf: TaskConf, data: Path = Path("/nowhere"), **prompting: object) -> Task:
    return Task(conf, data, PromptConf(**prompting))  # type: ignore[arg-type]


def test_rows_become_samples_with_id_fields_target_and_cluster(folder: Path) -> None:
    samples = of_answer(CHOICE).read(folder / "triage.csv")
    assert [sample.id for sample in samples] == [f"n{i}" for i in range(6)]
    assert [sample.cluster for sample in samples] == ["p0", "p0", "p1", "p1", "p2", "p2"]
    assert samples[1].fields == {"note": "Knee 1 hurts, badly."}
    assert samples[1].target == "routine"


def test_without_id_and_cluster_the_number_of_the_row_is_both(folder: Path) -> None:
    conf = replace(CHOICE, columns=ColumnsConf(target="urgency"))
    samples = of_answer(conf).read(folder / "triage.csv")
    assert [(sample.id, sample.cluster) for sample in samples[:2]] == [("2", "2"), ("3", "3")]


def test_a_field_may_have_another_name_than_its_column(folder: Path) -> None:
    columns = replace(CHOICE.columns, fields={"text": "note"})
    conf = replace(
        CHOICE, columns=columns, user="{text} {patient}", assistant="{note_id}: {target}"
    )
    (first, *_) = of_answer(conf).read(folder / "triage.csv")
    assert first.fields == {"text": "Knee 0 hurts, badly.", "patient": "p0", "note_id": "n0"}
    prompt = task(conf).prompt(first, (first,))
    assert [message.content for message in prompt.messages] == [
        "You sort notes.",
        "Knee 0 hurts, badly. p0",
        "n0: urgent",
        "Knee 0 hurts, badly. p0",
    ]


@pytest.mark.parametrize(
    ("conf", "row", "message"),
    [
        (CHOICE, "n0,p9,again,urgent", r"row 8: the id in column note_id is in row 2 too"),
        (CHOICE, "n9,p9,sailor,Urgent", r"row 8, column urgency is none of the labels urgent, rou"),
        (CHOICE, "n9,p9,,urgent", r"row 8, column note is empty"),
        (CHOICE, "n9,,sailor,urgent", r"row 8, column patient is empty"),
        (CODES, "n9,p9,sailor,I10; sailor", r"row \d, column urgency: entry \d is no ICD-10-CM"),
    ],
)
def test_a_row_that_does_not_fit_is_named_and_not_quoted(
    folder: Path, conf: TaskConf, row: str, message: str
) -> None:
    path = folder / "triage.csv"
    path.write_text(f"{path.read_text()}{row}\n")
    with pytest.raises(DataError, match=message) as caught:
        of_answer(conf).read(path)
    assert "sailor" not in str(caught.value)
    assert "n0" not in str(caught.value)


def test_a_table_without_rows_is_refused(folder: Path) -> None:
    (folder / "triage.csv").write_text("note_id,patient,note,urgency\n")
    with pytest.raises(DataError, match=r"triage.csv has no rows"):
        of_answer(CHOICE).read(folder / "triage.csv")


def test_codes_are_dotted_and_distinct(folder: Path) -> None:
    path = tiny.table(folder / "codes.csv", [{"note": "a", "codes": "e119; I10,m25.562"}])
    conf = replace(CODES, columns=ColumnsConf(target="codes"))
    (sample,) = of_answer(conf).read(path)
    assert sample.target == "E11.9, I10, M25.562"
    tiny.table(path, [{"note": "a", "codes": "E119; I10; E11.9"}])
    with pytest.raises(DataError, match="row 2, column codes: entries 1 and 3 are equal"):
        of_answer(conf).read(path)


def test_answers_are_read_by_their_kind(folder: Path) -> None:
    (sample, *_) = of_answer(CHOICE).read(folder / "triage.csv")
    choice, text, codes = map(of_answer, (CHOICE, TEXT, CODES))
    assert choice.parse("It is not routine but **urgent**.", sample) == "urgent"  # type: ignore[attr-defined]
    assert choice.choices(sample) == {"urgent": "urgent", "routine": "routine"}  # type: ignore[attr-defined]
    assert choice.answer_flags("Urgent.", "urgent", sample) == {"format_followed": True}  # type: ignore[attr-defined]
    assert choice.answer_flags("It is urgent", "urgent", sample) == {"format_followed": False}  # type: ignore[attr-defined]
    assert text.parse(" a knee ", sample) == "a knee"  # type: ignore[attr-defined]
    assert text.parse(" \n", sample) is None  # type: ignore[attr-defined]
    assert codes.parse("i10, e119", sample) == "I10, E11.9"  # type: ignore[attr-defined]
    assert codes.answer_flags("I10", "I10", sample)["format_followed"]  # type: ignore[attr-defined]
    assert not hasattr(text, "choices")
    assert not hasattr(choice, "parse_upstream")


@pytest.mark.parametrize(
    ("conf", "metrics"),
    [
        (CHOICE, ["accuracy"]),
        (TEXT, ["rouge1", "rouge2", "rougeL"]),
        (CODES, ["icd_em_f1", "icd_ap_f1", "icd_valid"]),
    ],
)
def test_the_kind_of_answer_gives_the_metrics(conf: TaskConf, metrics: list[str]) -> None:
    assert (conf.metrics, conf.score) == (metrics, metrics)


def test_metrics_that_are_set_stay_and_the_score_is_of_them() -> None:
    more = replace(TEXT, metrics=["rougeL", "bertscore_f1"], score=[])
    assert (more.metrics, more.score) == (["rougeL", "bertscore_f1"], ["rougeL"])
    other = replace(TEXT, metrics=["bertscore_f1"], score=[])
    assert other.score == ["bertscore_f1"]
    both = replace(TEXT, metrics=["rougeL", "bertscore_f1"], score=["bertscore_f1"])
    assert both.score == ["bertscore_f1"]
    assert TaskConf("meqsum").metrics == []


def test_the_file_is_found_in_the_working_directory_then_in_the_data_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = folder / "data"
    tiny.table(data / "triage" / "triage.csv", [{"a": "1"}])
    assert locate(CHOICE, "test", data) == folder / "triage.csv"
    monkeypatch.chdir(data)
    assert locate(CHOICE, "test", data) == data / "triage" / "triage.csv"
    absolute = replace(CHOICE, file=str(folder / "triage.csv"))
    assert locate(absolute, "test", data) == folder / "triage.csv"


def test_a_missing_file_names_both_places_and_the_setting(folder: Path) -> None:
    lost = replace(CHOICE, file="lost.csv")
    with pytest.raises(DataMissing) as caught:
        task(lost, folder / "data").path()
    message = str(caught.value)
    assert f"{folder / 'lost.csv'} nor at {folder / 'data' / 'triage' / 'lost.csv'}" in message
    assert "tasks.triage.file=lost.csv" in message
    with pytest.raises(DataMissing, match=r"no train split: set tasks.triage.train=<file>"):
        task(CHOICE, source="train", shots=1).split()


def test_worked_examples_come_from_the_other_file_if_there_is_one(folder: Path) -> None:
    tiny.table(
        folder / "train.csv",
        [{"note_id": "t", "patient": "p", "note": "A knee", "urgency": "urgent"}],
    )
    split = task(replace(CHOICE, train="train.csv"), source="train", shots=1).split()
    assert [shot.id for shot in split.shots] == ["t"]
    assert len(split.scored) == 6
    split = task(CHOICE, shots=2).split()
    assert len(split.scored) == 4


def test_the_order_of_rows_is_shuffled_by_the_seed_alone(folder: Path) -> None:
    names = [f"n{i}" for i in range(6)]
    random.Random(1).shuffle(names)
    assert [sample.id for sample in task(CHOICE).split().scored] == names


ROWS = st.lists(
    st.tuples(st.text("ab,\"\n'é ", min_size=1).filter(str.strip), st.sampled_from(CHOICE.labels)),
    min_size=2,
    max_size=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, seed=st.randoms(use_true_random=False))
def test_rows_in_another_order_are_the_same_samples(
    tmp_path: Path, rows: list[tuple[str, str]], seed: random.Random
) -> None:
    table = [
        {"note_id": f"n{i}", "patient": "p", "note": note, "urgency": label}
        for i, (note, label) in enumerate(rows)
    ]
    before = of_answer(CHOICE).read(tiny.table(tmp_path / "a.csv", table))
    seed.shuffle(table)
    after = of_answer(CHOICE).read(tiny.table(tmp_path / "b.csv", table))
    assert {sample.id: sample for sample in before} == {sample.id: sample for sample in after}


def test_the_protocol_has_the_columns_answer_and_labels(folder: Path) -> None:
    protocol = protocol_of(task(CHOICE), ())
    assert protocol == {
        "task": "triage",
        "dataset_sha256": checksum(folder / "triage.csv"),
        "wording": ["You sort notes.", "Note: {note}", "{target}"],
        "shots": sha256([]),
        "prompting": {"name": None, "shots": 0, "source": "test", "seed": 1},
        "max_new_tokens": 20,
        "table": {
            "columns": {
                "id": "note_id",
                "target": "urgency",
                "cluster": "patient",
                "fields": {},
            },
            "answer": "choice",
            "labels": ["urgent", "routine"],
        },
    }
    assert json.loads(json.dumps(protocol)) == protocol


@pytest.mark.parametrize(
    "change",
    [
        {"labels": ["routine", "urgent"]},
        {"columns": replace(CHOICE.columns, cluster=None)},
        {"columns": replace(CHOICE.columns, fields={"note": "patient"})},
        {"answer": "text", "labels": []},
    ],
)
def test_other_columns_or_labels_are_another_protocol(
    folder: Path, change: dict[str, object]
) -> None:
    assert protocol_of(task(replace(CHOICE, **change)), ()) != protocol_of(task(CHOICE), ())  # type: ignore[arg-type]


def test_a_table_that_was_moved_is_the_same_protocol(folder: Path) -> None:
    moved = (folder / "triage.csv").rename(folder / "other.csv")
    before = protocol_of(task(replace(CHOICE, file="other.csv")), ())
    assert protocol_of(task(replace(CHOICE, file=str(moved))), ()) == before


def test_a_table_is_credentialed_unless_it_is_said_to_be_open_and_never_fictional() -> None:
    assert task(CHOICE).access == "credentialed"
    assert task(replace(CHOICE, access="open")).access == "open"
    demo = task(CHOICE, DEMO)
    assert (demo.fictional, demo.access) == (False, "credentialed")
    meqsum = task(task_files.load("medisumqa"), DEMO)
    assert (meqsum.fictional, meqsum.access) == (True, "open")


def test_tables_are_data_sets_of_their_own() -> None:
    assert (CHOICE.module, CHOICE.dataset, task(CHOICE).dataset.name) == (
        *("table", "triage"),
        "triage",
    )
    assert task_files.load("longhealth1").dataset == "longhealth"
    both = (CHOICE, replace(TEXT, name="letters"))
    assert datasets_of_tasks(both) == {"triage": ["triage"], "letters": ["letters"]}


def test_an_unknown_reader_or_answer_is_named() -> None:
    with pytest.raises(ConfigError, match=r"tasks.triage.reader=tabel is no module .*reader: tab"):
        _ = task(replace(CHOICE, reader="tabel")).module
    with pytest.raises(ConfigError, match=r"tasks.triage.answer=None is none of choice, text, cod"):
        _ = task(replace(CHOICE, answer=None)).module


@pytest.mark.parametrize(
    ("rule", "answer"), [("copy", "Knee 0 hurts, badly."), ("majority", "routine")]
)
def test_baselines_answer_a_table(folder: Path, rule: str, answer: str) -> None:
    samples = of_answer(CHOICE).read(folder / "triage.csv")
    data = RuleInput(task(CHOICE), samples, ())
    assert RULES[rule](data, samples[0]) == answer
    assert RULES["random"](data, samples[0]) in CHOICE.labels


def test_lists_of_tasks_and_needs_cope_with_a_table_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tiny.triage(tmp_path)
    monkeypatch.setenv("CLUE_CONFIG_DIR", str(own))
    (tmp_path / "triage.csv").rename(tmp_path / "other.csv")
    (row,) = clue.tasks().query("task == 'triage'").to_dict("records")
    assert (row["dataset"], row["access"], row["score"]) == ("triage", "credentialed", ["accuracy"])
    needs = {need.task: need for need in context_needs(tmp_path, tmp_path / "cache")}
    assert needs["triage"].tokens is None
    (tmp_path / "other.csv").rename(tmp_path / "triage.csv")
    needs = {need.task: need for need in context_needs(tmp_path, tmp_path / "cache")}
    assert needs["triage"].longest
    assert needs["triage"].tokens
