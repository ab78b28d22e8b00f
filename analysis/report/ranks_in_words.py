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
        ranked = sorted(
            (score.rank_set, -score.estimate.delta, one.model, one.marks)
            for one in standings
            if (score := one.scores.get(name)) and score.rank_set
        )
        ranks = [f"{model} {number_format.ranks(*rank_set)}" for rank_set, _, model, _ in ranked]
        text = (
            f"Ranks that the data leave open on {in_sentence(name)} (1 = highest score; all "
            f"together with 95 % confidence): {', '.join(ranks)}."
        )
        return marked(union(*(marks for *_, marks in ranked)), text)
    return None
