"""Populations of prompts that a store was asked with, from the facts of its tables."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from analysis.paired_study.prompt_scores import population_digest
from analysis.paired_study.series import AlignedPair
from analysis.stats.prompt_cells import PromptCells, PromptDesign

Facets = Mapping[str, Any]
"""Facet to its level, of one prompt."""
FORMAT = ("paragraphs", "labels", "options")
"""Facets that make up the format of a prompt."""


@dataclass(frozen=True)
class AskedPopulation:
    """The prompts that the items of a score were asked with."""

    task: str
    """Task, or data set of which a mean over tasks is scored."""
    design: PromptDesign
    n_prompts: int
    """Prompts that both models answered."""
    drawn: int
    """Prompts of the population: few items are not asked with all of them; 0 if unknown."""
    prompts_per_item: float
    """Mean number of prompts of an item."""
    kinds: Mapping[str, int]
    """Kind of wording to the number of wordings; empty if the tables do not record prompts."""
    sources: Mapping[str, int]
    """Origin and author of wordings to their number, such as `author: A. Author`."""
    formats: int
    """Different formats: separators, labels, options."""
    places: int
    """Different places of the instruction."""
    shot_draws: int
    """Different draws of worked examples; 0 without worked examples."""
    shot_orders: int
    """Different orders of worked examples."""
    seed: str
    """Seed of the draw; empty if unknown."""
    sha256: str
    """Digest of the prompts; empty if unknown."""

    def as_dict(self) -> dict[str, Any]:
        """JSON document of summary.json."""
        return asdict(self)


def asked_population(
    name: str, tasks: Sequence[AlignedPair], cells: PromptCells
) -> AskedPopulation:
    """The population of a score.

    Args:
        name: of the score.
        tasks: that the score comes from, which have the same prompts.
        cells: scores by item and prompt.
    """
    facets, match = prompt_facets(tasks), tasks[0].match
    protocol = match.base.facts["generation"].get("protocol", {}).get("population", {})
    wordings = {str(one["wording"]): one for one in facets}.values()
    return AskedPopulation(
        task=name,
        design=cells.design,
        n_prompts=cells.n_prompts,
        drawn=len(facets),
        prompts_per_item=len(cells.items) / len(set(cells.items)),
        kinds=_counts(str(one.get("kind") or "unknown kind") for one in wordings),
        sources=_counts(_source(one) for one in wordings),
        formats=len({tuple(one[name] for name in FORMAT) for one in facets}),
        places=len({one["place"] for one in facets}),
        shot_draws=len({one["shot_draw"] for one in facets}) if protocol.get("shot_draws") else 0,
        shot_orders=len({one["shot_order"] for one in facets}),
        seed=str(protocol.get("seed", "")),
        sha256=population_digest(tasks),
    )


def prompt_facets(tasks: Sequence[AlignedPair]) -> Sequence[Facets]:
    """Facets of each prompt by its number; empty if the tables do not record them."""
    facets: Sequence[Facets] = tasks[0].match.base.facts.get("population") or ()
    return facets


def _counts(names: Any) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _source(wording: Facets) -> str:
    return f"{wording.get('origin') or 'unknown origin'}: {wording.get('by') or 'unknown author'}"
