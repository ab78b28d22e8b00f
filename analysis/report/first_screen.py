"""The first screen of a report: verdict, counts, one sentence, and everything that they rest on."""

from collections.abc import Iterable, Iterator, Sequence

from analysis.names import display_name, in_sentence
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors
from analysis.report.document import FirstScreen, Strip
from analysis.report.figures.forest_rows import ForestRows
from analysis.report.figures.shown_pairs import of_shown_pairs
from analysis.report.strips import strips
from analysis.sentences.headline import (
    VerdictLine,
    counts,
    direction,
    of_made_up_results,
    verdict_of_one,
    verdict_of_pairs,
)
from analysis.sentences.headline_sentence import (
    sentence_of_one,
    sentence_of_pairs,
    sentence_of_tasks,
)
from analysis.settings import AnalysisConf
from clue import __version__
from clue.common.plural import counted
from clue.marks import EXPLORATORY, is_made_up
from clue.tracking.provenance import commit_in_words

MAX_NAMES = 3
"""Models that the basis names; more are counted."""
NO_PAIR = "No pair could be compared yet."
ONE_PAIR = "This is one pair: it says nothing of other models."


def first_screen(
    results: StudyResults, conf: AnalysisConf, warnings: Sequence[str] = ()
) -> FirstScreen:
    """Returns the first screen; without a pair it says that nothing was compared.

    Args:
        results: of the study.
        conf: of the analysis.
        warnings: that readers need before any result, after their marks.
    """
    setting = selectors.reported_setting(results)
    basis = list(_basis(results, conf))
    if setting is None:
        verdict = VerdictLine("No result yet", "open")
        return FirstScreen(verdict, NO_PAIR, results.marks, basis=basis)
    verdict, sentence = _finding(setting)
    verdict = VerdictLine(setting.headline(verdict.text), verdict.tone)
    if is_made_up(setting.marks):
        verdict, sentence = of_made_up_results(verdict), f"Made-up results: {sentence}"
    rows, counted_rows = _counted(setting)
    return FirstScreen(
        verdict=verdict,
        sentence=sentence,
        marks=tuple(mark for mark in setting.marks if mark != EXPLORATORY),
        numbers=counts(row.judgement.verdict for row in rows),
        counted=counted_rows,
        basis=basis,
        warnings=warnings,
        strips=_strips(results),
    )


def _strips(results: StudyResults) -> list[Strip]:
    """Strips of the pairs that the forest plot shows."""
    setting = selectors.reported_setting(of_shown_pairs(results))
    return strips(ForestRows.of(setting)) if setting else []


def _finding(setting: PromptResults) -> tuple[VerdictLine, str]:
    """Verdict line and sentence of the most comprehensive score that some pair has."""
    level, rows = selectors.headline_rows(setting)
    answer = setting.answers.get(level)
    if answer is None:
        rows = selectors.primary_rows(setting, "task")
    if len(rows) == 1:
        row = rows[0]
        line = verdict_of_one(row.judgement.verdict, is_fragile=row.is_fragile)
        return line, f"{_sentence(row)} {ONE_PAIR}"
    numbers = counts(row.judgement.verdict for row in rows)
    if answer is None:
        names = [
            (f"{r.key.tuned} on {display_name(r.key.task)}", r.judgement.verdict) for r in rows
        ]
        return verdict_of_pairs(numbers, None, "comparison"), sentence_of_tasks(names)
    verdicts = [(row.key.tuned, row.judgement.verdict) for row in rows]
    line = verdict_of_pairs(numbers, direction(answer.meta.headline))
    return line, sentence_of_pairs(level, answer.meta, verdicts)


def _sentence(row: ResultRow) -> str:
    names = (row.key.tuned, row.key.base)
    return sentence_of_one(row.comparison, row.judgement.verdict, names, row.key.task)


def _counted(setting: PromptResults) -> tuple[list[ResultRow], str]:
    """Rows of the four counts: pairs on the headline score; of one pair its tasks."""
    level, rows = selectors.headline_rows(setting)
    if level in setting.answers and len(rows) > 1:
        return rows, f"{counted(len(rows), 'pair')} on {in_sentence(level)}"
    rows = selectors.primary_rows(setting, "task")
    pairs = {row.key.pair for row in rows}
    if len(pairs) > 1:
        return rows, f"{counted(len(rows), 'comparison')} on tasks"
    return rows, f"{counted(len(rows), 'task')} of this pair"


def _basis(results: StudyResults, conf: AnalysisConf) -> Iterator[tuple[str, str]]:
    """Label and text of everything that the finding rests on."""
    setting = selectors.reported_setting(results)
    yield "Study", _study(results, conf)
    rows = setting.rows if setting else ()
    yield "Models", _models(sorted({(row.key.tuned, row.key.base) for row in rows}), results)
    if setting:
        sizes = ((r.key.task, r.comparison.n) for r in selectors.primary_rows(setting, "task"))
    else:
        sizes = ((key.task, len({*cell.columns.ids})) for key, cell in results.cells.items())
    yield "Items", _items(sizes)
    prompt = selectors.reported_prompt(results, conf)
    backends = {str(cell.facts["generation"]["backend"]["name"]) for cell in results.cells.values()}
    if backends:
        yield "Answers", f"backend {', '.join(sorted(backends))}; prompt setting {prompt}"
    yield "Code", f"clue {__version__}, commit {commit_in_words() or 'unknown (no git)'}"


def _study(results: StudyResults, conf: AnalysisConf) -> str:
    """Name of the study and when it was declared; words of a command are in the answer."""
    name = results.study.declaration.name
    if conf.changes:
        return f"{name}, changed by the command line, so not the one that was declared beforehand"
    return f"{name}. {' '.join(results.study.statement)}".removesuffix(". ")


def _models(pairs: Sequence[tuple[str, str]], results: StudyResults) -> str:
    if not pairs:
        return ", ".join(sorted({key.model for key in results.cells})) or "none"
    names = [f"{tuned} against its base {base}" for tuned, base in pairs]
    if len(names) <= MAX_NAMES:
        return "; ".join(names)
    bases = len({base for _, base in pairs})
    return f"{counted(len(names), 'biomedical model')} against {counted(bases, 'base model')}"


def _items(sizes: Iterable[tuple[str, int]]) -> str:
    """Items of all tasks, the largest number of each task."""
    largest: dict[str, int] = {}
    for task, size in sizes:
        largest[task] = max(size, largest.get(task, 0))
    return f"{sum(largest.values()):,} in {counted(len(largest), 'task')}"
