"""Sentences on the parts of differences: the share of readable answers and their quality."""

from collections.abc import Iterator

from analysis.names import in_sentence
from analysis.number_format import p_value, percent, points, points_interval
from analysis.paired_study.format_content_rows import PooledParts, SplitRow
from analysis.paired_study.results import PromptResults
from analysis.report import selectors
from analysis.stats.weighted_sums import Estimate
from clue.marks import marked

LEAD = (
    "Exploratory. A model can lose because fewer of its answers can be read, or because the "
    "readable ones are worse. An answer to a question with fixed answers is readable if one of "
    "them was read; a text or a list of codes if it is not blank, does not loop and was not cut "
    "off. Form and content are the two parts of the difference, and the rest are points that "
    "unreadable texts earn. Content compares readable answers, which are other items for the two "
    "models: a model that answers only easy items readably looks good in it."
)
CHOICES = (
    "For questions with fixed answers, the likeliest of these was scored too. It needs no reading, "
    "so its difference between the models is free of format and of that selection."
)


def pooled_parts(setting: PromptResults) -> Iterator[str]:
    """Yields the parts of the mean difference in the most comprehensive level of several pairs."""
    by_level = {one.level: one for one in setting.format_content.pooled if one.pairs > 1}
    for level in selectors.level_order(by_level)[:1]:
        yield setting.pooled(_pooled(by_level[level]))


def settled(row: SplitRow, alpha: float) -> Iterator[str]:
    """Yields the parts of a task score that differ from 0 after correction, in words."""
    split = row.split
    if row.key.scope != "task" or split.refused:
        return
    head = f"On {in_sentence(row.key.task)}, {row.key.tuned} against {row.key.base}"
    if split.q_form is not None and split.q_form <= alpha:
        yield marked(
            split.marks,
            f"{head}: {percent(split.readable_tuned)} % and {percent(split.readable_base)} % of "
            f"the answers can be read. This is {_part(row, 'form')} of a difference of "
            f"{points(split.delta)}.",
        )
    if split.q_content is not None and split.q_content <= alpha:
        yield marked(
            split.marks,
            f"{head}: readable answers score {points(split.quality_tuned)} and "
            f"{points(split.quality_base)}. This is {_part(row, 'content')} of a difference of "
            f"{points(split.delta)}.",
        )
    if split.q_choice is not None and split.q_choice <= alpha:
        yield marked(
            split.marks,
            f"{head}: by the likeliest answers the difference is higher by {_part(row, 'choice')} "
            "than by generated answers.",
        )


def _pooled(pooled: PooledParts) -> str:
    parts = pooled.parts
    total = sum(part.delta for part in parts.values())
    return (
        f"Mean of exactly these {pooled.pairs} on {in_sentence(pooled.level)}: "
        f"{points(total)} points, of which form {_estimate(parts['form'])}, content "
        f"{_estimate(parts['content'])}, rest {_estimate(parts['rest'])}."
    )


def _estimate(part: Estimate) -> str:
    if not part.se > 0:
        return points(part.delta)
    return f"{points(part.delta)} (95 % CI {points_interval(part.interval())})"


def _part(row: SplitRow, name: str) -> str:
    value, q = getattr(row.split, name), getattr(row.split, f"q_{name}")
    limits = points_interval(getattr(row.split, f"ci95_{name}"))
    return f"{points(value)} points (95 % CI {limits}; q {p_value(q)})"
