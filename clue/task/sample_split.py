"""Samples of a task: those that are scored, and the worked examples."""

from dataclasses import dataclass

from clue.records import Sample


@dataclass(frozen=True)
class SampleSplit:
    """Samples of a cell: worked examples and scored samples."""

    shots: tuple[Sample, ...]
    """Worked examples, never scored: those of every prompt, or of all draws of a population."""
    scored: tuple[Sample, ...]
    """Samples that are scored, one per prompt, in the order of the prompts."""
    wordings: tuple[int, ...]
    """Number of the prompt of each scored sample in the population; 0 without a population."""
    draws: tuple[int, ...]
    """Number of the answer to each prompt, from 0."""
    notes: tuple[str, ...] = ()
    """Notes on the data for readers of the scores: unofficial number of rows, shortened texts."""
    left_out: tuple[str, ...] = ()
    """Those of the notes that count rows of the file that are not asked."""
    has_authors_references: bool = False
    """The authors' code compares some sample with another reference, with any limit."""
