"""Two pairs of files against each other: the difference of their differences on common samples.

Each pair becomes one result per sample, the tuned score minus the base score. These results are
matched and compared like scores, so samples and clusters that the pairs share enter the error. With
the same base in both pairs it is the difference between the two tuned models.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from analysis.pairing.answer_quality import pair_marks
from analysis.pairing.file_comparison import FileComparison, compare_results, with_shared_decimals
from analysis.pairing.missing_samples import list_ids
from analysis.pairing.pair_files import align, pair
from analysis.pairing.scales import check_scales
from analysis.readers import ModelResults
from analysis.readers.per_sample import SampleRow
from analysis.stats.comparison import Comparison, untested


@dataclass(frozen=True)
class PairContrast:
    """Two comparisons and the difference between them."""

    first: FileComparison
    second: FileComparison
    contrast: FileComparison
    """Differences of the first pair against those of the second, per sample."""

    @property
    def sentence(self) -> str:
        """The contrast in one sentence."""
        return self.contrast.sentence

    @property
    def notes(self) -> tuple[str, ...]:
        """Facts that limit the contrast, one sentence each."""
        return self.contrast.notes

    def as_dict(self) -> dict[str, Any]:
        """JSON document of the three comparisons."""
        return {
            "first": self.first.as_dict(),
            "second": self.second.as_dict(),
            "contrast": self.contrast.as_dict(),
        }


def pair_contrast(
    first: FileComparison,
    second: FileComparison,
    margin: float | None = None,
    allowed: Collection[str] = (),
) -> PairContrast:
    """Contrasts two pairs.

    Args:
        first: comparison of the first pair.
        second: comparison of the second pair.
        margin: margin of equivalence of the two differences, in the unit of the score.
        allowed: digests that may differ between the pairs, e.g. `prompt`.

    Raises:
        PairingError: the pairs are not of the same items, or not of the same score and scale.
    """
    check_scales(second.base, first.base)
    sides = _differences(second), _differences(first)
    items = align(second.base.rows, first.base.rows, allowed=allowed, format_ids=list_ids).ledger
    pairing = pair(*sides)
    ledger = replace(pairing.ledger, verified=items.verified, differing=items.differing)
    result = compare_results(*sides, replace(pairing, ledger=ledger), margin, kind="continuous")
    contrast = replace(
        result,
        comparison=_tested(result.comparison, (first, second)),
        labels=replace(result.labels, score=first.labels.score, verb="is"),
        notes=(*_notes(first), *_notes(second), *result.notes),
    )
    return PairContrast(*with_shared_decimals(first, second, contrast))


def difference_name(comparison: FileComparison) -> str:
    """Name of a pair's difference."""
    return f"{comparison.labels.tuned} minus {comparison.labels.base}"


def _tested(contrast: Comparison, pairs: Sequence[FileComparison]) -> Comparison:
    """The contrast without a test of decline; without any test if one of the pairs has none."""
    for one in pairs:
        if one.comparison.refused:
            return untested(contrast, f"{difference_name(one)}: {one.comparison.refused}")
    return replace(contrast, noninferior_p=None)


def _differences(comparison: FileComparison) -> ModelResults:
    """Tuned minus base of each common sample, as the results of one model."""
    paired, base, tuned = comparison.pairing.paired, comparison.base, comparison.tuned
    identity = {row.sample_id: row for row in (*tuned.rows, *base.rows)}
    rows = [
        SampleRow(sample, cluster=identity[sample].cluster, content=identity[sample].content)
        for sample in paired.ids
    ]
    return ModelResults(
        base.path,
        base.format,
        f"difference in {base.score}",
        tuple(rows),
        tuple(map(float, paired.differences)),
        model=difference_name(comparison),
        task=base.task,
        signature=base.signature,
        marks=pair_marks(base, tuned),
    )


def _notes(comparison: FileComparison) -> Iterator[str]:
    for note in comparison.notes:
        yield f"{difference_name(comparison)}: {note}"
