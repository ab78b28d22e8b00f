"""Rows that cannot be asked or scored: left out, counted, and told with the scores."""

import csv
from pathlib import Path
from typing import Any

import pytest

from clue.config.schema import PromptConf
from clue.data.left_out import LeftOut
from clue.evaluation.outcome import Outcome
from clue.launch import closing_table
from clue.task import medisumcode, medisumqa, mednli, meqsum, problem_summary
from clue.task.task import Task
from clue.task.task_files import load
from tests import tiny
from tests.clue.task.test_templates import task as upstream_task


def test_a_note_counts_and_names_some_places() -> None:
    left_out = LeftOut()
    for number in range(2, 9):
        left_out.add(f"row {number}", "without a reference")
    left_out.add_blank()
    assert left_out.notes() == (
        "left out: 7 rows without a reference (row 2, row 3, row 4, row 5, row 6 and 2 more)",
        "ignored: 1 row blank in every column",
    )


HEADER = ("File ID", "Subjectives", "Objectives", "Assessment", "Summary")


def notes_file(path: Path, *rows: tuple[str, ...]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])
    return path


def test_progress_notes_as_they_are_released(tmp_path: Path) -> None:
    samples = problem_summary.read(
        notes_file(
            tmp_path / "x.csv",
            ("1", " knee ", "", "swollen", "Arthritis; fever "),
            ("2", "", "", "swollen", "Fever"),
            ("3", "knee", "", " ", "Fever"),
            ("4", "knee", "", "swollen", " "),
            ("", "", "", "", ""),
            ("5", "", "x", " ", "Fever"),
            ("", " ", "", "", ""),
        )
    )
    assert [(sample.id, sample.fields["subjective"]) for sample in samples] == [
        ("1", " knee "),
        ("2", ""),
        ("3", "knee"),
    ]
    assert samples[0].target == "Arthritis; fever "
    assert samples.rows == 5
    assert samples.notes == (
        "left out: 1 row without a reference (row 5)",
        "left out: 1 row without an input (row 7)",
        "ignored: 2 rows blank in every column",
    )


def test_the_counts_are_notes_of_the_cell_and_of_the_closing_table(tmp_path: Path) -> None:
    rows = [(str(i), "knee", "", "swollen", "Fever") for i in range(6)]
    name = "BioNLP2023-1A-Test.csv"
    notes_file(tmp_path / "problem_summary" / name, *rows, ("7", "knee", "", "", ""))
    split = Task(load("problem_summary"), tmp_path, PromptConf()).split()
    note = "left out: 1 row without a reference (row 8)"
    assert split.left_out == (note,)
    assert set(split.notes) == {note, f"{name} has 7 rows, officially there are 237"}
    lines = closing_table.reasons([Outcome("m", "t", "p", "done", note=note)])
    assert lines == [f"done: m/t/p: {note}"]


@pytest.mark.parametrize(
    ("module", "name", "rows"),
    [
        (
            mednli,
            "x.jsonl",
            [
                {"pairID": str(i), "sentence1": "a", "sentence2": "b", "gold_label": label}
                for i, label in enumerate(("neutral", "-", "", None))
            ],
        ),
        (
            medisumqa,
            "x.json",
            [
                {"note_id": str(i), "Question": "q", "discharge_summary": "d", "Answer": answer}
                for i, answer in enumerate(("a", " ", "", None))
            ],
        ),
        (
            medisumcode,
            "x.json",
            [
                {"hadm_id": str(i), "text": "t", "icd_codes": codes}
                for i, codes in enumerate(([{"code": "I10"}], [], [], []))
            ],
        ),
    ],
)
def test_a_row_without_a_reference_is_left_out(
    tmp_path: Path, module: Any, name: str, rows: list[dict[str, Any]]
) -> None:
    write = tiny.lines if name.endswith("l") else tiny.document
    samples = module.read(write(tmp_path / name, rows))
    assert [sample.id.partition(":")[0] for sample in samples] == ["0"]
    assert samples.notes == ("left out: 3 rows without a reference (row 2, row 3, row 4)",)


def test_blank_rows_of_a_sheet_are_ignored_and_counted(tmp_path: Path) -> None:
    rows = [("File", "CHQ", "Summary"), ("1", "q ", "s"), (None, " ", None), ("2", "q", " ")]
    samples = meqsum.read(tiny.workbook(tmp_path / "x.xlsx", rows))
    assert [(sample.id, sample.fields["question"]) for sample in samples] == [("1", "q ")]
    assert samples.notes == (
        "left out: 1 row without a reference (row 4)",
        "ignored: 1 row blank in every column",
    )


def test_blank_rows_at_the_end_of_an_own_table_are_ignored_and_counted(tmp_path: Path) -> None:
    from clue.task import table
    from tests.clue.task.test_versions import TABLES

    conf = TABLES["text"]
    header = ["id", "text", "patient", "note", "other"]
    path = tmp_path / "own.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, ["1", "a", "p", "n", ""], *[[""] * 5, [" "] * 5]])
    samples = table.of_answer(conf).read(path)
    assert [sample.id for sample in samples] == ["1"]
    assert samples.notes == ("ignored: 2 rows blank in every column",)


ODD = [" a \n", "\u00a0b\u00a0", "c\t", "\u2003d", "e", "f  g "]


def test_the_authors_prompts_are_right_in_bytes(tmp_path: Path) -> None:
    from tests.clue.cli.data.fake_checkout import worded

    rows = [(f"{i}.txt", f"{text}?{text}", f"{text}!{text}") for i, text in enumerate(ODD)]
    worded(tmp_path)
    (book,) = (tmp_path / "meqsum").iterdir()
    tiny.workbook(book, [("File", "CHQ", "Summary"), *rows])
    task = upstream_task("meqsum", tmp_path)
    split = task.split()
    texts = {name: (question, summary) for name, question, summary in rows}
    for sample in split.scored:
        expected = [f"<<\n{texts[shot.id][0]}\n>>" for shot in (*split.shots, sample)]
        messages = task.prompt(sample, split.shots).messages
        assert [turn.content for turn in messages if turn.role == "user"] == expected
        answers = [turn.content for turn in messages if turn.role == "assistant"]
        assert answers == [texts[shot.id][1] for shot in split.shots]


def test_our_own_prompts_have_no_white_space_around_texts(tmp_path: Path) -> None:
    rows = [(f"{i}.txt", f"{text}?{text}", f"{text}!{text}") for i, text in enumerate(ODD)]
    tiny.meqsum(tmp_path)
    (book,) = (tmp_path / "meqsum").iterdir()
    tiny.workbook(book, [("File", "CHQ", "Summary"), *rows])
    split = Task(load("meqsum"), tmp_path, PromptConf()).split()
    for sample in (*split.scored, *split.shots):
        assert sample == sample.stripped()
