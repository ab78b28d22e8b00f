"""Made-up answers, fictional data and limits are marked in every file and line."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure

from analysis.cells import CellKey, StoredCell
from analysis.paired_study import StudyResults, run
from analysis.paired_study.output import write_study
from analysis.paired_study.standings import standings
from analysis.paired_study.summary import summary
from analysis.report import write
from analysis.report.figures import FIGURES, theme
from analysis.report.formats.console import study_lines
from analysis.report.formats.html import _css_text
from analysis.report.report_marks import marks_by_model
from benchmarks.found_study import cells_by_name, found_study, paper_tree
from clue.records import Record
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, record

FAKE = {"protocol": {"task": "mednli"}, "model": {"repo": "r"}, "backend": {"name": "fake"}}
MODEL = {**FAKE, "backend": {"name": "transformers"}}
MARKS = "fake answers; fictional data; partial: limit 12"
TEXTS = ("*.html", "*.md", "*.csv", "*.json", "tables/*.csv", "tables/*.tex", "figures/*.svg")


def answers(right: int, size: int = 12) -> list[Record]:
    return [record(f"s{n}", {"accuracy": float(n % 2 == right)}) for n in range(size)]


def pair(store: Path, *names: str, task: str = "mednli", **facts: Any) -> None:
    """A tuned model and its base, `t` and `b` if they have no other names."""
    tuned, base = names or ("t", "b")
    cell(store, base, task, answers(0), access="open", **facts)
    cell(store, tuned, task, answers(1), access="open", **{"base": base, **facts})


def analysed(store: Path, **changes: Any) -> StudyResults:
    return run(found_study(store), quick(sensitivity=False, **changes))


def written(results: StudyResults, folder: Path) -> Path:
    document = summary(results, quick())
    write_study(folder, results.rows, document, results.tables)
    write(results, quick(), folder)
    (folder / "console.md").write_text("\n".join(study_lines(results, quick())))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the analysis of fake answers to 12 fictional questions under two prompts writes."""
    store = two_prompts(tmp_path_factory.mktemp("fake"))
    return written(analysed(store), store / "analysis")


def two_prompts(store: Path) -> Path:
    for prompt in ("paper", "zero_shot"):
        pair(store, generation=FAKE, demo=True, limit=12, prompt=prompt)
    return store


UNREQUESTED = (
    *("contrasts.csv", "exam_contrast.csv", "groups.csv"),
    *("prompts.csv", "prompt_differences.csv", "draws.csv"),
)
"""Tables without rows in a study that declares and requests nothing of them."""


def test_every_file_is_marked(folder: Path) -> None:
    paths = [path for pattern in TEXTS for path in folder.glob(pattern) if path.name != "all.tex"]
    assert {path.suffix for path in paths} == {".html", ".md", ".csv", ".json", ".tex", ".svg"}
    for path in paths:
        text = path.read_text().replace('",\n  "', "; ")  # lists of summary.json
        has_rows = path.suffix != ".csv" or len(text.splitlines()) > 1
        marks = MARKS.split("; ") if "_narrow" in path.name else [MARKS]  # of several lines
        assert all(mark in text for mark in marks) or not has_rows, path
        assert has_rows or path.name in UNREQUESTED, path


def test_every_figure_of_a_synthetic_study_is_marked(report: Path) -> None:
    """The synthetic study has every task with a single prompt, and no exam questions."""
    drawn = {path.stem: path.read_text() for path in report.glob("figures/*.svg")}
    names = set(FIGURES) - {"prompt_settings", "exam_contrast", "prompts"}
    assert set(drawn) == names | {f"{name}_narrow" for name in names}
    assert [name for name, text in drawn.items() if "synthetic scores</text>" not in text] == []


def test_the_marks_are_drawn_into_the_png(
    report: Path, results: StudyResults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []

    def png(figure: Figure) -> bytes:
        texts.append(" ".join(text.get_text() for text in figure.texts))
        return b"png"

    monkeypatch.setattr(theme, "png", png)
    write(results, quick(), tmp_path)
    assert len(texts) == len(list(report.glob("figures/*.png")))
    assert [text for text in texts if "synthetic scores" not in text] == []


def test_the_page_shows_its_marks_wherever_it_is_scrolled_to_or_printed(folder: Path) -> None:
    page = (folder / "report.html").read_text()
    assert f'<aside class="marks" aria-label="Marks of all results"><strong>{MARKS}</' in page
    assert "Random words replace the answers of a model." in page
    assert ".marks { position: sticky; top: 0;" in page
    assert f'@page {{ @top-center {{ content: "{MARKS}";' in page
    assert f"<title>[{MARKS}] Does biomedical" in page
    assert page.count(f'aria-label="[{MARKS}] ') >= len(list(folder.glob("figures/*.svg"))) - 1
    assert page.count(f"<figcaption>[{MARKS}] ") == page.count("<figcaption>") - 1
    assert "[published results; the report&#39;s own: fake answers" in page
    assert page.count(f"<caption>[{MARKS}] ") == page.count("<caption>")
    assert f"<h3>[{MARKS}] MedNLI</h3>" in page  # above the answers of single items


def test_answers_that_are_all_alike_are_warned_of_before_any_result(folder: Path) -> None:
    first = (folder / "report.md").read_text().partition("Biomedical?")[0]
    warning = first.index("Warning: in 2 cells the answers are all blank, all identical")
    assert "(b on mednli, t on mednli)" in first
    assert warning < first.index("## Design")
    assert warning < first.index(" scored ")


def test_markdown_and_the_answer_begin_with_the_marks(folder: Path) -> None:
    text = (folder / "report.md").read_text()
    assert text.startswith(f"> **{MARKS}** Random words")
    answer = text.partition("performance?\n\n")[2]
    assert answer.startswith(f"[{MARKS}] ")
    console = (folder / "console.md").read_text().splitlines()
    heading = console.index("Prompt setting paper (confirmatory)")
    assert console[heading + 1].startswith(f"  [{MARKS}] ")
    assert [line for line in console if " on MedNLI: " in line and f"[{MARKS}] t" not in line] == []


def test_every_caption_in_latex_begins_with_the_marks(folder: Path) -> None:
    captions = [
        line
        for path in folder.glob("tables/*.tex")
        for line in path.read_text().splitlines()
        if "caption{" in line
    ]
    assert captions
    assert all(line.startswith(rf"\caption{{[{MARKS}] ") for line in captions)


def test_every_line_of_a_table_has_its_marks_in_a_column(folder: Path) -> None:
    for path in (
        folder / "cells.csv",
        folder / "prompt_settings.csv",
        *folder.glob("tables/*.csv"),
    ):
        rows = list(csv.DictReader(path.open()))
        exploratory = "settings" in path.stem or "zero_shot" in path.stem
        own = f"{MARKS}; exploratory" if exploratory else MARKS
        assert {row["marks"] for row in rows} == {own}, path
    rows = list(csv.DictReader((folder / "cells.csv").open()))
    assert [row for row in rows if not row["sentence"].startswith(f"[{MARKS}] ")] == []
    column = pq.read_table(folder / "cells.parquet")["marks"].to_pylist()
    assert {*column} == {MARKS}
    document = json.loads((folder / "summary.json").read_text())
    assert document["marks"] == MARKS.split("; ")
    assert [one["marks"] for one in document["cells"]] == [MARKS.split("; ")] * 4


def test_an_unmarked_study_says_nothing_of_marks(tmp_path: Path) -> None:
    pair(tmp_path)
    folder = written(analysed(tmp_path), tmp_path / "analysis")
    page = (folder / "report.html").read_text()
    assert 'class="marks"' not in page
    assert "@page" not in page
    assert (folder / "report.md").read_text().startswith("# Does")
    assert "[" not in "".join(row.judgement.sentence for row in analysed(tmp_path).rows)
    assert {row["marks"] for row in csv.DictReader((folder / "cells.csv").open())} == {""}


def test_one_marked_pair_among_others_is_named(tmp_path: Path) -> None:
    pair(tmp_path, generation=MODEL)
    pair(tmp_path, "other", "o", generation=FAKE)
    results = analysed(tmp_path)
    text = (written(results, tmp_path / "analysis") / "report.md").read_text()
    assert text.startswith("> **fake answers (other)**")
    assert "| other [fake answers] | MedNLI |" in text
    assert "| t | MedNLI |" in text
    assert "[fake answers] No pair has all tasks" in text
    assert "[fake answers] On MedNLI other scored" in text
    assert "* On MedNLI t scored" in text or "\nOn MedNLI t scored" in text
    for name in ("tasks", "equivalence", "ledger", "failures"):
        rows = csv.DictReader((tmp_path / "analysis" / "tables" / f"{name}.csv").open())
        marks = {row["model"]: row["marks"] for row in rows}
        assert marks == {"t": "", "other": "fake answers"}, name


def test_a_level_has_the_marks_of_all_its_tasks(store: Path) -> None:
    cells = cells_by_name(store)
    key = next(key for key in cells if (key.model, key.task) == ("meditron7b", "meqsum"))
    trial = replace(cells[key], more_marks=("trial",))
    study = run(replace(found_study(store), cells={**cells, key: trial}), quick(sensitivity=False))
    marked = {row.key.task for row in study.rows if "trial" in row.marks}
    assert marked == {"meqsum", "level1", "overall"}
    assert {row.key.tuned for row in study.rows if "trial" in row.marks} == {"meditron7b"}
    sentences = [one.sentence for one in study.settings[0].replications if "trial" in one.marks]
    assert sentences
    assert all(text.startswith("[synthetic scores; trial] ") for text in sentences)


def test_a_baseline_among_models_is_seen(store: Path) -> None:
    cells = {key: as_model(stored) for key, stored in cells_by_name(store).items()}
    named = {key: stored for key, stored in cells.items() if key.model == "mistral7b"}
    rule = {**FAKE, "backend": {"name": "baseline"}}
    cells |= {
        key: replace(stored, facts={**stored.facts, "generation": rule})
        for key, stored in named.items()
    }
    assert {one.model: one.marks for one in standings(cells, paper_tree(), "paper")} == {
        key.model: ("baseline",) if key.model == "mistral7b" else () for key in cells
    }


def as_model(stored: StoredCell) -> StoredCell:
    """The cell as if a model had answered."""
    backend = {"name": "transformers"}
    generation = {**stored.facts["generation"], "backend": backend}
    return replace(stored, facts={**stored.facts, "generation": generation})


def test_a_table_and_a_figure_name_the_baseline(store: Path, tmp_path: Path) -> None:
    cells = {key: as_model(stored) for key, stored in cells_by_name(store).items()}
    cells |= dict(baseline(cells))
    study = run(replace(found_study(store), cells=cells), quick(sensitivity=False))
    folder = written(study, tmp_path)
    text = (folder / "report.md").read_text()
    assert "| rule [baseline] |" in text
    assert text.startswith("# Does")  # the pairs are models
    assert "rule [baseline]</text>" in (folder / "figures" / "levels.svg").read_text()
    rows = {row["model"]: row for row in csv.DictReader((folder / "tables/scores.csv").open())}
    assert rows["rule"]["marks"] == "baseline"
    assert rows["llama2_7b"]["marks"] == ""


def baseline(cells: Mapping[CellKey, StoredCell]) -> Iterator[tuple[CellKey, StoredCell]]:
    for key, stored in cells.items():
        if key.model == "llama2_7b":
            generation = {**stored.facts["generation"], "backend": {"name": "baseline"}}
            facts = {**stored.facts, "model": "rule", "generation": generation}
            yield key._replace(model="rule"), replace(stored, facts=facts)


def test_an_exploratory_setting_says_so_in_headline_and_titles(tmp_path: Path) -> None:
    pair(tmp_path, prompt="zero_shot")
    results = analysed(tmp_path)
    folder = written(results, tmp_path / "analysis")
    text = (folder / "report.md").read_text()
    assert text.startswith("> **exploratory** The prompt setting is not the declared one.")
    assert "\n\nExploratory: No pair has all tasks" in text
    assert "**[exploratory] Tasks by pair**" in text
    assert "exploratory</text>" in (folder / "figures" / "forest.svg").read_text()
    assert "  Exploratory: There is only one pair" in (folder / "console.md").read_text()
    (row, *_) = csv.DictReader((folder / "tables" / "tasks.csv").open())
    assert row["marks"] == "exploratory"
    declared = analysed(tmp_path, confirmatory_prompt="zero_shot")
    assert marks_by_model(declared, quick(confirmatory_prompt="zero_shot")) == {"t": ()}


def test_a_store_without_a_pair_is_marked_by_its_cells(tmp_path: Path) -> None:
    cell(tmp_path, "b", "mednli", answers(0), generation=FAKE)
    folder = written(analysed(tmp_path), tmp_path / "analysis")
    text = (folder / "report.md").read_text()
    assert text.startswith("> **fake answers**")
    assert "[fake answers] No pair could be compared yet." in text
    assert json.loads((folder / "summary.json").read_text())["marks"] == ["fake answers"]


def test_a_limit_counts_every_presentation_of_a_sample(tmp_path: Path) -> None:
    """LongHealth presents a question in several orders; a limit counts each."""
    twice = [record(f"s{n}", {"accuracy": 1.0}, repeat) for n in range(4) for repeat in (0, 1)]
    cell(tmp_path, "b", "longhealth1", twice, limit=8)
    cell(tmp_path, "c", "longhealth1", twice, limit=9)
    marks = {key.model: stored.marks for key, stored in cells_by_name(tmp_path).items()}
    assert marks == {"b": ("partial: limit 8",), "c": ()}


def test_a_mark_cannot_leave_its_string_in_the_style_sheet() -> None:
    assert _css_text('a"; } </style>') == "a\\22 ; \\7d  \\3c \\2f style\\3e "
