"""The section on where a difference arises: which items, and which source of chance."""

from itertools import groupby

from analysis.paired_study.results import PromptResults
from analysis.report.document import FoldedList, Section
from analysis.report.tables.item_slopes import item_slopes
from analysis.sentences.item_slopes import is_settled, lead, sentence
from analysis.settings import AnalysisConf


def section(setting: PromptResults, conf: AnalysisConf) -> Section:
    """The section; empty without a tested task score."""
    if not setting.slopes:
        return Section("Where the difference arises", "where")
    alpha = conf.study.alpha
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
