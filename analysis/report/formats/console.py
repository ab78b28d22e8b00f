"""A study as lines of text: the answer, each pair, missing cells and allowed differences."""

from collections.abc import Iterable, Iterator, Mapping

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.pairs import suggested_comparisons
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from analysis.sentences.pooled import ONE_PAIR, answer
from clue.task.levels import OVERALL

INDENT = "  "


def study_lines(results: StudyResults) -> Iterator[str]:
    """Yields the lines that the command prints about a study."""
    for setting in results.settings:
        yield from _setting(setting)
    yield from _notes(results)
    if results.refused:
        yield "Not compared:"
        yield from (f"{INDENT}{line}" for line in _refused(results))
    if results.missing:
        yield "Missing, with the command that evaluates it:"
        for missing in results.missing:
            tasks, partners = ", ".join(missing.tasks), ", ".join(missing.partners)
            yield f"{INDENT}{missing.model} on {tasks}, for {partners}:"
            yield f"{INDENT}{INDENT}{missing.command}"
    if results.unevaluated:
        yield "Tasks that the levels still need from both models of a pair:"
        yield from (f"{INDENT}{missing.command}" for missing in results.unevaluated)


def no_pair_lines(cells: Mapping[CellKey, StoredCell], results: StudyResults) -> Iterator[str]:
    """Explains why nothing was compared, and names the commands that would change that."""
    if results.missing or results.refused:
        yield "No pair could be compared; see above."
        return
    yield "No model in the store names a base, so there is no pair. The store contains:"
    suggestions = suggested_comparisons(cells)
    for prompt, model in sorted({(key.prompt, key.model) for key in cells}):
        tasks = [key.task for key in cells if (key.prompt, key.model) == (prompt, model)]
        yield f"{INDENT}{model} on {', '.join(tasks)} ({prompt})"
        yield from (
            f"{INDENT}{INDENT}{suggestion.command}"
            for suggestion in suggestions
            if (suggestion.prompt, suggestion.partners) == (prompt, (model,))
        )
    yield "A model file defines a pair by `base: <name of another model file>`."


def _setting(setting: PromptResults) -> Iterator[str]:
    kind = "confirmatory" if setting.confirmatory else "exploratory: not the declared setting"
    yield f"Prompt setting {setting.prompt} ({kind})"
    yield from (f"{INDENT}{setting.headline(line)}" for line in _answers(setting))
    yield ""
    for pair, rows in _rows_by_pair(setting.rows).items():
        yield f"{INDENT}{pair}"
        yield from (f"{INDENT}{INDENT}{row.judgement.sentence}" for row in _printed(rows))
    replicated = [
        replication.sentence for replication in setting.replications if replication.at_least
    ]
    if replicated:
        yield f"{INDENT}Replicability"
        yield from (f"{INDENT}{INDENT}{sentence}" for sentence in replicated)
    yield ""


def _answers(setting: PromptResults) -> Iterator[str]:
    """Answers about all pairs together, overall first."""
    if len({row.key.pair for row in setting.rows}) == 1:
        yield setting.pooled(ONE_PAIR)
        return
    for level in sorted(setting.answers, key=lambda name: (name != OVERALL, name)):
        yield from map(setting.pooled, answer(level, setting.answers[level].meta))


def _refused(results: StudyResults) -> Iterator[str]:
    """Refused comparisons, one line per pair and reason."""
    scores: dict[tuple[str, str, str], list[str]] = {}
    for refusal in results.refused:
        score = " ".join(filter(None, (refusal.task, refusal.metric)))
        scores.setdefault((refusal.pair, refusal.prompt, refusal.reason), []).append(score)
    for (pair, prompt, reason), names in scores.items():
        yield f"{pair}, {', '.join(names)} ({prompt}): {reason}"


def _rows_by_pair(rows: Iterable[ResultRow]) -> dict[str, list[ResultRow]]:
    by_pair: dict[str, list[ResultRow]] = {}
    for row in rows:
        if row.key.analysis == PRIMARY and row.key.scope != "metric":
            by_pair.setdefault(row.key.pair, []).append(row)
    return by_pair


def _printed(rows: list[ResultRow]) -> list[ResultRow]:
    """Levels and data sets; a task of a data set only where the data set has no mean."""
    confirmatory = [row for row in rows if row.judgement.tests != "F4"]
    names = tuple({row.key.task for row in confirmatory})
    single_tasks = [
        row for row in rows if row not in confirmatory and not row.key.task.startswith(names)
    ]
    return [*confirmatory, *single_tasks]


def _notes(results: StudyResults) -> Iterator[str]:
    """Allowed differences of cells and notes of ledgers; each note is printed once."""
    comparisons: dict[str, list[str]] = {}
    for pair in results.aligned:
        match = pair.match
        notes = [
            f"Allowed to differ, {difference.key}: {difference.base} (base), "
            f"{difference.tuned} (tuned)."
            for difference in pair.differences
        ]
        for note in [*notes, *pair.notes()]:
            comparison = f"{match.pair.name}, {match.task} ({match.pair.prompt})"
            comparisons.setdefault(note, []).append(comparison)
    if comparisons:
        yield "Notes on the comparisons:"
    for note, names in comparisons.items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"{INDENT}{note} In {names[0]}{more}."
