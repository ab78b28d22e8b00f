"""Tables of prompts as a random factor: both lines, single prompts, the populations."""

from collections.abc import Mapping, Sequence

from analysis import number_format
from analysis.names import display_name, display_order
from analysis.number_format import NONE
from analysis.paired_study.prompt_factor_rows import PromptFactorRow
from analysis.paired_study.prompt_population import AskedPopulation
from analysis.report.document import ReportTable


def prompts(rows: Sequence[PromptFactorRow]) -> ReportTable:
    """Difference of every pair on every score, for these prompts and for prompts like these."""
    ordered = _ordered(rows)
    return ReportTable(
        "prompts",
        "Differences over prompts",
        [
            *("model", "task", "prompts", "Δ", "these prompts: 95 % CI"),
            *("prompts like these: 95 % CI", "q", "SD between prompts", "another prompt, 95 %"),
            "claim",
        ],
        [_line(row) for row in ordered],
        "In points, exploratory. These prompts: an interval for other items under exactly the "
        "same prompts. Prompts like these: for other items under other prompts of the same "
        f"origin. q: t-test of this line, adjusted by Benjamini and Hochberg over {len(rows)} "
        "rows. SD between prompts: of the true difference, with the errors of single prompts "
        "taken off; 0 if the prompts differ by no more than these. Another prompt: prediction "
        "interval of the true difference under one more prompt; if it holds 0 although the "
        "interval of the mean does not, the sign depends on the prompt. With spread prompts it is "
        "too short: it holds the truth in 83 to 92 % of simulated cases.",
        [row.factor.marks for row in ordered],
    )


def single_prompts(rows: Sequence[PromptFactorRow]) -> ReportTable:
    """Counts, best prompts and single prompts of every pair on every task score."""
    ordered = _ordered(rows)
    names = sorted({row.factor.one_prompt for row in rows if row.factor.one_prompt})
    other = f"under {names[0]} [95 % CI]" if names else "under one prompt"
    return ReportTable(
        "single_prompts",
        "Choice and number of prompts",
        [
            *("model", "task", "higher on", "share of such prompts % [95 % CI]"),
            *("prompts for SE", "each at its best [95 % CI]", other, "max - min"),
        ],
        [_choice_line(row) for row in ordered],
        "Higher on: prompts under which the biomedical model scored higher. Share: estimated from "
        "the mean and the SD between prompts, for prompts like these; - where no SD was found. "
        "Prompts for SE: number that gives the standard error in brackets on the same items; none: "
        "the error of items alone is larger. Each at its best: each model has its own best prompt, "
        "chosen on one half of the clusters and scored on the other; crossed designs only. Max - "
        "min: largest minus smallest difference of a single prompt. It grows with the number of "
        "prompts, and the errors of single prompts are in it.",
        [row.factor.marks for row in ordered],
    )


def populations(asked: Sequence[AskedPopulation]) -> ReportTable:
    """The prompts of each task score."""
    return ReportTable(
        "prompt_populations",
        "Populations of prompts",
        [
            *("task", "design", "prompts", "per item", "wordings", "formats", "places"),
            *("draws of examples", "orders", "digest"),
        ],
        [_population_line(one) for one in sorted(asked, key=lambda one: display_order(one.task))],
        "Prompts: asked, of those drawn. A prompt is a wording, a format (separators, labels, "
        "options), the place of the instruction (system or user turn), and the draw and order of "
        "its worked examples. Per item: mean number of prompts that asked an item.",
    )


def _ordered(rows: Sequence[PromptFactorRow]) -> list[PromptFactorRow]:
    return sorted(rows, key=lambda row: (row.key.tuned, display_order(row.key.task)))


def _line(row: PromptFactorRow) -> list[str]:
    factor = row.factor
    return [
        row.key.tuned,
        display_name(row.key.task),
        f"{factor.n_prompts} {factor.design}",
        number_format.points(factor.delta),
        number_format.points_interval(factor.ci95_fixed),
        number_format.points_interval(factor.ci95_random),
        number_format.p_cell(factor.q_random),
        number_format.points(factor.sd_prompts),
        number_format.points_interval(factor.prediction95),
        factor.claim,
    ]


def _choice_line(row: PromptFactorRow) -> list[str]:
    factor = row.factor
    return [
        row.key.tuned,
        display_name(row.key.task),
        f"{factor.gains} of {factor.n_prompts}",
        _share(row),
        _needed(row),
        number_format.estimate(factor.best_delta, factor.best_ci95),
        number_format.estimate(factor.one_prompt_delta, factor.one_prompt_ci95),
        number_format.points(factor.range),
    ]


def _share(row: PromptFactorRow) -> str:
    share, limits = row.factor.share_better, row.factor.share_better_ci95
    if share is None or limits is None or not row.factor.sd_prompts:
        return NONE
    low, high = map(number_format.whole_percent, limits)
    return f"{number_format.whole_percent(share)} [{low} to {high}]"


def _needed(row: PromptFactorRow) -> str:
    factor = row.factor
    if factor.wanted_error is None:
        return NONE
    number = "none" if factor.prompts_needed is None else str(factor.prompts_needed)
    return f"{number} ({number_format.significant(factor.wanted_error, 2)})"


def _population_line(one: AskedPopulation) -> list[str]:
    drawn = f" of {one.drawn}" if one.drawn > one.n_prompts else ""
    return [
        display_name(one.task),
        one.design,
        f"{one.n_prompts}{drawn}",
        number_format.number(one.prompts_per_item, 1),
        _wordings(one.kinds),
        str(one.formats or NONE),
        str(one.places or NONE),
        str(one.shot_draws or NONE),
        str(one.shot_orders or NONE),
        one.sha256[:16] or NONE,
    ]


def _wordings(kinds: Mapping[str, int]) -> str:
    """Number of wordings with their kinds; `-` if the tables do not record them."""
    if not kinds:
        return NONE
    parts = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in kinds.items())
    return f"{sum(kinds.values())}: {parts}"
