"""The tables of data quality and of answer failures."""

from collections.abc import Iterator

from analysis.names import display_name, display_order
from analysis.number_format import NONE, percent
from analysis.paired_study.numeric_rows import FailureRow
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.series import AlignedPair
from analysis.report.document import ReportTable
from analysis.report.figures.failures import ALL_KINDS, THOUGHT_KINDS, failure_percent
from analysis.report.tables.thoughts import ABSENT


def ledger(results: StudyResults, setting: PromptResults) -> ReportTable:
    """Matched items, unread answers and verified digests of every pair and task."""
    pairs = sorted(_under_setting(results, setting), key=_ledger_row)
    return ReportTable(
        "ledger",
        "Data behind each comparison",
        ["model", "task", "n (clusters)", "unread % base", "unread % bio.", "verified", "notes"],
        [_ledger_row(pair) for pair in pairs],
        "Unread: responses in which no answer was found; they score 0. Verified: digests that are "
        "equal for both models on every item.",
        [pair.match.marks for pair in pairs],
    )


def failure_rows(results: StudyResults, setting: PromptResults) -> Iterator[FailureRow]:
    """Yields the percentages of every pair, task and recorded kind of failure."""
    for pair in _under_setting(results, setting):
        match = pair.match
        for flag in ALL_KINDS:
            base, tuned = (failure_percent([cell], flag) for cell in (match.base, match.tuned))
            if base is not None or tuned is not None:
                yield FailureRow(match.pair.name, match.task, flag, base, tuned)


def failures(results: StudyResults, setting: PromptResults) -> ReportTable:
    """Rates of each kind of failure, base and biomedical model, by task."""
    pairs = _under_setting(results, setting)
    recorded = {flag for pair in pairs for flag in pair.match.base.columns.flags}
    of_thoughts = {flag for pair in pairs for flag in pair.match.tuned.columns.flags}
    recorded |= of_thoughts & set(THOUGHT_KINDS)
    kinds = {flag: title for flag, title in ALL_KINDS.items() if flag in recorded}
    body = []
    pairs.sort(key=lambda pair: (pair.match.pair.name, display_order(pair.match.task)))
    for pair in pairs:
        rates = [_failure_rates(pair, flag) for flag in kinds]
        body.append([pair.match.pair.tuned, display_name(pair.match.task), _size(pair), *rates])
    return ReportTable(
        "failures",
        "Answer failures by task",
        ["model", "task", "n (clusters)", *kinds.values()],
        body,
        "Percent of all answers, base / biomedical model; an item that is asked several times has "
        "several. Failures are part of the scores: an "
        "answer that is blank or unreadable scores 0.",
        [pair.match.marks for pair in pairs],
    )


def _under_setting(results: StudyResults, setting: PromptResults) -> list[AlignedPair]:
    return [pair for pair in results.aligned if pair.match.pair.prompt == setting.prompt]


def _ledger_row(pair: AlignedPair) -> list[str]:
    match = pair.match
    unread = [percent(cell.flag_percent("unparsed")) for cell in (match.base, match.tuned)]
    verified = ", ".join(pair.ledger.verified)
    notes = "; ".join([*pair.notes(), *pair.incomparable.values()])
    names = [match.pair.tuned, display_name(match.task)]
    return [*names, _size(pair), *unread, verified, notes or NONE]


def _size(pair: AlignedPair) -> str:
    """Items and clusters."""
    return f"{len(pair.alignment.ids)} ({len(set(pair.alignment.clusters))})"


def _failure_rates(pair: AlignedPair, flag: str) -> str:
    base, tuned = (failure_percent([c], flag) for c in (pair.match.base, pair.match.tuned))
    if flag in THOUGHT_KINDS and (base is None) != (tuned is None):  # one of the two thinks
        return " / ".join(ABSENT if one is None else percent(one) for one in (base, tuned))
    return NONE if base is None or tuned is None else " / ".join(map(percent, (base, tuned)))
