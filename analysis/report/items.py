"""The sections on pairs against each other, and on where a difference and its error arise."""

from itertools import groupby

from analysis.paired_study.results import PromptResults
from analysis.report import contrasts_in_words
from analysis.report.document import FoldedList, Section
from analysis.report.item_slopes_in_words import is_settled, lead, sentence
from analysis.report.tables.contrasts import contrasts as table
from analysis.report.tables.groups import groups
from analysis.report.tables.item_slopes import item_slopes
from analysis.report.tables.variance import variance
from analysis.report.variance_in_words import LEAD, by_task
from analysis.settings import AnalysisConf


def sections(setting: PromptResults, conf: AnalysisConf) -> list[Section]:
    """The sections; none without a task score."""
    if not setting.slopes:
        return []
    alpha = conf.study.alpha
    return [_contrasts(setting, alpha), _slopes(setting, alpha), _variance(setting)]


def _contrasts(setting: PromptResults, alpha: float) -> Section:
    """Pairs against each other; empty without a request."""
    rows = setting.contrasts
    if not rows:
        return Section("Pairs against each other", "contrasts")
    points = [contrasts_in_words.sentence(row, alpha) for row in rows]
    return Section(
        "Pairs against each other",
        "contrasts",
        [contrasts_in_words.LEAD],
        points,
        tables=[table(rows)],
    )


def _slopes(setting: PromptResults, alpha: float) -> Section:
    settled = [row for row in setting.slopes if is_settled(row, alpha)]
    by_pair = [
        FoldedList(pair, [sentence(row) for row in members])
        for pair, members in groupby(settled, key=lambda row: row.key.pair)
    ]
    return Section(
        "Where the difference arises",
        "where",
        [setting.pooled(lead(setting.slopes, alpha))],
        groups=by_pair,
        tables=[item_slopes(setting.slopes), *([groups(setting.groups)] if setting.groups else [])],
    )


def _variance(setting: PromptResults) -> Section:
    points = list(by_task(setting.variance))
    table = variance(setting.variance)
    return Section("Sources of the error", "variance", [LEAD], points, tables=[table])
