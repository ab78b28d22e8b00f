"""Items needed to detect a difference, or the difference that given items detect.

    python -m analysis power --difference 0.03 --discordant 0.2
    python -m analysis power --difference 0.03 --discordant 0.2 --cluster-size 3 --icc 0.1
    python -m analysis power --items 237 --sd 0.1
    python -m analysis power --pilot BASE TUNED --difference 0.02 --items 1000 --json

What to expect of the items is one of

    --discordant   right or wrong answers: the share of items that exactly one model has right
    --sd           other scores: the standard deviation over items of tuned minus base
    --pilot        two files of per-sample results (as `analysis compare` reads them), a first set

Differences are in the unit of the scores: 0.03 where they lie between 0 and 1. Tests are two-sided.
Items that come in clusters (patients, letters) need their number per cluster and the correlation
within clusters; a pilot brings its own.

Exit code 0: done; 1: the numbers or the files cannot be used.
"""

import argparse
import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from analysis.pairing.pair_files import pair
from analysis.readers import read
from analysis.stats.power import Aim
from analysis.stats.power_planning import Answers, Expectation, Pilot, Scores
from clue.common.cli import Command
from clue.common.plural import counted
from clue.errors import ConfigError

PILOT_ONLY = ("score", "cluster")
PLAIN_ONLY = ("cluster_size", "icc")


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    expected = parser.add_mutually_exclusive_group(required=True)
    expected.add_argument("--discordant", type=float, metavar="SHARE")
    expected.add_argument("--sd", type=float)
    expected.add_argument("--pilot", type=Path, nargs=2, metavar=("BASE", "TUNED"))
    parser.add_argument("--difference", type=float, help="to be detected")
    parser.add_argument("--items", type=int, help="that there will be")
    parser.add_argument("--cluster-size", type=float, help="items per cluster (default 1)")
    parser.add_argument("--icc", type=float, help="correlation within clusters (default 0)")
    parser.add_argument("--score", help="which score of the pilot")
    parser.add_argument("--cluster", metavar="FIELD", help="field that names the pilot's clusters")
    parser.add_argument("--power", type=float, default=0.8, help="default 0.8")
    parser.add_argument("--alpha", type=float, default=0.05, help="default 0.05")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    problems = list(_problems(chosen))
    if problems:
        raise ConfigError("\n".join(["this cannot be planned:", *problems]))
    made = _document(chosen, _expectation(chosen))
    print(json.dumps(made, indent=1) if chosen.json else "\n".join(_lines(made)))
    return 0


def _problems(chosen: argparse.Namespace) -> Iterator[str]:
    if chosen.difference is None and chosen.items is None and not chosen.pilot:
        yield "  give --difference, --items, or both"
    for name in PLAIN_ONLY if chosen.pilot else PILOT_ONLY:
        if getattr(chosen, name) is not None:
            there = "is the pilot's own" if chosen.pilot else "needs --pilot"
            yield f"  --{name.replace('_', '-')} {there}"
    if not 0 < chosen.alpha < chosen.power < 1:
        yield f"  --alpha {chosen.alpha:g} --power {chosen.power:g}: need 0 < alpha < power < 1"
    if not 0 <= (chosen.icc or 0.0) <= 1:
        yield f"  --icc {chosen.icc:g}: no number from 0 to 1"
    if not 0 < (chosen.discordant or 1.0) <= 1:
        yield f"  --discordant {chosen.discordant:g}: no share above 0, up to 1"
    for name, least in (("difference", 0), ("sd", 0), ("cluster_size", 1 - 1e-12), ("items", 1)):
        value = getattr(chosen, name)
        if value is not None and not value > least:
            yield f"  --{name.replace('_', '-')} {value:g}: too small"
    if chosen.items is not None and chosen.items < 2 * (chosen.cluster_size or 1.0):
        yield f"  --items {chosen.items}: fewer than two clusters"


def _expectation(chosen: argparse.Namespace) -> Expectation:
    if chosen.pilot:
        base, tuned = (read(path, chosen.score, chosen.cluster) for path in chosen.pilot)
        return Pilot.of(pair(base, tuned).paired)
    size, icc = chosen.cluster_size or 1.0, chosen.icc or 0.0
    if chosen.sd is not None:
        return Scores(chosen.sd, size, icc)
    return Answers(chosen.discordant, size, icc)


def _document(chosen: argparse.Namespace, expected: Expectation) -> dict[str, Any]:
    aim = Aim(chosen.power, chosen.alpha)
    made: dict[str, Any] = {
        "power": aim.power,
        "alpha": aim.alpha,
        "cluster_size": expected.cluster_size,
        "design_effect": expected.design_effect,
    }
    if isinstance(expected, Pilot):
        made["pilot"] = {
            "n": expected.robust.n,
            "n_clusters": expected.robust.n_clusters,
            "se_cr2": expected.robust.se_cr2,
            "df": expected.robust.df,
            "icc": None if math.isnan(expected.icc) else expected.icc,
            "detectable": expected.detectable(expected.robust.n, aim),
        }
    if chosen.difference is not None:
        clusters = math.ceil(expected.required(chosen.difference, aim) / expected.cluster_size)
        items = math.ceil(clusters * expected.cluster_size)
        made["required"] = {"difference": chosen.difference, "items": items, "clusters": clusters}
    if chosen.items is not None:
        found = expected.detectable(chosen.items, aim)
        made["detectable"] = {
            "items": chosen.items,
            "difference": None if math.isnan(found) else found,
        }
    return made


def _lines(made: dict[str, Any]) -> Iterator[str]:
    clustered = made["cluster_size"] > 1
    yield f"{made['power']:.0%} power, two-sided test at {made['alpha']:g}:"
    if "pilot" in made:
        pilot = made["pilot"]
        items, clusters = counted(pilot["n"], "item"), counted(pilot["n_clusters"], "cluster")
        yield (
            f"  the pilot ({items}, {clusters}) detects a difference of {pilot['detectable']:.4g}"
        )
    if "required" in made:
        found = made["required"]
        inside = f" in {counted(found['clusters'], 'cluster')}" if clustered else ""
        items = counted(found["items"], "item")
        yield f"  a difference of {found['difference']:g} needs {items}{inside}"
    if "detectable" in made:
        found = made["detectable"]
        reach, items = found["difference"], counted(found["items"], "item detects", "items detect")
        yield (
            f"  {items} a difference of {reach:.4g}"
            if reach is not None
            else f"  {items} none: not enough of them are discordant"
        )
    if clustered:
        yield f"  design effect {made['design_effect']:.3g}: what an item costs by its cluster"


main = Command("clue power", __doc__, add, run)
