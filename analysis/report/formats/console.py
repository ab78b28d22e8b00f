"""A study as lines of text: the answer, each pair, missing cells and allowed differences."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from analysis.configuration import command
from analysis.paired_study.cells_of_study import undeclared_pairs
from analysis.paired_study.missing import list_command, study_command
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.rows import ResultRow
from analysis.paired_study.sensitivity import PRIMARY
from analysis.report import prompts, selectors
from analysis.report.contrasts_in_words import sentence as in_words
from analysis.report.exam_contrast_in_words import exam_answer
from analysis.report.ranks_in_words import rank_line
from analysis.sentences.declaration import declared, hypothesis_families, trials_by_reason
from analysis.sentences.pair import JudgedScore, pair_line
from analysis.sentences.pooled import ONE_PAIR
from analysis.sentences.prompt_factor import SETTLED
from analysis.sentences.prompt_settings import basis
from analysis.settings import AnalysisConf
from clue.common.plural import counted
from clue.marks import marked, union
from clue.task.levels import OVERALL

INDENT = "  "
MOST_COMMANDS = 6
"""Commands for missing cells that are printed; of more, the command of the study is."""
REPLICABILITY = "Confirmed changes (Holm over all pairs and tasks: all lines hold together)"
MOST_TRIALS = 12
"""Lines about trials that are printed."""


def study_lines(results: StudyResults, conf: AnalysisConf) -> Iterator[str]:
    """Yields the lines that the command prints about a study."""
    yield from _declaration(results, conf)
    for setting in results.settings:
        yield from _setting(setting, conf)
    ranks = rank_line(
        selectors.reported_standings(results, conf), results.study.declaration.tree.of_datasets
    )
    if ranks:
        yield from (ranks, "")
    yield from _prompt_settings(results)
    yield from _notes(results)
    if results.refused:
        yield "Not compared:"
        yield from (f"{INDENT}{line}" for line in _refused(results))
    yield from _missing(results, conf)
    yield from _trials(results, conf)


def _declaration(results: StudyResults, conf: AnalysisConf) -> Iterator[str]:
    study = results.study
    keys = set(study.declaration.pair_keys)
    yield declared(study.declaration, len(keys & set(study.cells)))
    yield from study.statement
    yield hypothesis_families(study.declaration)
    if not conf.changes and results.rows and results.unevaluated:
        tested = sorted({row.key.tuned for row in results.rows})
        if set(tested) < {pair.tuned for pair in study.declaration.pairs}:
            fewer = replace(conf, chosen=[*conf.chosen, f"models={','.join(tested)}"])
            yield f"Fewer hypotheses: {command(fewer)}"
    yield from study.notes
    yield ""


def _missing(results: StudyResults, conf: AnalysisConf) -> Iterator[str]:
    if results.missing:
        yield "Missing, with the command that evaluates it:"
        for missing in results.missing:
            tasks, partners = ", ".join(missing.tasks), ", ".join(missing.partners)
            yield f"{INDENT}{missing.model} on {tasks}, for {partners}:"
            yield f"{INDENT}{INDENT}{missing.command}"
    if results.unevaluated:
        models = list(dict.fromkeys(missing.model for missing in results.unevaluated))
        yield f"Tasks that {counted(len(models), 'model')} of the pairs still lack:"
        if len(models) <= MOST_COMMANDS:
            yield from (f"{INDENT}{missing.command}" for missing in results.unevaluated)
        else:
            yield f"{INDENT}{study_command(conf)}"


def _trials(results: StudyResults, conf: AnalysisConf) -> Iterator[str]:
    lines = trials_by_reason(results.study.trials)
    if not lines:
        return
    count = counted(len(results.study.trials), "stored cell does", "stored cells do")
    yield f"{count} not count in this study (trials):"
    yield from (f"{INDENT}{line}" for line in lines[:MOST_TRIALS])
    if len(lines) > MOST_TRIALS:
        yield f"{INDENT}and {len(lines) - MOST_TRIALS} more: {list_command(conf)}"
    undeclared = undeclared_pairs(results.study)
    if undeclared and not conf.changes:
        chosen = [word for word in conf.chosen if word.startswith("study=")]
        own = replace(conf, chosen=[*chosen, f"models={','.join(undeclared)}"])
        yield f"{INDENT}Models that it does not declare, compared: {command(own)}"
    if not conf.include_trials:
        yield f"{INDENT}To see them, marked: {command(replace(conf, include_trials=True))}"


def _setting(setting: PromptResults, conf: AnalysisConf) -> Iterator[str]:
    kind = "confirmatory" if setting.confirmatory else "exploratory: not the declared setting"
    yield f"Prompt setting {setting.prompt} ({kind})"
    yield from (f"{INDENT}{setting.headline(line)}" for line in _answers(setting))
    yield from (
        f"{INDENT}{setting.headline(line)}" for line in exam_answer(setting, conf.study.alpha)
    )
    yield ""
    by_pair = {pair: _printed(rows) for pair, rows in _rows_by_pair(setting.rows).items()}
    if len(by_pair) > 1:
        yield f"{INDENT}Pair by pair (corrected by Holm; a sentence on every score: the report)"
    for pair, rows in by_pair.items():
        if len(by_pair) > 1:
            yield f"{INDENT}{INDENT}{_pair_line(pair, rows)}"
        else:
            yield f"{INDENT}{pair}"
            yield from (f"{INDENT}{INDENT}{row.judgement.sentence}" for row in rows)
    yield from _prompts(setting, is_short=len(by_pair) > 1)
    replicated = [
        replication.sentence for replication in setting.replications if replication.confirmed
    ]
    if replicated:
        yield f"{INDENT}{REPLICABILITY}"
        yield from (f"{INDENT}{INDENT}{sentence}" for sentence in replicated)
    if setting.contrasts:
        yield f"{INDENT}Pairs against each other (Holm among the requested)"
        yield from (
            f"{INDENT}{INDENT}{in_words(row, conf.study.alpha)}" for row in setting.contrasts
        )
    yield ""


def _prompts(setting: PromptResults, *, is_short: bool) -> Iterator[str]:
    """Prompts as a random factor; of several pairs the settled changes only."""
    lines = [*prompts.basis(setting), *prompts.scope(setting)]
    if lines:
        yield f"{INDENT}Prompts"
        rows = [row.factor for row in setting.prompt_factor.rows]
        lines += [row.sentence for row in rows if not is_short or row.claim in SETTLED]
        yield from (f"{INDENT}{INDENT}{line}" for line in lines)


def _pair_line(pair: str, rows: Sequence[ResultRow]) -> str:
    overall = next((row for row in rows if row.key.task == OVERALL), None)
    scores = [JudgedScore(row.key.task, row.judgement.verdict) for row in rows if row != overall]
    judged = overall and (overall.comparison, overall.judgement.p_adjusted)
    return marked(union(*(row.marks for row in rows)), pair_line(pair, judged, scores))


def _prompt_settings(results: StudyResults) -> Iterator[str]:
    """Every two prompt settings compared with each other; nothing with one setting."""
    compared = results.prompt_settings
    if not compared.rows and not compared.refused:
        return
    yield "Prompt settings compared with each other (exploratory)"
    yield f"{INDENT}{basis(compared.hypotheses)}"
    for first, second, comparisons in compared.by_settings():
        shown = selectors.setting_comparisons(comparisons)
        for pair, members in groupby(shown, key=lambda one: one.key.pair):
            yield f"{INDENT}{pair}, {first} and {second}"
            yield from (f"{INDENT}{INDENT}{one.sentence}" for one in members)
    for refusal in compared.refused:
        settings = f"{refusal.first_prompt} and {refusal.second_prompt}"
        yield f"{INDENT}Not compared: {refusal.pair}, {refusal.task}, {settings}: {refusal.reason}"
    yield ""


def _answers(setting: PromptResults) -> Iterator[str]:
    """Answers about all pairs together, overall first."""
    if len({row.key.pair for row in setting.rows}) == 1:
        yield setting.pooled(ONE_PAIR)
        return
    for level in sorted(setting.answers, key=lambda name: (name != OVERALL, name)):
        yield from map(setting.pooled, setting.answers[level].sentences(level))


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
