"""Views of the experiment in MLflow's UI: selection of runs, columns, order and charts.

They are tags of the experiment (`clue.tracking.experiment` writes them). The menu *Views* above the
runs lists them, and `clue.tracking.ui_links` gives their addresses; docs/mlflow.md shows them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from clue.tracking.tags import MADE, MARKS, STUDIES, SUPERSEDED
from clue.tracking.ui_charts import Bars, Chart, ChartSection, Points


@dataclass(frozen=True)
class UiView:
    """A table of runs in the UI, with charts of the same runs."""

    kind: str
    """Runs in the view, the tag `clue.kind`: `job`, `cell` or `pair`."""
    about: str
    """Content in a few words, for the menu and for lists of links."""
    columns: Sequence[tuple[str, int]]
    """Columns in their order, each with its width in pixels: a parameter (`params.task`), metric
    (`metrics.score`) or tag (`tags.clue.marks`)."""
    order: str
    """Column by which the runs are ordered."""
    ascending: bool = True
    with_superseded: bool = False
    """True shows also runs that a later one replaced."""
    sections: Sequence[ChartSection] = field(default_factory=list)
    """Charts; none: the UI draws one of each metric."""


CELL = (("params.task", 110), ("params.model", 130), ("params.prompt", 70), (f"tags.{MARKS}", 110))
KIND_OF_CELL = ((f"tags.{MADE}", 90), (f"tags.{STUDIES}", 130))
SETTINGS = (("tags.clue.limit", 60), ("tags.clue.wording", 80), ("tags.clue.scoring", 90))


def _metrics(width: int, *names: str) -> tuple[tuple[str, int], ...]:
    return tuple((f"metrics.{name}", width) for name in names)


SCORES_OF_CELLS = (
    ChartSection("Score by task, base beside tuned", (Bars("score"),), columns=1),
    ChartSection("Limits of its 95 % interval", (Bars("score_low"), Bars("score_high")), columns=2),
)


def _scores(*names: str) -> tuple[Bars, ...]:
    return tuple(Bars(f"{name}_score") for name in names)


TASKS = (
    *("mednli", "meqsum", "problem_summary", "longhealth", "medisumqa", "medisumcode"),
    *("medqa", "pubmedqa", "mmlu_medical", "medmcqa", "medec", "aci_bench", "mts_dialog"),
)

VIEWS = {
    "pairs": UiView(
        "pair",
        "difference of every pair, by task and level, with interval, p and verdict",
        (
            *(("params.task", 110), ("params.model", 130), ("tags.clue.verdict", 115)),
            (f"tags.{MARKS}", 110),
            *_metrics(65, "delta", "low", "high", "p_holm", "n", "margin", "p_bh"),
            *(("params.base", 130), ("params.prompt", 80), ("tags.clue.study", 80)),
        ),
        order="params.task",
        sections=(
            ChartSection(
                "Difference, low and high limit",
                (Bars("delta"), Bars("low"), Bars("high")),
            ),
            ChartSection(
                "Base beside tuned",
                (Points("base_score", "tuned_score"), Bars("base_score"), Bars("tuned_score")),
            ),
            ChartSection("Evidence", (Bars("p_holm"), Points("delta", "p_holm"), Bars("margin"))),
        ),
    ),
    "cells": UiView(
        "cell",
        "score of every cell, by task, with its interval and n",
        (
            *CELL,
            *_metrics(65, "score", "score_low", "score_high", "n"),
            *(*KIND_OF_CELL, ("params.shots", 60), *SETTINGS, *_metrics(75, "n_clusters")),
        ),
        order="params.task",
        sections=SCORES_OF_CELLS,
    ),
    "levels": UiView(
        "job",
        "every model: overall score, levels, tasks",
        (
            *(("tags.clue.model", 130), (f"tags.{MARKS}", 110)),
            *_metrics(95, "overall_score", "level1_score", "level2_score", "longhealth_score"),
            *_metrics(95, "exam_score", "open_score"),
            *(("tags.clue.base", 120), ("tags.clue.domain", 90), ("tags.clue.prompt", 80)),
        ),
        order="metrics.overall_score",
        ascending=False,
        sections=(
            ChartSection(
                "Levels", tuple(Bars(f"{n}_score") for n in ("overall", "level1", "level2"))
            ),
            ChartSection(
                "Tasks: base beside tuned", tuple(Bars(f"{name}_score") for name in TASKS)
            ),
        ),
    ),
    "failures": UiView(
        "cell",
        "percent of answers that are unread, blank, cut, looping or invented",
        (
            *CELL,
            *_metrics(95, "unparsed_percent", "empty_percent", "truncated_percent"),
            *_metrics(95, "looped_percent", "hallucinated_percent", "icd_counting_percent"),
            *_metrics(95, "format_followed_percent"),
            *_metrics(95, "header_unread_percent", "sentence_unread_percent"),
        ),
        order="params.task",
        sections=(
            ChartSection(
                "Percent of the answers of a cell",
                tuple(
                    Bars(f"{name}_percent")
                    for name in (
                        *("unparsed", "empty", "truncated", "looped", "hallucinated"),
                        *("icd_counting", "format_followed"),
                    )
                ),
            ),
        ),
    ),
    "cost": UiView(
        "cell",
        "seconds, tokens per second, backend and precision",
        (
            *CELL,
            *(("params.backend", 110), ("params.dtype", 90)),
            *_metrics(130, "generation_seconds", "new_tokens_per_second", "all_tokens_per_second"),
            *_metrics(130, "prompt_tokens_mean", "new_tokens_mean"),
        ),
        order="params.task",
        sections=(
            ChartSection(
                "Cost of a cell",
                (
                    Bars("generation_seconds"),
                    Bars("new_tokens_per_second"),
                    Bars("new_tokens_mean"),
                ),
            ),
        ),
    ),
    "history": UiView(
        "cell",
        "every run of a cell, also superseded ones: generated, repeated, rescored, trials",
        (
            *CELL,
            *_metrics(65, "score", "n"),
            *(*KIND_OF_CELL, (f"tags.{SUPERSEDED}", 110), ("params.shots", 60), *SETTINGS),
        ),
        order="params.task",
        with_superseded=True,
        sections=SCORES_OF_CELLS,
    ),
}
"""By the name in the address."""

__all__ = ["VIEWS", "Chart", "UiView"]
