"""The table of the scores of single models."""

from collections.abc import Collection, Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.standings import ModelScore, Standing
from analysis.report import selectors
from analysis.report.document import ReportTable
from analysis.report.tables.pairs import sizes_note

RANK_SETS = (
    "Rank set: the ranks that the data leave open, 1 = highest score. All rank sets of a score "
    "hold together with 95 % confidence (all pairs of models, Holm). Rules without a model "
    "(baseline in the name), and models that answered other items than most, have none."
)


def scores(standings: Sequence[Standing], levels: Collection[str]) -> ReportTable:
    """Scores of every model, without pairing; baselines are at the end as a floor.

    Args:
        standings: scores of each model.
        levels: names of the study's levels, whose columns come first.
    """
    columns = _columns(standings, levels)
    sizes = {
        name: {
            (score.n, score.n_clusters)
            for standing in standings
            if (score := standing.scores.get(name))
        }
        for name in columns
    }
    ranked = selectors.ranked_score(standings, levels)
    body = [
        [
            standing.model,
            _origin(standing),
            *(_rank_set(standing.scores.get(name)) for name in ranked),
            *(_score(standing.scores.get(name)) for name in columns),
        ]
        for standing in standings
    ]
    no_ranking = f" {RANK_SETS} The order of the rows, by family, is no ranking." if ranked else ""
    return ReportTable(
        "scores",
        "Scores of all models",
        [
            *("model", "adapted from"),
            *(f"rank set, {display_name(name)}" for name in ranked),
            *map(display_name, columns),
        ],
        body,
        "Scores are in points, ± half of the 95 % interval of this model's score on other items "
        f"like these. {sizes_note(sizes)} Two models cannot be compared by these intervals: the "
        "models answered the same items, which only a paired comparison takes into account."
        f"{no_ranking}",
        [standing.marks for standing in standings],
    )


def ranks(standings: Sequence[Standing], levels: Collection[str]) -> ReportTable:
    """Rank set of every model in every score; without models that have none."""
    columns = _columns(standings, levels)
    ranked = [
        standing
        for standing in standings
        if any(score.rank_set for score in standing.scores.values())
    ]
    return ReportTable(
        "ranks",
        "Rank sets of all models",
        ["model", *map(display_name, columns)],
        [
            [standing.model, *(_rank_set(standing.scores.get(name)) for name in columns)]
            for standing in ranked
        ],
        f"{RANK_SETS} Each column holds by itself.",
        [standing.marks for standing in ranked],
    )


def _columns(standings: Sequence[Standing], levels: Collection[str]) -> list[str]:
    """Levels, then data sets; a task of a data set is omitted where the data set has a score."""
    names = sorted({name for standing in standings for name in standing.scores}, key=display_order)
    datasets = [name for name in names if name[:-1] not in names]
    return sorted(datasets, key=lambda name: name not in levels)


def _origin(standing: Standing) -> str:
    if standing.facts.get("family") == "baseline":
        return "baseline"
    return str(standing.facts.get("base") or NONE)


def _rank_set(score: ModelScore | None) -> str:
    if score is None or score.rank_set is None:
        return NONE
    return number_format.ranks(*score.rank_set)


def _score(score: ModelScore | None) -> str:
    if score is None:
        return NONE
    points = number_format.points(score.estimate.delta)
    if not score.estimate.se > 0:  # one cluster, or equal clusters: the error is not estimable
        return points
    interval = score.estimate.interval()
    return f"{points} ± {number_format.points((interval.high - interval.low) / 2)}"
