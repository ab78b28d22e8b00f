"""Decoding of the answers of a cell, and if the two models of a pair share their noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from analysis.cells import StoredCell
from analysis.number_format import significant

GREEDY = "greedy"
COUPLED = "gumbel"
"""Beginning of the names of schemes whose noise two models can share. Others draw it themselves."""


@dataclass(frozen=True)
class Decoding:
    """Settings of the decoding in `cell.json`."""

    scheme: str = GREEDY
    temperature: float = 0.0
    top_p: float = 1.0
    """Probability of the tokens that are left; 1: of all."""
    top_k: int = 0
    """Number of the tokens that are left; 0: all."""
    seed: int = 0
    coupled: bool = False
    """The noise is the one that another model gets for the same prompt and draw."""

    @classmethod
    def of(cls, cell: StoredCell) -> "Decoding":
        """Reads the facts of a cell: the text `greedy`, or the settings of sampling."""
        generation = cell.facts.get("generation", {})
        facts: Any = generation.get("decoding", GREEDY)
        if not isinstance(facts, Mapping):
            return cls(str(facts))
        scheme = str(generation.get("backend", {}).get("sampling", "unknown"))
        return cls(
            scheme,
            float(facts.get("temperature", 1.0)),
            float(facts.get("top_p", 1.0)),
            int(facts.get("top_k", 0)),
            int(facts.get("seed", 0)),
            scheme.startswith(COUPLED) and facts.get("coupled", True) is not False,
        )

    @property
    def is_sampled(self) -> bool:
        """True if chance decides on tokens."""
        return self.temperature > 0

    @property
    def in_words(self) -> str:
        """The settings; filters that leave all tokens are left out, except for top-p.

        >>> Decoding("gumbel-1", 0.7, seed=3).in_words
        'temperature 0.7, top-p 1, seed 3 (gumbel-1)'
        """
        if not self.is_sampled:
            return self.scheme
        filters = f"top-p {significant(self.top_p)}" + f", top-k {self.top_k}" * bool(self.top_k)
        temperature = significant(self.temperature)
        return f"temperature {temperature}, {filters}, seed {self.seed} ({self.scheme})"

    def shares_noise(self, other: "Decoding") -> bool:
        """True if both models drew their tokens with the same random numbers."""
        same = (self.scheme, self.seed) == (other.scheme, other.seed)
        return same and self.coupled and other.coupled
