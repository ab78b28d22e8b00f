"""Writes a comparison of two files as a JSON document or as lines to read."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from analysis import number_format
from analysis.pairing.pair_files import Pairing
from analysis.readers import Results
from analysis.sentences.verdict import Wording, sentence, verdict
from analysis.stats.comparison import Comparison
from analysis.stats.paired import Interval


@dataclass(frozen=True)
class Answer:
    """A comparison of two files."""

    base: Results
    tuned: Results
    pairing: Pairing
    comparison: Comparison
    wording: Wording
    notes: tuple[str, ...]
    """What a reader has to know, a sentence each."""

    @property
    def sentence(self) -> str:
        """The result in one sentence."""
        return sentence(self.comparison, self.wording)


def document(answer: Answer) -> dict[str, Any]:
    """All of it as JSON values; null: undefined, refused or unbounded."""
    ledger = answer.pairing.ledger
    found = {
        "base": _source(answer.base),
        "tuned": _source(answer.tuned),
        "score": answer.base.score,
        **{
            field.name: getattr(answer.comparison, field.name)
            for field in dataclasses.fields(answer.comparison)
        },
        "verdict": verdict(answer.comparison),
        "sentence": answer.sentence,
        "status": ledger.status,
        "missing_bounds": answer.pairing.bounds,
        **dataclasses.asdict(ledger),
        "notes": answer.notes,
    }
    return {name: _plain(value) for name, value in found.items()}


def lines(answer: Answer) -> Iterator[str]:
    """The sentence, a table, and the notes."""
    yield answer.sentence
    yield ""
    rows = list(_table(answer.comparison))
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        yield f"  {name:<{width}}   {text}"
    if answer.notes:
        yield ""
    yield from answer.notes


def _source(results: Results) -> dict[str, Any]:
    return {
        "path": str(results.path),
        "format": results.format,
        "model": results.model,
        "task": results.task,
        "unscored": results.unscored,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    return value


def _table(made: Comparison) -> Iterator[tuple[str, str]]:
    places = number_format.decimals(made.se_cr2)
    groups = number_format.counted(made.n_clusters, "cluster")
    clusters = f" in {groups}" if made.clustered else ""
    yield "items", f"{made.n}{clusters}; tuned better {made.better}, worse {made.worse}"
    means = [number_format.number(mean, places) for mean in (made.mean_base, made.mean_tuned)]
    delta = number_format.number(made.delta, places)
    yield "means", f"base {means[0]}, tuned {means[1]}, difference {delta}"
    yield from _tests(made, places)
    sizes = {"d_z": made.dz, "ICC": made.icc, "design effect": made.design_effect}
    known = [f"{name} {value:.2f}" for name, value in sizes.items() if value is not None]
    if known:
        yield "size", ", ".join(known)
    if made.mde80 is not None:
        yield "detectable", f"{number_format.number(made.mde80, places)} with 80 % power"
    yield from _equivalence(made, places)


def _tests(made: Comparison, places: int) -> Iterator[tuple[str, str]]:
    df = f" (df {made.df:.1f})" if made.df is not None else ""
    exact = " (exact)" if made.exact else f" ({made.flips} drawn)"
    ignores = " (clusters ignored)" if made.clustered else ""
    tango = made.ci95_tango_naive if made.clustered else made.ci95_tango
    yield from _pair("CR2" + df, made.p_cr2, made.ci95, places)
    yield from _pair("sign flip" + exact, made.p_signflip, made.ci95_signflip, places)
    if made.b is not None:
        yield from _pair(f"McNemar, Tango{ignores}", made.p_mcnemar_midp, tango, places)
    if made.ci95_bootstrap_t is not None:
        yield from _pair("bootstrap-t", None, made.ci95_bootstrap_t, places)


def _pair(
    name: str, p: float | None, interval: Interval | None, places: int
) -> Iterator[tuple[str, str]]:
    """A line for a test and its interval, as far as they are given."""
    parts = []
    if p is not None:
        parts.append(f"p {number_format.p_value(p)}")
    if interval is not None:
        parts.append(f"95 % CI {number_format.interval(interval, places)}")
    if parts:
        yield name, ", ".join(parts)


def _equivalence(made: Comparison, places: int) -> Iterator[tuple[str, str]]:
    if made.m_star is not None:
        yield "equivalence", f"smallest margin {number_format.number(made.m_star, places)}"
    if made.rope is not None and made.tost_p is not None:
        below, within, above = (number_format.number(part, 3) for part in made.rope)
        yield (
            f"margin ±{made.margin:g}",
            f"p {number_format.p_value(made.tost_p)}; probability below {below}, within {within}, "
            f"above {above}",
        )
