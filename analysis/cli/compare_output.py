"""A comparison of two files as lines of text."""

from collections.abc import Iterator, Sequence

from analysis import number_format
from analysis.cli.prompt_output import prompt_rows
from analysis.pairing.file_comparison import FileComparison
from analysis.pairing.pair_contrast import PairContrast, difference_name
from analysis.pairing.task_comparisons import ALL_TASKS, TaskComparisons
from analysis.sentences.phrases import Labels, decimals
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval
from clue.common.plural import counted

CONTRAST = "first minus second"
"""Name of the contrast of two pairs in a figure."""


def lines(result: FileComparison | TaskComparisons | PairContrast) -> Iterator[str]:
    """The sentence, a table and the notes; of several tasks one after the other."""
    if isinstance(result, FileComparison):
        yield from _comparison(result)
        return
    if isinstance(result, PairContrast):
        yield from (result.first.sentence, result.second.sentence)
        yield from _comparison(result.contrast)
        return
    for task, comparison in blocks(result).items():
        yield f"== {task}"
        yield from _comparison(comparison)
        yield ""
    yield from result.notes


def blocks(result: FileComparison | TaskComparisons | PairContrast) -> dict[str, FileComparison]:
    """Comparisons by the name of their task, the overall one last; of pairs by their names."""
    if isinstance(result, FileComparison):
        return {result.labels.score: result}
    if isinstance(result, PairContrast):
        pairs = {difference_name(one): one for one in (result.first, result.second)}
        return pairs | {CONTRAST: result.contrast}
    return dict(result.by_task) | ({ALL_TASKS: result.overall} if result.overall else {})


def _comparison(result: FileComparison) -> Iterator[str]:
    yield result.sentence
    yield ""
    yield from _aligned(list(_table(result.comparison, result.labels)))
    if result.prompts is not None:
        yield ""
        yield from _aligned(list(prompt_rows(result.prompts, result.labels)))
    if result.notes:
        yield ""
    yield from result.notes


def _aligned(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Rows as lines, with the values below each other."""
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        yield f"  {name:<{width}}   {text}"


def _table(comparison: Comparison, labels: Labels) -> Iterator[tuple[str, str]]:
    """Rows of a label and its values."""
    digits = decimals(comparison, labels)
    clusters = f" in {counted(comparison.n_clusters, 'cluster')}" if comparison.clustered else ""
    counts = f"{labels.tuned} better {comparison.better}, worse {comparison.worse}"
    yield "items", f"{comparison.n}{clusters}; {counts}"
    means = (comparison.mean_base, comparison.mean_tuned, comparison.delta)
    base, tuned, delta = (number_format.number(mean, digits) for mean in means)
    yield "means", f"{labels.base} {base}, {labels.tuned} {tuned}, difference {delta}"
    yield from _tests(comparison, digits)
    sizes = {"d_z": comparison.dz, "ICC": comparison.icc, "design effect": comparison.design_effect}
    effect_sizes = [
        f"{name} {number_format.ratio(value)}" for name, value in sizes.items() if value is not None
    ]
    if effect_sizes:
        yield "size", ", ".join(effect_sizes)
    if comparison.mde80 is not None:
        yield "detectable", f"{number_format.number(comparison.mde80, digits)} with 80 % power"
    yield from _equivalence(comparison, digits)


def _tests(comparison: Comparison, digits: int) -> Iterator[tuple[str, str]]:
    df = f" (df {number_format.df(comparison.df)})" if comparison.df is not None else ""
    exact = " (exact)" if comparison.exact else f" ({comparison.flips} drawn)"
    ignores = " (clusters ignored)" if comparison.clustered else ""
    tango = comparison.ci95_tango_naive if comparison.clustered else comparison.ci95_tango
    yield from _test("CR2" + df, comparison.p_cr2, comparison.ci95, digits)
    if comparison.delta_clusters is not None:
        mean = number_format.number(comparison.delta_clusters, digits)
        name = f"mean over clusters {mean}"
        yield from _test(name, comparison.p_clusters, comparison.ci95_clusters, digits)
    yield from _test("sign flip" + exact, comparison.p_signflip, comparison.ci95_signflip, digits)
    if comparison.b is not None:
        yield from _test(f"McNemar, Tango{ignores}", comparison.p_mcnemar_midp, tango, digits)
    if comparison.ci95_bootstrap_t is not None:
        yield from _test("bootstrap-t", None, comparison.ci95_bootstrap_t, digits)


def _test(
    name: str, p: float | None, interval: Interval | None, digits: int
) -> Iterator[tuple[str, str]]:
    """A row for a test and its interval; without a row if both are undefined."""
    parts = []
    if p is not None:
        parts.append(f"p {number_format.p_value(p)}")
    if interval is not None:
        parts.append(f"95 % CI {number_format.interval(interval, digits)}")
    if parts:
        yield name, ", ".join(parts)


def _equivalence(comparison: Comparison, digits: int) -> Iterator[tuple[str, str]]:
    if comparison.m_star is not None:
        yield "equivalence", f"smallest margin {number_format.number(comparison.m_star, digits)}"
    margin = comparison.margin
    if margin is not None and comparison.rope is not None and comparison.tost_p is not None:
        below, within, above = (number_format.number(part, 3) for part in comparison.rope)
        p = number_format.p_value(comparison.tost_p)
        probabilities = f"probability below {below}, within {within}, above {above}"
        yield f"margin ±{number_format.margin(margin)}", f"p {p}; {probabilities}"
