"""The sections on where a difference arises: which items, and which source of chance."""

from itertools import groupby

from analysis.paired_study.results import PromptResults
from analysis.report.document import FoldedList, Section
from analysis.report.tables.item_slopes import item_slopes
from analysis.report.tables.variance import variance
from analysis.sentences.item_slopes import is_settled, lead, sentence
from analysis.sentences.variance import LEAD, by_task
from analysis.settings import AnalysisConf


def sections(setting: PromptResults, conf: AnalysisConf) -> list[Section]:
    """The sections; none without a task score."""
    return [_slopes(setting, conf.study.alpha), _variance(setting)] if setting.slopes else []


def _slopes(setting: PromptResults, alpha: float) -> Section:
    settled = [row for row in setting.slopes if is_settled(row, alpha)]
    groups = [
        FoldedList(pair, [sentence(row) for row in members])
        for pair, members in groupby(settled, key=lambda row: row.key.pair)
    ]
    return Section(
        "Where the difference arises",
        "where",
        [lead(setting.slopes, alpha)],
        groups=groups,
        tables=[item_slopes(setting.slopes)],
    )


def _variance(setting: PromptResults) -> Section:
    points = list(by_task(setting.variance))
    table = variance(setting.variance)
    return Section("Sources of the error", "variance", [LEAD], points, tables=[table])
