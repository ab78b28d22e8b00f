"""A comparison of two files of per-sample results: numbers, verdict and limits."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis.number_format import decimals, percent, significant, whole_percent
from analysis.pairing.answer_quality import answer_notes, pair_marks
from analysis.pairing.missing_samples import REFUSED, list_ids
from analysis.pairing.pair_files import Pairing
from analysis.pairing.prompt_comparison import PromptComparison
from analysis.readers import ModelResults
from analysis.sentences.verdict import Labels, sentence, verdict
from analysis.stats.battery import battery
from analysis.stats.claims import AdjustedP
from analysis.stats.comparison import Comparison, Kind, Options, untested
from clue.common.plural import counted


@dataclass(frozen=True)
class FileComparison:
    """Results of two files of per-sample scores, compared."""

    base: ModelResults
    tuned: ModelResults
    pairing: Pairing
    comparison: Comparison
    labels: Labels
    notes: tuple[str, ...]
    """Facts that limit the result, one sentence each."""
    adjusted: AdjustedP | None = None
    """p-values adjusted over several tasks; None: the comparison is the only one."""
    prompts: PromptComparison | None = None
    """Prompts as a random factor; None: prompts are not told apart."""

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        return sentence(self.comparison, self.labels, self.adjusted)

    def as_dict(self) -> dict[str, Any]:
        """JSON document; null: undefined, refused or unbounded."""
        comparison, ledger = self.comparison, self.pairing.ledger
        document = {
            "base": _source(self.base),
            "tuned": _source(self.tuned),
            "score": self.base.score,
            **{f.name: getattr(comparison, f.name) for f in dataclasses.fields(comparison)},
            "verdict": verdict(comparison, self.adjusted),
            "sentence": self.sentence,
            "marks": self.labels.marks,
            "status": ledger.status,
            "missing_bounds": self.pairing.bounds,
            **dataclasses.asdict(ledger),
            "notes": self.notes,
            "p_adjusted": self.adjusted._asdict() if self.adjusted else None,
            **({"prompts": self.prompts.as_dict()} if self.prompts else {}),
        }
        return {name: _json_value(value) for name, value in document.items()}


def compare_results(
    base: ModelResults,
    tuned: ModelResults,
    pairing: Pairing,
    margin: float | None,
    kind: Kind | None = None,
) -> FileComparison:
    """Compares two matched files.

    Args:
        base: results of the base model.
        tuned: results of the other model.
        pairing: the matched samples of the two.
        margin: margin of equivalence, in the unit of the score.
        kind: kind of score; None: derived from the scores.
    """
    usable = None if margin is None or margin >= _range(pairing) else margin
    comparison = battery(pairing.paired, Options(margin=usable, kind=kind))
    if pairing.ledger.status == "refused":
        comparison = untested(
            comparison,
            f"{percent(100 * pairing.ledger.missing)} % of the samples are "
            f"{'missing' if pairing.ledger.neither else 'in one of the files only'}, "
            f"more than {whole_percent(REFUSED)} %",
        )
    notes = tuple(_notes(base, tuned, pairing, margin))
    labels = dataclasses.replace(_labels(base, tuned), bounds=pairing.bounds)
    return FileComparison(base, tuned, pairing, comparison, labels, notes)


def with_shared_decimals(*comparisons: FileComparison) -> list[FileComparison]:
    """Comparisons of one score whose numbers have the same decimals: those of the most precise."""
    digits = [decimals(one.comparison.se_cr2) for one in comparisons if one.comparison.se_cr2]
    most = max(digits, default=None)
    return [
        dataclasses.replace(one, labels=dataclasses.replace(one.labels, decimals=most))
        for one in comparisons
    ]


def _range(pairing: Pairing) -> float:
    """Distance of the lowest from the highest score; infinite if all scores are equal."""
    both = [*pairing.paired.base, *pairing.paired.tuned]
    return float(max(both) - min(both)) or math.inf


def _labels(base: ModelResults, tuned: ModelResults) -> Labels:
    names = (base.name, tuned.name) if base.name != tuned.name else ("base", "tuned")
    return Labels(*names, base.scored, marks=pair_marks(base, tuned))


def _notes(
    base: ModelResults, tuned: ModelResults, pairing: Pairing, margin: float | None
) -> Iterator[str]:
    labels = _labels(base, tuned)
    yield from pairing.ledger.notes(list_ids, (labels.base, labels.tuned))
    for results in (base, tuned):
        yield from results.facts
    if all(row.cluster is None for row in base.rows):
        yield (
            "No field names clusters, so every sample counts as independent. If samples share a "
            "patient or a document, give --cluster FIELD."
        )
    if pairing.bounds is not None:
        low, high = pairing.bounds
        yield (
            f"With scores of 0 or 1 for the missing samples the difference would be between "
            f"{significant(low, 4)} and {significant(high, 4)}."
        )
    differing = [
        f"{key} {base.settings.get(key)} / {tuned.settings.get(key)}"
        for key in sorted({*base.settings, *tuned.settings})
        if base.settings and tuned.settings and base.settings.get(key) != tuned.settings.get(key)
    ]
    if differing:
        yield f"The two files have different settings (base / tuned): {'; '.join(differing)}."
    if base.answers and tuned.answers:
        labels = _labels(base, tuned)
        yield from answer_notes(labels.base, base.answers, labels.tuned, tuned.answers)
    for results in (base, tuned):
        if results.unscored:
            name = results.path.name
            words = (f"answer in {name} has", f"answers in {name} have")
            yield f"{counted(results.unscored, *words)} no score."
    if margin is not None and margin >= _range(pairing):
        yield (
            f"The margin of {significant(margin)} was not used: all scores are within "
            f"{significant(_range(pairing))} of each other, so every difference would count as "
            "small. The margin is in the unit of the score: 2 points of a score between 0 and 1 "
            "are 0.02."
        )


def _source(results: ModelResults) -> dict[str, Any]:
    return {
        "path": str(results.path),
        "format": results.format,
        "model": results.model,
        "task": results.task,
        "marks": list(results.marks),
        "unscored": results.unscored,
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (tuple, list)):
        return [_json_value(part) for part in value]
    if isinstance(value, dict):
        return {name: _json_value(part) for name, part in value.items()}
    return value
