"""The Python interface of `analysis`, for notebooks and scripts; `from analysis import ...`.

Every function returns an object and prints nothing. The command lines are layers over them.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # importing the interface is quick; using it imports what it needs
    import pandas as pd

    from analysis.meta.meta_analysis import MetaAnalysis
    from analysis.paired_study.results import StudyResults
    from analysis.pairing.file_comparison import FileComparison
    from analysis.pairing.pair_contrast import PairContrast
    from analysis.pairing.task_comparisons import TaskComparisons
    from analysis.stats.pilot_design import PilotDesign
    from analysis.stats.power_plan import PowerPlan
    from analysis.stats.power_planning import Design


def compare(  # noqa: PLR0913  each is an option that a caller names
    base: "str | Path | pd.DataFrame",
    tuned: "str | Path | pd.DataFrame",
    *,
    score: str | None = None,
    cluster: str | None = None,
    margin: float | None = None,
    dedup: bool = False,
    allow_different_prompts: bool = False,
    score_range: tuple[float, float] | None = None,
    sample_id: str | None = None,
    repeat: str | None = None,
    filter_name: str | None = None,
    prompt: str | None = None,
    wanted_error: float | None = None,
) -> "FileComparison":
    """Compares two models on the same samples.

    Args:
        base: per-sample results of the base model: a file in a format of `analysis.readers`, or a
            data frame with the columns `sample_id`, a score, and optionally `cluster`, `repeat`,
            `wording`, `draw`; all presentations of a sample are averaged.
        tuned: the same of the other model.
        score: name of the score; None: `score`, else the only one.
        cluster: field with the cluster of a sample; None: `cluster`, if it exists.
        margin: differences below it do not matter, in the unit of the score; None: equivalence is
            not assessed.
        dedup: drop identical copies of a row.
        allow_different_prompts: compare although the digests of the prompts differ.
        score_range: smallest and largest possible score; None: scores of which some are fractions
            and some above 4 are refused as two scales.
        sample_id: field with the id of a sample; None: that of the format.
        repeat: column of a table with the number of a repeat; None: `repeat`, if it exists.
        filter_name: filter of lm-evaluation-harness; None: the only one.
        prompt: field with the prompt of a row, any text; the prompts are then also analysed as a
            random factor. None: they are averaged like other presentations of a sample.
        wanted_error: standard error over prompts, in the unit of the score, to calculate a number
            of prompts for; None: not calculated. Needs `prompt`.

    Returns:
        The comparison: `.comparison` has the numbers, `.sentence` the verdict in words, `.notes`
        what limits it, `.prompts` the prompts as a random factor.

    Raises:
        ConfigError: the margin or the wanted error is not a number above 0, the range is empty, or
            an error is wanted without `prompt`.
        ResultsError: a file or a frame is missing or malformed.
        PairingError: the two do not have the same samples and prompts, or not the same scale.
    """
    from analysis.pairing.compare_sources import PairingOptions, compared, read_source
    from analysis.readers import ReadRequest

    request = ReadRequest(Path(), score, cluster, sample_id, repeat, filter_name, prompt)
    options = PairingOptions(margin, dedup, allow_different_prompts, score_range, wanted_error)
    base_results = read_source(base, "base", request)
    return compared(base_results, read_source(tuned, "tuned", request), options)


def compare_tasks(  # noqa: PLR0913  each is an option that a caller names
    base: str | Path | Sequence[str | Path],
    tuned: str | Path | Sequence[str | Path],
    *,
    score: str | Sequence[str] | None = None,
    cluster: str | None = None,
    margin: float | None = None,
    dedup: bool = False,
    allow_different_prompts: bool = False,
    score_range: tuple[float, float] | None = None,
    sample_id: str | None = None,
    repeat: str | None = None,
    filter_name: str | None = None,
    prompt: str | None = None,
    wanted_error: float | None = None,
    overall: bool = False,
) -> "TaskComparisons":
    """Compares two models task by task, with p-values adjusted by Holm over the tasks.

    Args:
        base: files of the base model, one for each task, or the output folder of a program.
        tuned: the same of the other model.
        score: as in `compare`, of every task; of several names the first that a file has.
        cluster: as in `compare`.
        margin: as in `compare`.
        dedup: as in `compare`.
        allow_different_prompts: as in `compare`.
        score_range: as in `compare`.
        sample_id: as in `compare`.
        repeat: as in `compare`.
        filter_name: as in `compare`.
        prompt: as in `compare`, of every task; the overall comparison averages prompts.
        wanted_error: as in `compare`, of every task.
        overall: compare also on the items of all common tasks together.

    Raises:
        ConfigError: as `compare`.
        ResultsError: as `compare`, or a folder has no results.
        PairingError: as `compare`, or two files of one model are of the same task.
    """
    from analysis.pairing.compare_sources import PairingOptions, compare_by_task
    from analysis.readers import ReadRequest

    request = ReadRequest(Path(), None, cluster, sample_id, repeat, filter_name, prompt)
    options = PairingOptions(margin, dedup, allow_different_prompts, score_range, wanted_error)
    scores = [score] if score is None or isinstance(score, str) else [*score]
    return compare_by_task(base, tuned, request, scores, options, overall=overall)


def contrast(
    first: "FileComparison",
    second: "FileComparison",
    *,
    margin: float | None = None,
    allow_different_prompts: bool = False,
) -> "PairContrast":
    """Compares two pairs of models: the first pair's difference minus the second's.

    Args:
        first: result of `compare` of the first pair.
        second: the same of the second pair, on the same samples and score.
        margin: smaller differences between the two do not matter, in the unit of the score; None:
            equivalence is not assessed.
        allow_different_prompts: as in `compare`, for prompts that differ between the pairs.

    Raises:
        PairingError: the pairs do not have the same samples, score or scale.
    """
    from analysis.pairing.compare_sources import PairingOptions
    from analysis.pairing.pair_contrast import pair_contrast

    options = PairingOptions(margin, False, allow_different_prompts, None)
    return pair_contrast(first, second, options.margin, options.allowed)


def study(mlruns: str | Path, settings: Mapping[str, Any] | None = None) -> "StudyResults":
    """Analyses the cells of a declared study, as `python -m analysis` does; writes nothing.

    Args:
        mlruns: the store.
        settings: the study and any setting of it or of conf/analysis.yaml by dotted names, for
            example `{"study": "demo", "comparator": "ancestor", "margins.level": 2.0}`, or a pair
            on a task: `{"models": ["mymodel8b"], "tasks": ["mednli"]}`.

    Returns:
        All results; `.table()` gives them as a data frame, a row per pair, score and analysis.

    Raises:
        ConfigError: a setting is unknown or out of range.
        StoreError: the store has no finished cell.
    """
    from analysis.configuration import configuration
    from analysis.paired_study import run, study_cells
    from clue.config.composition import as_overrides

    conf = configuration(as_overrides({"paths.mlruns": mlruns, **(settings or {})}))
    return run(study_cells(conf), conf)


def meta_analysis(
    estimates: Sequence[float],
    variances: "Sequence[float] | Sequence[Sequence[float]]",
    families: Sequence[str] | None = None,
) -> "MetaAnalysis":
    """Pools differences of pairs by random effects, robust by family.

    Args:
        estimates: differences, shape (k,).
        variances: their squared standard errors, shape (k,), or error covariance, shape (k, k).
        families: family of each estimate, shape (k,); None: they share nothing.

    Raises:
        ConfigError: the shapes differ, a variance is not above 0, or the covariance is not
            symmetric and positive definite.

    >>> pooled = meta_analysis([-2.0, -1.0, -3.0, 0.5, -1.5], [1.0, 0.8, 1.0, 0.9, 1.1], [*"abcde"])
    >>> round(pooled.random_effects.mu, 2), pooled.random_effects.n_families
    (-1.37, 5)
    """
    import numpy as np

    from analysis.meta.csv_input import Estimates
    from analysis.meta.meta_analysis import meta_analysis as all_analyses
    from analysis.meta.random_effects import positive_definite
    from clue.errors import ConfigError

    try:
        y, errors = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"estimates and variances must be numbers: {error}") from error
    sampling = np.diag(errors) if errors.ndim == 1 else errors
    labels = None if families is None else tuple(map(str, families))
    if not y.size or y.ndim != 1 or sampling.shape != (len(y), len(y)):
        raise ConfigError(f"the shapes differ: {y.shape} estimates, {errors.shape} variances")
    if labels is not None and len(labels) != len(y):
        raise ConfigError(f"the shapes differ: {len(y)} estimates, {len(labels)} families")
    if not (np.isfinite(y).all() and np.isfinite(sampling).all() and (np.diag(sampling) > 0).all()):
        raise ConfigError("estimates must be finite, and every variance must be above 0")
    if not np.allclose(sampling, sampling.T, rtol=1e-6) or not positive_definite(sampling):
        raise ConfigError("the covariance must be symmetric and positive definite")
    return all_analyses(Estimates(y, sampling, labels))


def pilot(
    base: "str | Path | pd.DataFrame",
    tuned: "str | Path | pd.DataFrame",
    *,
    score: str | None = None,
    cluster: str | None = None,
) -> "PilotDesign":
    """Design of a larger comparison from the results of a first one.

    Args:
        base: as in `compare`.
        tuned: as in `compare`.
        score: as in `compare`.
        cluster: as in `compare`.

    Raises:
        ConfigError: the scores leave no error to estimate.
        ResultsError: a file or a frame is missing or malformed.
        PairingError: the two do not have the same samples.
    """
    from analysis.pairing.compare_sources import read_source
    from analysis.pairing.pair_files import pair
    from analysis.readers import ReadRequest
    from analysis.stats.pilot_design import PilotDesign

    request = ReadRequest(Path(), score, cluster)
    base_results = read_source(base, "base", request)
    tuned_results = read_source(tuned, "tuned", request)
    return PilotDesign.of(pair(base_results, tuned_results).paired)


def power(
    design: "Design",
    *,
    difference: float | None = None,
    items: int | None = None,
    power: float = 0.8,
    alpha: float = 0.05,
) -> "PowerPlan":
    """Plans a comparison: items that detect a difference, difference that items detect.

    Args:
        design: `BinaryDesign`, `ContinuousDesign` or a `pilot`; `PlannedPrompts` of one of them
            for a comparison over several prompts.
        difference: to be detected, in the unit of the score; None: not calculated.
        items: number of planned items; None: not calculated.
        power: probability of detecting the difference.
        alpha: level of the two-sided test.

    Returns:
        The plan; `detectable.difference` is None if too few items are discordant for any.

    Raises:
        ConfigError: neither difference nor items is given for a design that is not a pilot, or a
            number is out of range.

    >>> from analysis import BinaryDesign
    >>> power(BinaryDesign(discordant=0.2), difference=0.03).required.items
    1742
    """
    from analysis.stats.pilot_design import PilotDesign
    from analysis.stats.power import PowerTarget
    from analysis.stats.power_plan import power_plan
    from clue.errors import ConfigError

    if difference is None and items is None and not isinstance(design, PilotDesign):
        raise ConfigError("give a difference, a number of items, or both")
    return power_plan(design, PowerTarget(power, alpha), difference, items)
