"""Compares two models on the same samples, from one file of per-sample results of each model.

    python -m analysis compare base.csv tuned.csv
    python -m analysis compare base.jsonl tuned.jsonl --score rouge1 --cluster patient --margin 0.02
    python -m analysis compare OUT/base OUT/tuned --score acc
    python -m analysis compare --base a.jsonl b.jsonl --tuned c.jsonl d.jsonl
    python -m analysis compare base.csv tuned.csv --against other_base.csv other_tuned.csv
    python -m analysis compare base.csv tuned.csv --prompt prompt --cluster patient

The format of a file is detected, see below; the two files may have different formats. In the
names of fields a dot leads into a field with fields: --cluster meta.patient.

A folder (the output folder of lm-evaluation-harness, for example) or several files are compared
task by task; the p-values are adjusted by Holm over all tasks of the command.

--against compares two pairs: the difference of the first minus that of the second, per sample.

--prompt names the field with the prompt of a row, by name or as a text. The block of lines on
prompts then has the difference for these prompts and for prompts like these: the prompts are a
random factor beside the clusters, as readers are beside cases in a reader study. Each sample needs
the same prompts in both files.

delta is tuned minus base. delta and the margin are in the unit of the score. Repeats of a sample
are averaged. Samples of one cluster (a patient, a document) are not independent: name the field
with the cluster, or the tests claim too much.

Exit code 0: compared, or reported why nothing can be tested; 1: the files cannot be read or do not
have the same samples; 2: the command line is wrong.
"""

import argparse
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.api import compare, compare_tasks, contrast
from analysis.result_formats import format_table
from clue.common.atomic_write import write_atomic
from clue.common.cli import Command
from clue.common.console import print_lines, print_rows
from clue.errors import ConfigError

if TYPE_CHECKING:  # --help imports no SciPy
    from analysis.pairing.file_comparison import FileComparison
    from analysis.pairing.pair_contrast import PairContrast
    from analysis.pairing.task_comparisons import TaskComparisons


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    _add_files(parser)
    _add_fields(parser)
    _add_comparison(parser)


def _add_files(parser: argparse.ArgumentParser) -> None:
    for name, metavar, model in (("base", "BASE", "base"), ("tuned", "TUNED", "other")):
        parser.add_argument(
            name,
            type=Path,
            nargs="?",
            metavar=metavar,
            help=f"results of the {model} model: a file, or a folder with a file for each task",
        )
        parser.add_argument(
            f"--{name}",
            type=Path,
            nargs="+",
            dest=f"{name}_files",
            metavar="FILE",
            help=f"several files of the {model} model, one for each task",
        )
    parser.add_argument(
        "--against",
        type=Path,
        nargs=2,
        metavar=("BASE", "TUNED"),
        help="files of a second pair; its difference is compared with that of the first",
    )


def _add_fields(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--score",
        action="append",
        metavar="NAME",
        help="score to compare; may be repeated if tasks have different ones; METRIC,FILTER in "
        "logs of lm-evaluation-harness; SCORER.VALUE in "
        "logs of inspect_ai if a scorer has several values (default: `score`, else the only one)",
    )
    parser.add_argument(
        "--cluster",
        metavar="FIELD",
        help="field with the cluster of a sample; also a field of the harness's doc or of "
        "inspect_ai's metadata, nested fields with a dot (default: `cluster`, if it exists)",
    )
    parser.add_argument(
        "--id",
        metavar="FIELD",
        help="field with the id of a sample (default: that of the format; `sample_id` in tables)",
    )
    parser.add_argument(
        "--repeat",
        metavar="COLUMN",
        help="column of a table with the number of a repeat (default: `repeat`, if it exists)",
    )
    parser.add_argument(
        "--prompt",
        metavar="FIELD",
        help="field with the prompt of a row; prompts are then also analysed as a random factor",
    )
    parser.add_argument(
        "--filter", metavar="NAME", help="filter of lm-evaluation-harness (default: the only one)"
    )


def _add_comparison(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--margin",
        type=_positive,
        metavar="M",
        help="smaller differences do not matter; choose it before you see results. In the unit of "
        "the score: 2 points of a score between 0 and 1 are 0.02 (default: equivalence is not "
        "assessed)",
    )
    parser.add_argument(
        "--range",
        nargs=2,
        type=float,
        metavar=("LOW", "HIGH"),
        help="smallest and largest possible score; others are refused (default: fractions beside "
        "scores above 4 are refused as two scales)",
    )
    parser.add_argument(
        "--wanted-error",
        type=_positive,
        metavar="SE",
        help="print the number of prompts that gives this standard error over prompts",
    )
    parser.add_argument("--dedup", action="store_true", help="drop identical copies of a row")
    parser.add_argument(
        "--allow-different-prompts",
        action="store_true",
        help="compare although the prompts differ, e.g. in the chat template; the output notes it",
    )
    parser.add_argument(
        "--overall", action="store_true", help="compare also on the items of all tasks together"
    )
    parser.add_argument(
        "--plot",
        type=_figure,
        metavar="FILE",
        help="write a figure of the differences, .svg or .png",
    )
    parser.add_argument("--json", action="store_true", help="print JSON; null: undefined, refused")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from analysis.cli.compare_output import blocks, lines

    options: dict[str, Any] = {
        "cluster": arguments.cluster,
        "margin": arguments.margin,
        "dedup": arguments.dedup,
        "allow_different_prompts": arguments.allow_different_prompts,
        "score_range": arguments.range,
        "sample_id": arguments.id,
        "repeat": arguments.repeat,
        "filter_name": arguments.filter,
        "prompt": arguments.prompt,
        "wanted_error": arguments.wanted_error,
    }
    comparison = _compared(arguments, options)
    if arguments.plot:
        from analysis.report.figures.file_comparisons import figure_file  # loads Matplotlib

        write_atomic(arguments.plot, figure_file(arguments.plot, blocks(comparison)))
    if arguments.json:
        print_lines(json.dumps(comparison.as_dict(), indent=1, allow_nan=False))
    else:
        print_rows(lines(comparison))
    return 0


def _compared(
    arguments: argparse.Namespace, options: dict[str, Any]
) -> "FileComparison | TaskComparisons | PairContrast":
    """Runs the comparison that the arguments ask for."""
    base, tuned = _paths(arguments, "base"), _paths(arguments, "tuned")
    by_task = arguments.overall or any(len(side) > 1 or side[0].is_dir() for side in (base, tuned))
    if by_task and arguments.against:
        raise ConfigError("--against takes one file of each model: give two files before it")
    if arguments.prompt and arguments.against:
        raise ConfigError("--prompt analyses one pair: leave out --against, or --prompt")
    if by_task:
        return compare_tasks(
            base, tuned, score=arguments.score, overall=arguments.overall, **options
        )
    pairs = [(base[0], tuned[0]), *([arguments.against] if arguments.against else [])]
    score = (arguments.score or [None])[0]
    comparisons = [compare(one, other, score=score, **options) for one, other in pairs]
    if len(comparisons) == 1:
        return comparisons[0]
    settings = {name: options[name] for name in ("margin", "allow_different_prompts")}
    return contrast(*comparisons, **settings)


def _paths(arguments: argparse.Namespace, name: str) -> list[Path]:
    """Files of one model, given by position or by option."""
    position, files = getattr(arguments, name), getattr(arguments, f"{name}_files")
    if (position is None) == (files is None):
        raise ConfigError(
            f"give the files of {name} either by position or with --{name} FILE ...; see --help"
        )
    return files or [position]


def _figure(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in (".svg", ".png"):
        raise argparse.ArgumentTypeError(f"{text} ends neither with .svg nor with .png")
    return path


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


main = Command("clue compare", f"{__doc__}\nFormats:\n\n{format_table()}", add, run)
