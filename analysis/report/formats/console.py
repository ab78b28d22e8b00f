"""A study as lines to read: the answer, each pair, what is missing and what was allowed."""

from collections.abc import Iterable, Iterator, Mapping

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.pairs import suggested_comparisons
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from analysis.sentences.pooled import answer
from clue.task.levels import OVERALL

INDENT = "  "


def lines(results: StudyResults) -> Iterator[str]:
    """Everything that is printed."""
    for setting in results.settings:
        yield from _setting(setting)
    yield from _told(results)
    if results.refused:
        yield "Not compared:"
        yield from (f"{INDENT}{line}" for line in _refused(results))
    if results.missing:
        yield "Missing, and what makes it:"
        for missing in results.missing:
            names = ", ".join(missing.tasks)
            yield f"{INDENT}{missing.model} on {names}, for {', '.join(missing.partners)}:"
            yield f"{INDENT}{INDENT}{missing.command}"
    if results.unevaluated:
        yield "Levels need more tasks of both models of a pair:"
        yield from (f"{INDENT}{missing.command}" for missing in results.unevaluated)


def _setting(setting: PromptResults) -> Iterator[str]:
    kind = "confirmatory" if setting.confirmatory else "exploratory: not the declared setting"
    yield f"Prompt setting {setting.prompt} ({kind})"
    yield from (f"{INDENT}{line}" for line in _answers(setting))
    yield ""
    for pair, rows in _by_pair(setting.rows).items():
        yield f"{INDENT}{pair}"
        yield from (f"{INDENT}{INDENT}{row.judgement.sentence}" for row in _shown(rows))
    yield from _replicated(setting)
    yield ""


def _answers(setting: PromptResults) -> Iterator[str]:
    """Of all pairs together, overall first."""
    answers = setting.answers[PRIMARY]
    if len({row.key.pair for row in setting.rows}) == 1:
        yield "One pair: nothing is said beyond it."
        return
    for level in sorted(answers, key=lambda name: (name != OVERALL, name)):
        yield from answer(level, answers[level])


def _refused(results: StudyResults) -> Iterator[str]:
    """Pairs and tasks by what stands in their way."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for each in results.refused:
        what = " ".join(filter(None, (each.task, each.metric)))
        found.setdefault((each.pair, each.prompt, each.reason), []).append(what)
    for (pair, prompt, reason), tasks in found.items():
        yield f"{pair}, {', '.join(tasks)} ({prompt}): {reason}"


def _by_pair(rows: Iterable[ResultRow]) -> dict[str, list[ResultRow]]:
    found: dict[str, list[ResultRow]] = {}
    for row in rows:
        if row.key.analysis == PRIMARY and row.key.scope != "metric":
            found.setdefault(row.key.pair, []).append(row)
    return found


def _shown(rows: list[ResultRow]) -> list[ResultRow]:
    """Levels and data sets; tasks of a data set only where its own mean is not there."""
    confirmed = [row for row in rows if row.judgement.tests != "F4"]
    have = {row.key.task for row in confirmed}
    alone = [row for row in rows if row not in confirmed and not _within(row.key.task, have)]
    return [*confirmed, *alone]


def _within(task: str, datasets: set[str]) -> bool:
    return any(task.startswith(dataset) for dataset in datasets)


def _replicated(setting: PromptResults) -> Iterator[str]:
    said = [each.sentence for each in setting.replications if each.at_least]
    if said:
        yield f"{INDENT}Replicability"
        yield from (f"{INDENT}{INDENT}{sentence}" for sentence in said)


def _told(results: StudyResults) -> Iterator[str]:
    """Differences of cells that were allowed, and what a ledger has to say, once each."""
    found: dict[str, list[str]] = {}
    for each in results.aligned:
        place = f"{each.match.pair.name}, {each.match.task} ({each.match.pair.prompt})"
        for one in each.differences:
            what = f"{one.key}: {one.base} (base), {one.tuned} (tuned)"
            found.setdefault(f"Allowed to differ, {what}.", []).append(place)
        for note in each.notes():
            found.setdefault(note, []).append(place)
    if found:
        yield "To know of these comparisons:"
    for note, places in found.items():
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        yield f"{INDENT}{note} In {places[0]}{more}."


def alone(cells: Mapping[CellKey, StoredCell], results: StudyResults) -> Iterator[str]:
    """Why nothing was compared, and what would change that."""
    if results.missing or results.refused:
        yield "No pair could be compared; see above."
        return
    yield "No cell is of a model that names a base, so there is no pair. In the store:"
    offered = suggested_comparisons(cells)
    for prompt, model in sorted({(place.prompt, place.model) for place in cells}):
        tasks = [p.task for p in cells if (p.prompt, p.model) == (prompt, model)]
        yield f"{INDENT}{model} on {', '.join(tasks)} ({prompt})"
        yield from (
            f"{INDENT}{INDENT}{offer.command}"
            for offer in offered
            if (offer.prompt, offer.partners) == (prompt, (model,))
        )
    yield "A model file makes a pair by `base: <name of another model file>`."
