"""Number of items needed to detect a difference, or difference that a number of items detects.

    python -m analysis power --difference 0.03 --discordant 0.2
    python -m analysis power --difference 0.03 --discordant 0.2 --cluster-size 3 --icc 0.1
    python -m analysis power --items 237 --sd 0.1
    python -m analysis power --pilot BASE TUNED --difference 0.02 --items 1000 --json
    python -m analysis power --items 1200 --sd 0.6 --prompts 20 --prompt-sd 0.03

Give one assumption about the items:

    --discordant   right or wrong answers: share of items that exactly one model answers right
    --sd           other scores: standard deviation over items of tuned minus base
    --pilot        two files of per-sample results, a first set (formats: see
                   `python -m analysis compare --help`)

Differences are in the unit of the scores, e.g. 0.03 for scores between 0 and 1. Tests are
two-sided. For items in clusters (patients, letters), give the number per cluster and the
correlation within clusters; a pilot contains both.

A comparison over several prompts has an error of the prompts, too, which more items do not shrink:

    --prompts             number of prompts, a sample of prompts like these
    --prompt-sd           standard deviation of the true difference between prompts; `compare
                          --prompt FIELD` of a first set prints it
    --prompt-design       spread: each item is asked with one prompt; crossed: with every prompt
    --prompt-correlation  crossed: correlation of an item's differences under two prompts; 1 if
                          asking an item again tells nothing new of it (default 0.5)

Exit code 0: done; 1: the numbers or the files cannot be used.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.api import pilot, power
from clue.common.cli import Command
from clue.common.console import print_lines, print_rows
from clue.errors import ConfigError

if TYPE_CHECKING:  # --help imports no SciPy
    from analysis.stats.power_planning import Design

PILOT_ONLY = ("score", "cluster")
PLAIN_ONLY = ("cluster_size", "icc")


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    expected = parser.add_mutually_exclusive_group(required=True)
    expected.add_argument("--discordant", type=float, metavar="SHARE")
    expected.add_argument("--sd", type=float)
    expected.add_argument("--pilot", type=Path, nargs=2, metavar=("BASE", "TUNED"))
    parser.add_argument("--difference", type=float, help="difference to detect")
    parser.add_argument("--items", type=int, help="number of planned items")
    parser.add_argument("--cluster-size", type=float, help="items per cluster (default 1)")
    parser.add_argument("--icc", type=float, help="correlation within clusters (default 0)")
    parser.add_argument("--prompts", type=int, metavar="K", help="number of prompts (default 1)")
    parser.add_argument("--prompt-sd", type=float, metavar="SD")
    parser.add_argument("--prompt-design", choices=("spread", "crossed"), help="default spread")
    parser.add_argument("--prompt-correlation", type=float, metavar="R")
    parser.add_argument("--score", help="score of the pilot to use")
    parser.add_argument("--cluster", metavar="FIELD", help="field with the pilot's clusters")
    parser.add_argument("--power", type=float, default=0.8, help="default 0.8")
    parser.add_argument("--alpha", type=float, default=0.05, help="default 0.05")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    problems = list(_problems(arguments))
    if problems:
        raise ConfigError("\n".join(["these options cannot be used:", *problems]))
    plan = power(
        _design(arguments),
        difference=arguments.difference,
        items=arguments.items,
        power=arguments.power,
        alpha=arguments.alpha,
    )
    if arguments.json:
        print_lines(json.dumps(plan.as_dict(), indent=1))
    else:
        print_rows(plan.lines())
    return 0


def _problems(arguments: argparse.Namespace) -> Iterator[str]:
    if arguments.difference is None and arguments.items is None and not arguments.pilot:
        yield "  give --difference, --items, or both"
    for name in PLAIN_ONLY if arguments.pilot else PILOT_ONLY:
        if getattr(arguments, name) is not None:
            reason = "comes from the pilot" if arguments.pilot else "needs --pilot"
            yield f"  --{name.replace('_', '-')} {reason}"
    yield from _prompt_problems(arguments)


def _prompt_problems(arguments: argparse.Namespace) -> Iterator[str]:
    if (arguments.prompts is None) != (arguments.prompt_sd is None):
        yield "  give --prompts and --prompt-sd together"
    if arguments.prompts is None and arguments.prompt_design is not None:
        yield "  --prompt-design needs --prompts"
    if arguments.prompt_correlation is not None and arguments.prompt_design != "crossed":
        yield "  --prompt-correlation needs --prompt-design crossed"


def _design(arguments: argparse.Namespace) -> "Design":
    from analysis.stats.prompt_planning import PlannedPrompts

    items = _items(arguments)
    if arguments.prompts is None:
        return items
    return PlannedPrompts(
        items,
        arguments.prompts,
        arguments.prompt_sd,
        layout=arguments.prompt_design or "spread",
        correlation=arguments.prompt_correlation,
    )


def _items(arguments: argparse.Namespace) -> "Design":
    """Assumptions about the items under one prompt."""
    from analysis.stats.power_planning import BinaryDesign, ContinuousDesign

    if arguments.pilot:
        return pilot(*arguments.pilot, score=arguments.score, cluster=arguments.cluster)
    size = 1.0 if arguments.cluster_size is None else arguments.cluster_size
    icc = 0.0 if arguments.icc is None else arguments.icc
    if arguments.sd is not None:
        return ContinuousDesign(arguments.sd, cluster_size=size, icc=icc)
    return BinaryDesign(arguments.discordant, cluster_size=size, icc=icc)


main = Command("clue power", __doc__, add, run)
