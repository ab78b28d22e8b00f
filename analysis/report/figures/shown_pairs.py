"""The pairs that figures with a row, a panel or a line per pair show: not more than can be read."""

from collections.abc import Collection
from dataclasses import replace

from analysis.paired_study.results import PromptResults, StudyResults
from analysis.report import selectors
from analysis.sentences.verdict import CHANGES

MOST_PAIRS = 40
"""Pairs of a figure: two printed pages at most, and the drawing takes no longer with more pairs."""


def shown_pairs(results: StudyResults) -> set[str]:
    """Returns the pairs of the figures: those with a detected change first, then by family."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return set()
    pairs = [pair for _, pair in selectors.pairs_by_family(setting)]
    changed = {
        row.key.pair
        for row in selectors.primary_rows(setting, "level", "task")
        if row.judgement.verdict in CHANGES
    }
    return set(sorted(pairs, key=lambda pair: pair not in changed)[:MOST_PAIRS])


def note(results: StudyResults) -> str:
    """Returns what the figures leave out and where it is; empty if they show all pairs."""
    setting = selectors.reported_setting(results)
    number = len(selectors.pairs_by_family(setting)) if setting else 0
    if number <= MOST_PAIRS:
        return ""
    return (
        f"Shown: {MOST_PAIRS} of {number} pairs, those with a detected change first, then by "
        "family; cells.csv and tables/*.csv have all pairs."
    )


def of_shown_pairs(results: StudyResults) -> StudyResults:
    """Returns the results of the shown pairs and of their models; pooled answers keep all pairs."""
    pairs = shown_pairs(results)
    if all(row.key.pair in pairs for row in results.rows):
        return results
    models = {
        model
        for row in results.rows
        if row.key.pair in pairs
        for model in (row.key.base, row.key.tuned)
    }
    return replace(
        results,
        settings=[_of_pairs(setting, pairs) for setting in results.settings],
        aligned=[one for one in results.aligned if one.match.pair.name in pairs],
        standings={
            prompt: [one for one in standings if one.model in models]
            for prompt, standings in results.standings.items()
        },
    )


def _of_pairs(setting: PromptResults, pairs: Collection[str]) -> PromptResults:
    factor = setting.prompt_factor
    return replace(
        setting,
        rows=[row for row in setting.rows if row.key.pair in pairs],
        format_content=replace(
            setting.format_content,
            rows=[row for row in setting.format_content.rows if row.key.pair in pairs],
        ),
        prompt_factor=replace(
            factor,
            rows=[row for row in factor.rows if row.key.pair in pairs],
            singles=[row for row in factor.singles if row.key.pair in pairs],
        ),
    )
