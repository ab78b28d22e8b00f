import random
from pathlib import Path

import pytest

from clue.config.folders import ROOT
from clue.config.schema import PromptConf
from clue.data.locate import locate
from clue.data.registry import DATASETS
from clue.errors import ConfigError, DataError, DataMissing
from clue.task.protocol import data_digests, protocol_settings
from clue.task.task import Task
from clue.task.task_files import load, names
from tests import tiny

GOLDEN = ROOT / "tests" / "golden"


def build_task(name: str, data: Path, *, limit: int | None = None, **prompting: object) -> Task:
    """The task of a file in conf/task."""
    return Task(load(name), data, PromptConf(**prompting), limit)  # type: ignore[arg-type]


def meqsum(data: Path, **settings: object) -> Task:
    return build_task("meqsum", data, **settings)  # type: ignore[arg-type]


def ids(samples: tuple[object, ...]) -> list[str]:
    return [sample.id for sample in samples]  # type: ignore[attr-defined]


def test_the_split_is_the_authors(data: Path) -> None:
    order = [f"{i}.txt" for i in range(12)]
    random.Random(1).shuffle(order)
    split = meqsum(data).split()
    assert ids(split.shots) == order[:3]
    assert ids(split.scored) == order[3:]


def test_a_limit_takes_the_first_scored_and_keeps_the_shots(data: Path) -> None:
    full, part = meqsum(data).split(), meqsum(data, limit=2).split()
    assert part.shots == full.shots
    assert part.scored == full.scored[:2]


def test_without_shots_everything_is_scored(data: Path) -> None:
    assert len(meqsum(data, shots=0).split().scored) == 12


def test_too_many_shots_are_an_error(data: Path) -> None:
    with pytest.raises(DataError, match="too few samples for 12 worked examples"):
        meqsum(data, shots=12).split()


def test_examples_of_the_train_split_leave_the_whole_test_split_to_score(tmp_path: Path) -> None:
    tiny.mednli(tmp_path)
    tiny.mednli(tmp_path, split="train")
    split = build_task("mednli", tmp_path, source="train").split()
    assert len(split.shots) == 3
    assert all(sample.id.startswith("train-") for sample in split.shots)
    assert sorted(ids(split.scored)) == [f"test-{i}" for i in range(9)]


def test_a_missing_train_split_is_named(data: Path) -> None:
    with pytest.raises(DataMissing, match=r"meqsum has no train split .* prompt.source=test"):
        meqsum(data, source="train").split()


@pytest.mark.parametrize("shots", [0, 1, 3])
@pytest.mark.parametrize("name", names())
def test_the_messages_are_exactly_the_golden_ones(data: Path, name: str, shots: int) -> None:
    task = build_task(name, data, shots=shots)
    split = task.split()
    messages = task.prompt(split.scored[0], split.shots).messages
    dialogue = "".join(f"--- {role}\n{content}\n" for role, content in messages)
    assert dialogue == (GOLDEN / f"{name}_{shots}_shot.txt").read_text()


def test_the_reference_is_not_in_the_question(data: Path) -> None:
    task = meqsum(data)
    task.conf.user = "{question} {target}"
    split = task.split()
    with pytest.raises(
        ConfigError, match=r"tasks.meqsum.user cannot be filled .* may name question"
    ):
        task.prompt(split.scored[0], ())


def test_braces_in_a_text_stay_text(data: Path) -> None:
    from clue.records import Sample

    sample = Sample("1", {"question": "{target} {0} %s"}, "t", "1")
    assert "{target} {0} %s" in meqsum(data).prompt(sample, ()).messages[-1].content


def test_the_file_is_found_in_any_case_and_when_renamed(tmp_path: Path) -> None:
    folder = tiny.meqsum(tmp_path) / "meqsum"
    (file,) = folder.iterdir()
    renamed = folder.rename(tmp_path / "MeQSum") / "copy of the questions.xlsx"
    (renamed.parent / file.name).rename(renamed)
    assert locate(DATASETS["meqsum"], "test", tmp_path) == renamed


def test_a_missing_file_says_where_and_whence(tmp_path: Path) -> None:
    with pytest.raises(DataMissing) as caught:
        locate(DATASETS["meqsum"], "test", tmp_path / "nowhere")
    message = str(caught.value)
    assert str(tmp_path / "nowhere" / "meqsum" / "MeQSum_ACL2019") in message
    assert f"`python -m clue data fetch meqsum --data {tmp_path / 'nowhere'}` (CC BY 4.0" in message
    assert "paths.data=<folder>" in message


def test_all_files_of_a_split_are_part_of_its_digest(tmp_path: Path) -> None:
    folder = tiny.aci_bench(tmp_path)
    task = build_task("aci_bench", tmp_path)
    before = data_digests(task, ())["dataset_sha256"]
    assert [path.name for path in task.files] == list(tiny.DIALOGUES["aci_bench"][:3])
    last = task.files[-1]
    last.write_text(last.read_text().replace("it hurts", "it aches"))
    assert data_digests(task, ())["dataset_sha256"] != before
    last.unlink()
    with pytest.raises(DataMissing, match=rf"{folder.name}/clef_taskC_test3.csv"):
        task.split()


def test_notes_on_rows_are_of_each_file(tmp_path: Path) -> None:
    tiny.mts_dialog(tmp_path)
    notes = build_task("mts_dialog", tmp_path, shots=0).split().notes
    assert notes == (
        "MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv has 3 rows, officially there are 200",
        "MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv has 3 rows, officially there are 200",
    )


def test_a_task_names_the_source_of_its_examples(tmp_path: Path) -> None:
    folder = tiny.medec(tmp_path)
    task = build_task("medec", tmp_path)
    assert (task.source, task.splits) == ("valid", ("test", "valid"))
    assert protocol_settings(task)["prompting"]["source"] == "valid"
    with pytest.raises(DataMissing, match="medec has no train split"):
        build_task("medec", tmp_path, source="train").split()
    (validation,) = folder.glob("*Validation*")
    validation.unlink()
    with pytest.raises(DataMissing, match="ValidationSet"):
        task.split()
    without = build_task("medec", tmp_path, shots=0)
    assert (without.splits, len(without.split().scored)) == (("test",), 8)
