"""The written report: required and forbidden content, for stores of every size."""

import csv
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from analysis.names import display_name
from analysis.paired_study import StudyResults, run
from analysis.report import drilldown, selectors, write
from analysis.report.figures import FIGURES
from analysis.report.figures.theme import LIGHT
from benchmarks.found_study import found_study
from clue.task.levels import ScoreTree
from tests.analysis.banned import BANNED
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.stores import cell, declared_cell, declared_study, record

TEXTS = ("*.html", "*.md", "tables/*.tex", "tables/*.csv", "figures/*.svg")
ANSWER = "text of a patient"


class Page(HTMLParser):
    """Collects what a browser checks: open tags, ids and links."""

    VOID = ("meta", "br", "hr", "img", "link", "input", "path", "use", "rect", "line", "circle")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tables = self.captions = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids += [str(attributes["id"])] if "id" in attributes else []
        self.links += [str(attributes["href"])] if tag == "a" else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.ids += [str(attributes["id"])] if "id" in attributes else []


def texts(folder: Path) -> dict[str, str]:
    paths = [path for pattern in TEXTS for path in folder.glob(pattern)]
    return {path.name: path.read_text() for path in paths}


def test_no_file_contains_a_banned_phrase(report: Path) -> None:
    for name, text in texts(report).items():
        for pattern, allowed in BANNED:
            match = pattern.search(text)
            assert match is None or allowed, (name, match)


def test_the_page_needs_nothing_else_and_is_well_formed(report: Path) -> None:
    text = (report / "report.html").read_text()
    page = Page(text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    anchors = [link[1:] for link in page.links]
    assert set(anchors) <= set(page.ids)
    assert " style=" not in text
    outside = set(re.findall(r"(?:src|href)=\"(?!#)([^\"]+)\"", text))
    assert outside == set()
    assert "url(http" not in text
    figures = [path for path in report.glob("figures/*.svg") if "_narrow" not in path.name]
    assert text.count('role="img" aria-label="') == len(figures)
    assert "prefers-color-scheme: dark" in text
    assert not re.search(rf"(?:fill|stroke): (?:{'|'.join(LIGHT.colours)})", text)


def word_colours(page: str, part: str) -> list[bool]:
    """For each word in a part of a page, True if the rule of its class has a colour."""
    rules = dict(re.findall(r"^\.(f\d+) \{ (.*) \}$", page, re.MULTILINE))
    words = re.findall(r"<text[^>]*>", part)
    classes = [re.findall(r'class="(\w+)"', word) for word in words]
    return ["fill: " in rules["".join(names)] for names in classes]


def test_every_word_in_a_figure_has_a_colour_that_follows_the_page(report: Path) -> None:
    """Text without a colour is black and unreadable on a dark page."""
    page = (report / "report.html").read_text()
    colours = word_colours(page, page)
    assert len(colours) > 100
    assert all(colours)


def test_every_figure_is_drawn_as_svg_and_png(report: Path) -> None:
    drawn = {path.stem for path in report.glob("figures/*.svg")}
    undrawn = {"prompt_settings", "exam_contrast", "prompts"}  # one prompt, no declared contrast
    names = set(FIGURES) - undrawn
    assert drawn == names | {f"{name}_narrow" for name in names}
    for path in report.glob("figures/*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")
    for path in report.glob("figures/*.svg"):
        assert "var(" not in path.read_text()


def test_the_report_is_the_same_bytes_again(
    report: Path, results: StudyResults, tmp_path: Path
) -> None:
    for path in write(results, quick(), tmp_path):
        assert path.read_bytes() == (report / path.relative_to(tmp_path)).read_bytes(), path


def test_numbers_of_the_tables_are_those_of_the_rows(report: Path, results: StudyResults) -> None:
    with (report / "tables" / "tasks.csv").open() as file:
        lines = {(row["model"], row["task"]): row for row in csv.DictReader(file)}
    rows = [r for r in results.rows if r.key.task == "mednli" and r.key.scope == "task"]
    for row in (r for r in rows if r.key.analysis == "primary"):
        line = lines[row.key.tuned, "MedNLI"]
        assert line["base"] == f"{row.comparison.mean_base:.2f}"
        assert line["verdict"] == row.judgement.verdict
        size = f"{row.comparison.n} ({row.comparison.n_clusters})"
        assert line["n (clusters)"] == size
        assert row.judgement.sentence in (report / "report.md").read_text()


def test_shrunken_cells_are_beside_the_raw_ones(report: Path, results: StudyResults) -> None:
    raw, shrunken = (
        {(row["model"], row["task"]): row for row in csv.DictReader(text.splitlines())}
        for text in ((report / "tables" / f"{n}.csv").read_text() for n in ("tasks", "shrinkage"))
    )
    study = results.settings[0].shrinkage
    assert study is not None
    assert len(shrunken) == len(study.cells)
    for key, line in shrunken.items():
        assert (line["Δ"], line["95 % CI"]) == (raw[key]["Δ"], raw[key]["95 % CI"])
    cell = next(c for c in study.cells if 0.01 < (c.p_decline or 0) < 0.99)
    line = shrunken[cell.pair.partition(" - ")[0], display_name(cell.task)]
    assert float(line["shrunken Δ"]) == pytest.approx(cell.mean, abs=0.051)
    assert cell.p_decline is not None
    assert float(line["decline beyond the margin %"]) == pytest.approx(
        100 * cell.p_decline, abs=0.5
    )
    text = (report / "report.md").read_text()
    assert "half-t with 3 degrees of freedom and scale 5 points" in text


def small(store: Path, *, access: str, text: str | None = None, models: int = 2) -> StudyResults:
    """One pair on MedNLI, the second model right where the first is wrong."""
    for number, (model, base) in enumerate({"b": None, "t": "b"}.items()):
        scores = [record(f"s{n}", {"accuracy": float(n % 2 == number)}) for n in range(12)]
        if number < models:
            cell(store, model, "mednli", scores, base=base, access=access)
    return run(found_study(store), quick(text=text))


def test_answers_to_credentialed_data_are_not_in_the_page(tmp_path: Path) -> None:
    for access, text, shown in (
        ("open", None, True),
        ("credentialed", None, False),
        ("credentialed", "full", True),
    ):
        store = tmp_path / f"{access}{text}"
        study = small(store, access=access)
        write(study, quick(text=text), store / "report")
        assert (ANSWER in (store / "report" / "report.html").read_text()) is shown
        others = [t for n, t in texts(store / "report").items() if n != "report.html"]
        assert not any(ANSWER in other for other in others)


def test_items_of_credentialed_data_are_named_by_the_digests_of_their_prompts(
    tmp_path: Path,
) -> None:
    study = small(tmp_path, access="credentialed")
    (hidden,) = drilldown.most_changed(study, quick())
    (shown,) = drilldown.most_changed(study, quick(text="full"))
    (pair,) = selectors.reported_pairs(study)
    columns = pair.match.base.columns
    digests = dict(zip(columns.ids, columns.prompts, strict=True))
    for item, full in zip(hidden.items, shown.items, strict=True):
        assert item.name == f"prompt {digests[full.name][:12]}"
        assert full.name in digests


def test_the_most_changed_items_are_of_both_directions(tmp_path: Path) -> None:
    (changed,) = drilldown.most_changed(small(tmp_path, access="open"), quick())
    differences = [item.tuned - item.base for item in changed.items]
    assert differences == [-100.0] * 3 + [100.0] * 3


def test_the_report_of_one_pair_on_one_task_names_missing_results(tmp_path: Path) -> None:
    study = small(tmp_path, access="open")
    write(study, quick(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "On MedNLI t scored" in text
    assert "No model has all tasks of a level." in text
    assert "python run.py" in text
    assert Page((tmp_path / "report" / "report.html").read_text()).open == []


def test_a_study_without_levels_and_longhealth_misses_no_figure_of_them(tmp_path: Path) -> None:
    small(tmp_path, access="open")
    study = run(found_study(tmp_path, tree=ScoreTree()), quick())
    tasks = [task for task in study.study.declaration.tasks if task == "mednli"]
    declaration = replace(study.study.declaration, tasks=tuple(tasks))
    study = replace(study, study=replace(study.study, declaration=declaration))
    write(study, quick(), tmp_path / "report")
    for name in ("report.md", "report.html"):
        text = (tmp_path / "report" / name).read_text()
        assert "All models" in text
        for absent in ("No model has all tasks", "Levels of all models", "LongHealth by patient"):
            assert absent not in text
        assert "Level 1 against" not in text


def test_a_store_without_a_pair_shows_its_models_and_commands_for_a_pair(tmp_path: Path) -> None:
    names = ("accuracy", "accuracy_upstream")
    scores = [record(f"s{n}", dict.fromkeys(names, n / 12)) for n in range(12)]
    declared_cell(tmp_path, "mistral7b_instruct_v01", "mednli", scores)
    cells, conf = declared_study(tmp_path)
    write(run(cells, conf), conf, tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "No pair could be compared" in text
    assert f"| mistral7b_instruct_v01 | - | {100 * sum(range(12)) / 144:.2f} ± " in text
    assert "`python run.py model=biomistral7b task=mednli prompt=paper paths.data=nowhere" in text
    published = "| mistral7b_instruct_v01 | MedNLI | accuracy |"
    assert published in text
    assert Page((tmp_path / "report" / "report.html").read_text()).open == []


def test_a_refused_comparison_is_reported_with_its_reason(tmp_path: Path) -> None:
    small(tmp_path, access="open")
    names = ("rouge1", "rouge2", "rougeL", "bertscore_f1")
    for model, base in (("b", None), ("t", "b")):
        scores = [record(f"s{n}", dict.fromkeys(names, 0.5), target=model) for n in range(12)]
        cell(tmp_path, model, "meqsum", scores, base=base)
    study = run(found_study(tmp_path), quick())
    write(study, quick(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "t - b, MeQSum (paper): not compared, the target of 12 samples" in text
    assert "On MedNLI t scored" in text


def test_an_unreadable_table_removes_only_its_own_comparison(tmp_path: Path) -> None:
    small(tmp_path, access="open")
    names = ("rouge1", "rouge2", "rougeL", "bertscore_f1")
    for model, score in (("b", 2.0), ("t", 0.5)):  # no score is above 1
        scores = [record(f"s{n}", dict.fromkeys(names, score)) for n in range(12)]
        cell(tmp_path, model, "meqsum", scores, base=None if model == "b" else "b")
    study = run(found_study(tmp_path), quick())
    write(study, quick(), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "On MedNLI t scored" in text
    assert "t - b, MeQSum (paper): not compared" in text
    assert {key.task for key in study.cells if key.model == "b"} == {"mednli"}


def test_rank_sets_stand_where_a_sorted_table_would_rank(
    report: Path, results: StudyResults
) -> None:
    scores, ranks = (
        {row["model"]: row for row in csv.DictReader(text.splitlines())}
        for text in ((report / "tables" / f"{n}.csv").read_text() for n in ("scores", "ranks"))
    )
    for standing in results.standings["paper"]:
        rank_set = standing.scores["overall"].rank_set
        assert rank_set is not None
        shown = ranks[standing.model]["Overall"]
        assert scores[standing.model]["rank set, Overall"] == shown
        limits = [int(rank) for rank in shown.split(" to ")]
        assert (limits[0], limits[-1]) == rank_set
    assert "by family, is no ranking" in (report / "report.md").read_text()
