"""The ranks that the data leave open for each model, on one line."""

from collections.abc import Collection, Sequence

from analysis import number_format
from analysis.names import in_sentence
from analysis.paired_study.standings import Standing
from analysis.report import selectors
from clue.marks import marked, union


def rank_line(standings: Sequence[Standing], levels: Collection[str]) -> str | None:
    """Returns rank sets in the most comprehensive score; None if no score has any.

    Args:
        standings: scores of each model.
        levels: names of the study's levels.
    """
    for name in selectors.ranked_score(standings, levels):
        ranked = [(one, one.scores[name]) for one in standings if name in one.scores]
        ranked = [(one, score) for one, score in ranked if score.rank_set]
        ranked.sort(key=lambda member: (member[1].rank_set, -member[1].estimate.delta))
        ranks = [
            f"{one.model} {number_format.ranks(*score.rank_set)}"
            for one, score in ranked
            if score.rank_set
        ]
        text = (
            f"Ranks that the data leave open on {in_sentence(name)} (1 = highest score; all "
            f"together with 95 % confidence): {', '.join(ranks)}."
        )
        return marked(union(*(one.marks for one, _ in ranked)), text)
    return None
