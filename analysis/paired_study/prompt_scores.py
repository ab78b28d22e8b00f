"""Scores of a pair by item and prompt, where its answers were asked for with several prompts."""

from collections.abc import Iterable, Sequence

from analysis.paired_study.presentations import presentations
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.testing import TestedSeries
from analysis.stats.prompt_cells import PromptCells

FEWEST = 2
"""Prompts, and clusters, without which prompts have no variance."""


def prompt_scores(tasks: Sequence[AlignedPair]) -> PromptCells | None:
    """Scores in points of the answers that both models gave, by item and prompt.

    Prompts are named by their numbers in the population, `SampleKey.wording`. An answer that one of
    the models lacks is left out. The rows of cells.csv keep it in the mean of its item, so the two
    differ where answers are missing.

    Args:
        tasks: of one data set; several are averaged key by key.

    Returns:
        None with fewer than two prompts or two clusters.
    """
    if not all(map(has_prompts, tasks)):  # most studies have one prompt: spare them the reading
        return None
    answers = presentations(tasks).over_draws()
    prompts = [prompt_name(key.wording) for key in answers.keys]
    if len(set(prompts)) < FEWEST or len(set(answers.clusters)) < FEWEST:
        return None
    items = [key.sample_id for key in answers.keys]
    return PromptCells.of(items, answers.clusters, prompts, answers.base, answers.tuned)


def has_prompts(task: AlignedPair) -> bool:
    """True if both models answered several prompts of the task."""
    return all(len({key.wording for key in cell.columns.keys}) >= FEWEST for cell in task.cells)


def prompt_name(number: int) -> str:
    """Name of a prompt: names have the order of the numbers.

    >>> prompt_name(7)
    '007'
    """
    return f"{number:03}"


def population_digest(tasks: Sequence[AlignedPair]) -> str:
    """Digest of the prompts; empty if the tables do not record it."""
    protocol = tasks[0].match.base.facts["generation"].get("protocol", {})
    return str(protocol.get("population", {}).get("sha256", ""))


def scores_by_prompt(tested: Iterable[TestedSeries]) -> dict[tuple[str, str], PromptCells]:
    """Pair and score to the scores by item and prompt; only those that have several prompts.

    Args:
        tested: series of a prompt setting.
    """
    scores: dict[tuple[str, str], PromptCells] = {}
    for series in tested:
        if series.is_primary_part:
            cells = prompt_scores(series.source.aligned)
            if cells is not None:
                scores[series.source.key.pair, series.source.key.task] = cells
    return scores
