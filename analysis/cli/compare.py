"""Compares two models on the same samples, from one file of per-sample results of each model.

    python -m analysis compare base.csv tuned.csv
    python -m analysis compare base.jsonl tuned.jsonl --score rouge1 --cluster patient --margin 0.02
    python -m analysis compare BASE/samples_x_*.jsonl TUNED/samples_x_*.jsonl --score exact_match

The format of a file is detected; the two files may have different formats:

    CSV, JSON lines, Parquet   columns sample_id, score (or any other name), cluster, repeat
    lm-evaluation-harness      samples_<task>_<date>.jsonl, written with --log_samples
    inspect_ai                 logs, .json or .eval
    this project               mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet
    CLUE's authors             predictions.json

delta is tuned minus base. delta and the margin are in the unit of the score. Repeats of a sample
are averaged. Samples of one cluster (a patient, a document) are not independent: name the field
with the cluster, or the tests claim too much.

Exit code 0: compared, or reported why nothing can be tested; 1: the files cannot be read or do not
have the same samples; 2: the command line is wrong.
"""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

from analysis.cli.compare_output import FileComparison, lines
from analysis.pairing.ledger import REFUSED, list_ids
from analysis.pairing.pair_files import Pairing, pair
from analysis.readers import ModelResults, read
from analysis.sentences.verdict import Labels
from analysis.stats.battery import battery
from analysis.stats.comparison import Options, untested
from clue.common.cli import Command
from clue.common.plural import counted


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument("base", type=Path, metavar="BASE", help="results of the base model")
    parser.add_argument("tuned", type=Path, metavar="TUNED", help="results of the other model")
    parser.add_argument(
        "--score",
        metavar="NAME",
        help="score to compare; METRIC,FILTER in logs of lm-evaluation-harness; SCORER.VALUE in "
        "logs of inspect_ai if a scorer has several values (default: `score`, else the only one)",
    )
    parser.add_argument(
        "--cluster",
        metavar="FIELD",
        help="field with the cluster of a sample; also a field of the harness's doc or of "
        "inspect_ai's metadata, nested fields with a dot (default: `cluster`, if it exists)",
    )
    parser.add_argument(
        "--margin",
        type=_positive,
        metavar="M",
        help="smaller differences do not matter; choose it before you see results. In the unit of "
        "the score: 2 points of a score between 0 and 1 are 0.02 (default: equivalence is not "
        "assessed)",
    )
    parser.add_argument("--dedup", action="store_true", help="drop identical copies of a row")
    parser.add_argument(
        "--allow-different-prompts",
        action="store_true",
        help="compare although the prompts differ, e.g. in the chat template; the output notes it",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; null: undefined, refused")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    base = read(arguments.base, arguments.score, arguments.cluster)
    tuned = read(arguments.tuned, arguments.score, arguments.cluster)
    allowed = ["prompt"] if arguments.allow_different_prompts else []
    pairing = pair(base, tuned, dedup=arguments.dedup, allowed=allowed)
    comparison = compare(base, tuned, pairing, arguments.margin)
    if arguments.json:
        print(json.dumps(comparison.as_dict(), indent=1, allow_nan=False))
    else:
        print("\n".join(lines(comparison)))
    return 0


def compare(
    base: ModelResults, tuned: ModelResults, pairing: Pairing, margin: float | None
) -> FileComparison:
    """Compares two matched files.

    Args:
        base: results of the base model.
        tuned: results of the other model.
        pairing: the matched samples of the two.
        margin: margin of equivalence, in the unit of the score.
    """
    usable = None if margin is None or margin >= _range(pairing) else margin
    comparison = battery(pairing.paired, Options(margin=usable))
    if pairing.ledger.status == "refused":
        comparison = untested(
            comparison,
            f"{100 * pairing.ledger.missing:.1f} % of the samples are in one of the files only, "
            f"more than {100 * REFUSED:.0f} %",
        )
    notes = tuple(_notes(base, tuned, pairing, margin))
    return FileComparison(base, tuned, pairing, comparison, _labels(base, tuned), notes)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _range(pairing: Pairing) -> float:
    """Distance of the lowest from the highest score; infinite if all scores are equal."""
    both = [*pairing.paired.base, *pairing.paired.tuned]
    return float(max(both) - min(both)) or math.inf


def _labels(base: ModelResults, tuned: ModelResults) -> Labels:
    names = (base.name, tuned.name) if base.name != tuned.name else ("base", "tuned")
    return Labels(*names, base.scored)


def _notes(
    base: ModelResults, tuned: ModelResults, pairing: Pairing, margin: float | None
) -> Iterator[str]:
    yield from pairing.ledger.notes(list_ids)
    if all(row.cluster is None for row in base.rows):
        yield (
            "No field names clusters, so every sample counts as independent. If samples share a "
            "patient or a document, give --cluster FIELD."
        )
    if pairing.bounds is not None:
        low, high = pairing.bounds
        yield (
            f"With scores of 0 or 1 for the missing samples the difference would be between "
            f"{low:.4g} and {high:.4g}."
        )
    differing = [
        f"{key} {base.settings.get(key)} / {tuned.settings.get(key)}"
        for key in sorted({*base.settings, *tuned.settings})
        if base.settings.get(key) != tuned.settings.get(key)
    ]
    if differing:
        yield f"The two files have different settings (base / tuned): {'; '.join(differing)}."
    for results in (base, tuned):
        if results.unscored:
            name = results.path.name
            words = (f"answer in {name} has", f"answers in {name} have")
            yield f"{counted(results.unscored, *words)} no score."
    if margin is not None and margin >= _range(pairing):
        yield (
            f"The margin of {margin:g} was not used: all scores are within {_range(pairing):g} of "
            "each other, so every difference would count as small. The margin is in the unit of "
            "the score: 2 points of a score between 0 and 1 are 0.02."
        )


main = Command("clue compare", __doc__, add, run)
