"""Sentences on prompts as a random factor: what holds for these prompts, and for prompts like them.

A change on prompts like these is claimed if its adjusted p is at most alpha and its interval
excludes 0. Where the prediction interval of another prompt still holds 0, the sign depends on the
prompt.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from analysis.names import in_sentence
from analysis.number_format import POINTS, amount, p_value, points, points_interval
from analysis.stats.paired import Interval, excludes_zero
from analysis.stats.random_prompts import PromptAnalysis
from analysis.stats.weighted_sums import Estimate
from clue.common.plural import counted
from clue.marks import Marks, marked

PromptClaim = Literal["decline", "gain", "depends on the prompt", "not settled", "not tested"]
DESIGNS = {
    "crossed": "each item under every prompt",
    "spread": "items have different prompts",
}
OF_POPULATION = (
    "One run per model: the variance of training seeds is outside all intervals. That of prompts "
    "is inside those of levels and of means of pairs, where items were asked with a population of "
    "prompts: a list made by its generator, not a random sample of clinicians' prompts."
)
SETTLED: tuple[PromptClaim, ...] = ("decline", "gain", "depends on the prompt")
"""Claims of a difference."""


@dataclass(frozen=True)
class PromptLabels:
    """Names that the sentences use."""

    base: str
    tuned: str
    score: str
    """Task, or data set of which a mean over tasks is scored."""
    marks: Marks = ()


def prompt_claim(analysis: PromptAnalysis, q: float | None, alpha: float) -> PromptClaim:
    """The claim about prompts like these.

    Args:
        analysis: of the prompts.
        q: adjusted p of "the mean difference over prompts like these is 0"; None: not tested.
        alpha: error rate of the test.
    """
    random = analysis.random
    if random is None or q is None:
        return "not tested"
    if q > alpha or not excludes_zero(random.interval()):
        return "not settled"
    if analysis.prediction is not None and _varies(analysis, analysis.prediction):
        return "depends on the prompt"
    return "gain" if random.delta > 0 else "decline"


def prompt_sentence(
    analysis: PromptAnalysis,
    labels: PromptLabels,
    claimed: PromptClaim,
    q: float | None,
    refused: str | None = None,
) -> str:
    """The result in words, after its marks.

    Args:
        analysis: of the prompts.
        labels: names.
        claimed: `prompt_claim`.
        q: as in `prompt_claim`.
        refused: reason why nothing is tested; None: it is.
    """
    delta, k = analysis.fixed.delta, analysis.n_prompts
    where = f"{labels.tuned} against {labels.base} on {in_sentence(labels.score)}, {k} prompts"
    if refused is not None or analysis.random is None or q is None:
        reason = refused or "a variance between prompts takes two prompts and two clusters"
        return marked(labels.marks, f"{where}: not tested, {reason}.")
    limits = analysis.random.interval()
    alone = claimed not in SETTLED and excludes_zero(limits)
    text = (
        f"{where} ({DESIGNS[analysis.design]}): {_difference(delta)}, "
        f"{_in_words(claimed, delta)} (95 % CI {points_interval(limits)}; q {p_value(q)})"
        f"{', although this interval alone excludes 0' * alone}. For exactly these prompts the "
        f"95 % CI is {_limits(analysis.fixed)}. "
    )
    return marked(labels.marks, text + _between(analysis, labels.tuned, claimed))


def prompts_lead(prompt: str, rows: int, *, is_declared: bool) -> str:
    """Begins the part on a prompt setting.

    Args:
        prompt: name of the setting.
        rows: number of tests for prompts like these.
        is_declared: the setting is the declared one.
    """
    kind = "" if is_declared else ", which is not the declared one"
    return (
        f"Prompt setting {prompt}{kind}, exploratory by task: q is adjusted by Benjamini and "
        f"Hochberg over {counted(rows, 'test')}."
    )


def population_origin(sources: Iterable[str]) -> str:
    """Sentence on the authors of the prompts: what their population is, and what it is not.

    Args:
        sources: origins with authors, such as `author: A. Author`; each once or more often.
    """
    names = "; ".join(sorted(set(sources)))
    text = f"Wordings by origin and author: {names}. " if names else ""
    return (
        f"{text}The population of prompts is a list made by its generator, not a random sample of "
        "clinicians' prompts. A wording that a language model wrote may favour models of its "
        "family."
    )


def scope_of_levels(prompts: Collection[int]) -> str:
    """Sentence on what the numbers of a prompt setting with a population are about.

    Args:
        prompts: numbers of prompts of the scores.
    """
    low, high = min(prompts), max(prompts)
    count = str(low) if low == high else f"{low} to {high}"
    return (
        f"Items were asked with a population of {count} prompts. Levels, the overall score and "
        "means of pairs are for prompts like these: their intervals include the variance between "
        "prompts. Scores of single models, and rows of single tasks, are for exactly these prompts."
    )


def _difference(delta: float) -> str:
    if delta == 0:
        return "a difference of 0"
    return f"{amount(delta, POINTS)} points {'higher' if delta > 0 else 'lower'}"


def _varies(analysis: PromptAnalysis, prediction: Interval) -> bool:
    """True if the prompts differ and another one may have a difference of the other sign."""
    differ = analysis.components is not None and analysis.components.between > 0
    return differ and not excludes_zero(prediction)


def _in_words(claimed: PromptClaim, delta: float) -> str:
    change = "gain" if delta > 0 else "decline"
    if claimed == "depends on the prompt":
        return f"a {change} on average over prompts like these"
    if claimed in SETTLED:
        return f"a {change} on prompts like these"
    return "not settled for prompts like these"


def _limits(estimate: Estimate) -> str:
    return points_interval(estimate.interval()) if estimate.se > 0 else "undefined"


def _between(analysis: PromptAnalysis, tuned: str, claimed: PromptClaim) -> str:
    """The variation between prompts."""
    gains = f"{tuned} scored higher on {analysis.gains} of the {analysis.n_prompts} prompts"
    parts, prediction = analysis.components, analysis.prediction
    if parts is None or prediction is None:
        return f"{gains}; each prompt is in one cluster alone, so prompts are not told apart."
    if parts.between == 0:
        return f"{gains}; they differ by no more than the errors of single prompts."
    dependent = ": the sign depends on the prompt" * (claimed == "depends on the prompt")
    return (
        f"{gains}; the true difference has an SD of {points(parts.sd)} points between "
        f"prompts, and under another prompt it is expected between "
        f"{points_interval(prediction).replace(' to ', ' and ')} (95 %){dependent}."
    )
