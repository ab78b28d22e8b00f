"""Prompts as a random factor, as rows of a label and its values."""

from collections.abc import Iterator

from analysis import number_format
from analysis.pairing.missing_samples import list_ids
from analysis.pairing.prompt_comparison import PromptComparison
from analysis.sentences.phrases import Labels
from analysis.stats.best_prompt import BestPrompts
from analysis.stats.random_prompts import PromptAnalysis
from analysis.stats.weighted_sums import Estimate

DESIGNS = {
    "crossed": "crossed: every sample with every prompt",
    "spread": "spread: samples have different prompts",
}
Row = tuple[str, str]


def prompt_rows(result: PromptComparison, labels: Labels) -> Iterator[Row]:
    """The design, both lines, the spread of prompts and the best prompts."""
    analysis = result.analysis
    yield "prompts", f"{analysis.n_prompts}, {DESIGNS[analysis.design]}"
    if result.refused is not None:
        yield "not tested", result.refused
        return
    yield "for these prompts", _estimate(analysis.fixed)
    if analysis.random is None:
        yield "for prompts like these", "unknown: it takes two prompts and two clusters"
        return
    yield "for prompts like these", _estimate(analysis.random)
    yield from _spread(result, analysis, labels)
    yield from _wanted(result)
    if result.best is not None:
        yield from _best(result.best, labels)


def _spread(result: PromptComparison, analysis: PromptAnalysis, labels: Labels) -> Iterator[Row]:
    assert analysis.random is not None
    gains = f"on {analysis.gains} of these {analysis.n_prompts}"
    parts, share, prediction = analysis.components, result.share, analysis.prediction
    if parts is None or share is None or prediction is None:
        yield "between prompts", "unknown: each prompt is in one cluster alone"
        yield f"{labels.tuned} better", gains
        return
    digits = number_format.decimals(analysis.random.se)
    yield "between prompts", f"SD of the difference {number_format.number(parts.sd, digits)}"
    limits = number_format.interval(prediction, digits)
    rough = " (rough: samples have different prompts)" if analysis.design == "spread" else ""
    yield "another prompt", f"95 % prediction interval {limits}{rough}"
    percent, low, high = map(number_format.whole_percent, (share.estimate, *share.ci95))
    yield (
        f"{labels.tuned} better",
        f"{gains}, on an estimated {percent} % of such prompts (95 % CI {low} to {high} %)",
    )


def _wanted(result: PromptComparison) -> Iterator[Row]:
    if result.wanted_error is None or result.analysis.components is None:
        return
    number = result.prompts_for_wanted_error
    reached = "no number of prompts reaches it: more clusters are needed"
    words = reached if number is None else f"{number} prompts on the same samples"
    yield f"SE of {number_format.significant(result.wanted_error)}", words


def _best(best: BestPrompts, labels: Labels) -> Iterator[Row]:
    yield "each at its best", f"{_estimate(best.estimate)}; chosen and scored on other clusters"
    for name, prompts in ((labels.base, best.base), (labels.tuned, best.tuned)):
        listed = list_ids(sorted(set(prompts))).strip(" ()")
        yield f"  best of {name}", listed or "texts, see --json"


def _estimate(estimate: Estimate) -> str:
    digits = number_format.decimals(estimate.se)
    delta = number_format.number(estimate.delta, digits)
    limits = number_format.interval(estimate.interval(), digits)
    p = number_format.p_value(estimate.p)
    se, df = number_format.number(estimate.se, digits), number_format.df(estimate.df)
    return f"{delta}, SE {se}, p {p}, 95 % CI {limits} (df {df})"
