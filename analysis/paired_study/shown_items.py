"""Ids and answers of items that a page may show: the rule of every page about single items.

Answers to open data are shown unless `text=none`. Answers to credentialed data are shown only if
`text=full` declares that the page stays where they may be read.
"""

from collections.abc import Mapping

from analysis.paired_study.pairs import MatchedCells
from clue.outgoing import Shown

DIGITS = 12
"""Digits of a prompt's digest that are shown, as in messages of a run."""


def shows_ids(match: MatchedCells, shown: Shown) -> bool:
    """Tests if a page may show ids and clusters of the items of a pair.

    Args:
        match: both cells of the pair.
        shown: `AnalysisConf.shown_answers`.
    """
    return match.is_open or shown == "all"


def shows_texts(match: MatchedCells, shown: Shown) -> bool:
    """Tests if a page may show the texts of a pair, and both tables have their answers.

    Args:
        match: both cells of the pair.
        shown: `AnalysisConf.shown_answers`.
    """
    may_show = shown == "all" or (shown == "open" and match.is_open)
    return may_show and has_answers(match)


def has_answers(match: MatchedCells) -> bool:
    """Tests if both tables have answers, not digests of them or nothing, as an archive may."""
    return all(cell.facts.get("text", "full") == "full" for cell in (match.base, match.tuned))


def shown_names(match: MatchedCells, shown: Shown) -> Mapping[str, str]:
    """Returns the shown name of each item by its id.

    An id of credentialed data names a note or a stay; the digest of a prompt takes its place.
    """
    columns = match.base.columns
    if shows_ids(match, shown):
        return {name: name for name in columns.ids}
    prompts = zip(columns.ids[::-1], columns.prompts[::-1], strict=True)
    return {name: f"prompt {prompt[:DIGITS]}" for name, prompt in prompts}
