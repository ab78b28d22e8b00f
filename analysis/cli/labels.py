"""Reads blind labels of a page of `python -m analysis view`, and says what they say of the pair.

    python -m analysis labels labels-mednli.json
    python -m analysis labels labels-mednli.json --json

Prints how often each model's answer was preferred, and the difference of both shares with its
interval and test, as everywhere in the analysis: items of one cluster count as dependent. Ties
count for neither model. The result is one person's on the labelled items, and exploratory.

Exit code 0: done; 1: the file cannot be used.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.names import in_sentence
from clue.common.cli import Command
from clue.common.console import print_lines, print_rows
from clue.common.plural import counted
from clue.marks import marked

if TYPE_CHECKING:  # --help imports no SciPy
    from analysis.samples.labels import LabelFile

CHOICES = {
    "tuned": "{tuned} (biomedical) is better",
    "base": "{base} (base) is better",
    "both_good": "equal, both good",
    "both_bad": "equal, both bad",
}


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument("file", type=Path, help="file that a page saved")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from analysis.samples.labels import read_labels

    labels = read_labels(arguments.file)
    if arguments.json:
        print_lines(json.dumps(_document(labels), indent=1))
    else:
        print_rows(lines(labels))
    return 0


def lines(labels: "LabelFile") -> Iterator[str]:
    """Yields the lines on a file of labels."""
    from analysis.number_format import percent

    pair = f"{labels.tuned} against {labels.base} on {in_sentence(labels.task)}"
    labelled = f"{len(labels.labels):,} of {labels.items:,} items labelled"
    yield marked(labels.marks, f"{pair}, prompt setting {labels.prompt}: {labelled}")
    counts = labels.counts
    for choice, words in CHOICES.items():
        share = percent(100 * counts[choice] / len(labels.labels))
        text = words.format(tuned=labels.tuned, base=labels.base)
        yield f"  {counts[choice]:>5}  {share:>5} %  {text}"
    yield _preference(labels)
    first, preferring = labels.first_preferred
    if preferring:
        yield f"The first of the two shown answers was preferred in {first} of {preferring} items."
    if labels.skipped:
        yield (
            f"{counted(labels.skipped, 'item')} before the last labelled one have no label: the "
            "labels are no random sample of the items."
        )
    yield "Labels of one person; exploratory."


def _preference(labels: "LabelFile") -> str:
    from analysis.number_format import p_value, points, points_interval

    result = labels.preference
    text = f"Preference for {labels.tuned}: {points(result.delta)} points"
    if result.refused:
        return f"{text}. Not tested: {result.refused}."
    assert result.interval is not None
    assert result.p is not None
    limits = points_interval(result.interval)
    return f"{text} (95 % CI {limits}, p {p_value(result.p)}); above 0 it is preferred to its base."


def _document(labels: "LabelFile") -> dict[str, object]:
    from analysis.paired_study.output import json_values

    names = {name: getattr(labels, name) for name in ("tuned", "base", "prompt", "task", "marks")}
    counts = {choice: labels.counts[choice] for choice in CHOICES}
    first, preferring = labels.first_preferred
    return {
        **names,
        "labelled": len(labels.labels),
        "items": labels.items,
        "skipped": labels.skipped,
        "counts": counts,
        "first_preferred": first,
        "preferring": preferring,
        "preference": json_values(asdict(labels.preference)),
    }


main = Command("python -m analysis labels", __doc__, add, run)
