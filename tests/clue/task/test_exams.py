"""The exams as tasks: sources of worked examples, fictional items, studies, identity."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from clue.backends.baseline import RULES
from clue.cli.data import check
from clue.common.file_cache import checksum
from clue.config.schema import PromptConf
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO
from clue.errors import DataError, DataMissing
from clue.records import sha256
from clue.study import declaration
from clue.task import task_files
from clue.task.levels import OVERALL
from clue.task.protocol import data_digests, protocol_settings
from clue.task.task import Task
from clue.task.task_data import WORKED_EXAMPLES
from tests import tiny
from tests.clue.backends.test_baseline import answers
from tests.clue.task.test_task import build_task

EXAMS = ("medqa", "pubmedqa", "mmlu_medical", "medmcqa")
LETTERED = tuple(name for name in EXAMS if name != "pubmedqa")
PAPER_LEVELS = ("level1", "level2", OVERALL)


def test_the_list_of_exams_is_apart_from_the_tasks_of_the_paper() -> None:
    assert task_files.expanded("exam") == list(EXAMS)
    assert not set(EXAMS) & set(task_files.expanded("all"))
    assert {task_files.load(name).level for name in EXAMS} == {"exam"}


@pytest.mark.parametrize("name", declaration.names())
def test_no_exam_or_open_task_is_in_a_level_of_the_paper(name: str) -> None:
    """In no study that the package declares, also none that is added."""
    tree = declaration.declare(declaration.load(name)).tree
    for level in set(PAPER_LEVELS) & set(tree.of_tasks):
        levels = {task_files.load(task).level for task in tree.of_tasks[level]}
        assert levels <= {"1", "2"}, level


def test_the_study_of_exams_has_the_pairs_of_the_paper_and_no_overall_score() -> None:
    exams, paper = (declaration.declare(declaration.load(name)) for name in ("exams", "paper"))
    assert exams.pairs == paper.pairs
    assert set(exams.tasks) == set(EXAMS)
    assert exams.tree.levels == {"exam": dict.fromkeys(EXAMS, 0.25)}
    assert exams.tree.overall == {}
    assert exams.hypotheses() == {"levels": 12, "tasks": 48}


@pytest.mark.parametrize("name", EXAMS)
def test_no_item_of_the_test_file_is_shown(data: Path, name: str) -> None:
    task = build_task(name, data, shots=3)
    split = task.split()
    rows = task.module.read(task.path()).rows
    assert len(split.shots) == 3
    assert len(split.scored) == rows
    assert not {shot.fields["question"] for shot in split.shots} & {
        sample.fields["question"] for sample in split.scored
    }


@pytest.mark.parametrize("name", LETTERED)
def test_worked_examples_of_the_package_are_the_same_with_any_data(data: Path, name: str) -> None:
    task = build_task(name, data)
    assert (task.source, task.splits) == ("package", ("test", "package"))
    assert task.path("package") == DEMO / name / WORKED_EXAMPLES
    assert task.split().shots == build_task(name, DEMO).split().shots
    assert protocol_settings(task)["prompting"]["source"] == "package"


def test_the_training_split_of_pubmedqa_is_the_other_half(data: Path) -> None:
    task = build_task("pubmedqa", data)
    assert (task.source, task.splits) == ("train", ("test", "train"))
    listed = json.loads(task.path().read_text())
    assert all(shot.id not in listed for shot in task.split().shots)


def test_a_training_split_is_asked_for_if_the_command_names_it(data: Path) -> None:
    task = build_task("medqa", data, source="train")
    assert task.source == "train"
    with pytest.raises(DataMissing, match="medqa has no train split"):
        task.split()


def test_without_worked_examples_no_further_file_is_needed(data: Path) -> None:
    task = build_task("medqa", data, source="train", shots=0)
    assert task.splits == ("test",)
    assert task.split().shots == ()


def test_too_many_worked_examples_name_their_file(data: Path) -> None:
    with pytest.raises(DataError, match=r"medqa/worked_examples.jsonl: too few samples for 99 "):
        build_task("medqa", data, shots=99).split()


def test_a_task_without_a_source_has_the_protocol_that_it_had(data: Path) -> None:
    for source in ("test", "train"):
        task = build_task("mednli", data, source=source)
        assert protocol_settings(task)["prompting"]["source"] == source == task.source


def test_the_digest_of_data_covers_all_files(tmp_path: Path) -> None:
    tiny.pubmedqa(tmp_path)
    task = build_task("pubmedqa", tmp_path)
    paths = [tmp_path / "pubmedqa" / name for name in ("test_ground_truth.json", "ori_pqal.json")]
    assert list(task.files) == paths
    before = data_digests(task, ())["dataset_sha256"]
    assert before == sha256(list(map(checksum, paths)))
    content = json.loads(paths[1].read_text())
    content["101"]["CONTEXTS"][0] = "Another knee."
    tiny.document(paths[1], content)
    assert data_digests(task, ())["dataset_sha256"] != before
    assert build_task("mednli", tmp_path).dataset.name == "mednli"


def test_a_check_is_repeated_if_the_other_file_changes(tmp_path: Path) -> None:
    path = tiny.pubmedqa(tmp_path)
    dataset = DATASETS["pubmedqa"]
    assert check.check_file(dataset, "test", path, tmp_path / "cache").rows == 6
    tiny.document(path.with_name("ori_pqal.json"), {})
    content = check.check_file(dataset, "test", path, tmp_path / "cache")
    assert "6 ids of test_ground_truth.json are not in ori_pqal.json" in str(content.error)


@pytest.mark.parametrize("name", EXAMS)
def test_twelve_fictional_items_come_with_the_package(name: str) -> None:
    task = Task(task_files.load(name), DEMO, PromptConf())
    samples = task.module.read(task.path())
    assert len(samples) == 12
    assert task.fictional
    assert len({sample.target for sample in samples}) > 1
    examples = task.module.read(task.path(task.source))
    assert len(examples) == 6, "for prompt=five_shot and one more"
    assert not {one.fields["question"] for one in examples} & {
        sample.fields["question"] for sample in samples
    }


def test_fictional_items_show_clusters() -> None:
    for name in ("medqa", "mmlu_medical"):
        task = Task(task_files.load(name), DEMO, PromptConf())
        assert len({sample.cluster for sample in task.module.read(task.path())}) == 11


@pytest.mark.parametrize("name", EXAMS)
@pytest.mark.parametrize("rule", RULES)
def test_every_baseline_answers_every_exam(data: Path, name: str, rule: str) -> None:
    task = build_task(name, data)
    texts = answers(name, rule, data)
    assert len(texts) == len(task.split().scored)
    if rule in ("majority", "random"):
        samples = {sample.key: sample for sample in task.split().scored}
        read = [task.module.parse(text, samples[key]) for key, text in texts.items()]
        assert None not in read


@pytest.mark.parametrize("name", EXAMS)
def test_a_release_is_described(name: str) -> None:
    dataset = DATASETS[name]
    assert dataset.access == "open"
    assert set(dataset.files) == set(dataset.folders) == set(dataset.rows)
    assert set(dataset.sha256) in (set(dataset.files), set())
    assert all(len(digest) == 64 for digest in dataset.sha256.values())
    assert all(dataset.address(split).startswith("https://") for split in dataset.files)


@pytest.mark.parametrize(
    ("name", "other"),
    [
        (name, other)
        for name in EXAMS
        for other in DATASETS[name].other_names.get("test", ())
        if not other.endswith(".csv")
    ],
)
def test_a_file_of_another_release_is_taken(tmp_path: Path, name: str, other: str) -> None:
    path = tmp_path / name / "deep" / other
    path.parent.mkdir(parents=True)
    path.touch()
    assert locate(DATASETS[name], "test", tmp_path) == path
    official = path.with_name(DATASETS[name].files["test"])
    official.touch()
    assert locate(DATASETS[name], "test", tmp_path) == official


def test_another_name_is_not_taken_for_a_data_set_of_several_files(tmp_path: Path) -> None:
    dataset = replace(DATASETS["mednli"], other_names={"test": ("other.jsonl",)})
    (tmp_path / "mednli").mkdir()
    (tmp_path / "mednli" / "other.jsonl").touch()
    assert locate(dataset, "test", tmp_path).name == "other.jsonl"
    with pytest.raises(DataMissing):
        locate(dataset, "train", tmp_path)
