"""Compare two models on the same samples, from one file of per-sample results each.

    python -m analysis compare base.csv tuned.csv
    python -m analysis compare base.jsonl tuned.jsonl --score rouge1 --cluster patient --margin 0.02
    python -m analysis compare BASE/samples_x_*.jsonl TUNED/samples_x_*.jsonl --score exact_match

Which of these a file is, is seen; the two need not be of one kind:

    CSV, JSON lines, Parquet   columns sample_id, score (or any other name), cluster, repeat
    lm-evaluation-harness      samples_<task>_<date>.jsonl, written with --log_samples
    inspect_ai                 logs, .json or .eval
    this project               mlruns/cells/<task>/<model>/<fingerprint>/records-*.parquet
    CLUE's authors             predictions.json

delta is tuned minus base in the score's own unit, and so is the margin. Repeats of a sample are
averaged. Samples of one cluster (a patient, a document) are not independent: name the field that
tells them apart, or the tests claim too much.

Exit code 0: compared, or said why nothing can be tested; 1: the files cannot be read or are not of
the same samples; 2: the command line is wrong.
"""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path

from analysis.cli.compare_output import Answer, document, lines
from analysis.pairing.ledger import REFUSED, named
from analysis.pairing.pair_files import Pairing, pair
from analysis.readers import Results, read
from analysis.sentences.verdict import Wording
from analysis.stats.battery import battery
from analysis.stats.comparison import Options, untested
from clue.common.cli import Command
from clue.common.plural import counted


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("base", type=Path, metavar="BASE", help="results of the base model")
    parser.add_argument("tuned", type=Path, metavar="TUNED", help="results of the other model")
    parser.add_argument(
        "--score",
        metavar="NAME",
        help="which score; in logs of lm-evaluation-harness METRIC,FILTER, in those of inspect_ai "
        "SCORER.VALUE, where one has several (default: `score`, else the only one)",
    )
    parser.add_argument(
        "--cluster",
        metavar="FIELD",
        help="field that names what samples have in common; may lie in the harness's doc, in "
        "inspect_ai's metadata, or deeper with a dot (default: `cluster`, where there is one)",
    )
    parser.add_argument(
        "--margin",
        type=_positive,
        metavar="M",
        help="differences below it do not matter; decide before looking. In the score's unit: 2 "
        "points of a score between 0 and 1 are 0.02 (default: equivalence is not assessed)",
    )
    parser.add_argument(
        "--dedup", action="store_true", help="drop rows that are there twice, identically"
    )
    parser.add_argument(
        "--allow-different-prompts",
        action="store_true",
        help="compare although the prompts differ, e.g. in the chat template; the answer says so",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; null: undefined, refused")


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    base = read(chosen.base, chosen.score, chosen.cluster)
    tuned = read(chosen.tuned, chosen.score, chosen.cluster)
    allowed = ["prompt"] if chosen.allow_different_prompts else []
    pairing = pair(base, tuned, dedup=chosen.dedup, allowed=allowed)
    answer = compare(base, tuned, pairing, chosen.margin)
    if chosen.json:
        print(json.dumps(document(answer), indent=1, allow_nan=False))
    else:
        print("\n".join(lines(answer)))
    return 0


def compare(base: Results, tuned: Results, pairing: Pairing, margin: float | None) -> Answer:
    """The comparison of two files that were matched.

    Args:
        base: results of the base model.
        tuned: results of the other model.
        pairing: of the two.
        margin: of equivalence, in the score's unit.
    """
    usable = None if margin is None or margin >= _range(pairing) else margin
    made = battery(pairing.paired, Options(margin=usable))
    if pairing.ledger.status == "refused":
        made = untested(
            made,
            f"{100 * pairing.ledger.missing:.1f} % of the samples are in one of the files only, "
            f"more than {100 * REFUSED:.0f} %",
        )
    notes = tuple(_notes(base, tuned, pairing, margin))
    return Answer(base, tuned, pairing, made, _wording(base, tuned), notes)


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is no positive number")
    return value


def _range(pairing: Pairing) -> float:
    """Between the lowest and the highest score; infinite if there is only one."""
    both = [*pairing.paired.base, *pairing.paired.tuned]
    return float(max(both) - min(both)) or math.inf


def _wording(base: Results, tuned: Results) -> Wording:
    names = (base.name, tuned.name) if base.name != tuned.name else ("base", "tuned")
    return Wording(*names, base.scored)


def _notes(base: Results, tuned: Results, pairing: Pairing, margin: float | None) -> Iterator[str]:
    yield from pairing.ledger.notes(named)
    if all(row.cluster is None for row in base.rows):
        yield (
            "No field names clusters, so every sample counts as independent; if some share a "
            "patient or a document, say --cluster FIELD."
        )
    if pairing.bounds is not None:
        low, high = pairing.bounds
        yield (
            f"With scores of 0 or 1 for the missing samples the difference would lie between "
            f"{low:.4g} and {high:.4g}."
        )
    told = [
        f"{key} {base.settings.get(key)} / {tuned.settings.get(key)}"
        for key in sorted({*base.settings, *tuned.settings})
        if base.settings.get(key) != tuned.settings.get(key)
    ]
    if told:
        yield f"The two were made with different settings: {'; '.join(told)}."
    for results in (base, tuned):
        if results.unscored:
            name = results.path.name
            words = (f"answer in {name} was", f"answers in {name} were")
            yield f"{counted(results.unscored, *words)} never scored."
    if margin is not None and margin >= _range(pairing):
        yield (
            f"The margin of {margin:g} was not used: all scores lie within {_range(pairing):g} of "
            "each other, so every difference would count as small. The margin is in the score's "
            "unit; 2 points of a score between 0 and 1 are 0.02."
        )


main = Command("clue compare", __doc__, add, run)
