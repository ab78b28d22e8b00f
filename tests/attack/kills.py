"""Kills at random moments: the same command repeated gives what an undisturbed run gives."""

import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.attack.campaign import Campaign, Case
from tests.attack.forked import Ended, command
from tests.attack.stores import (
    Undisturbed,
    analyse,
    analysis,
    clue,
    copied,
    differing,
    evaluate,
    undisturbed,
)

FIRST_SECONDS = 10.0
Step = Callable[..., Ended]


def new_store(case: Case) -> Iterator[str]:
    """Kill the first command of a new store within its first ten seconds."""
    base: Undisturbed = case.base
    store = case.folder / "store"
    moment = case.draw.uniform(0, FIRST_SECONDS)
    evaluate(store, kill_after=moment)
    yield from _repeated(base, store, evaluate, f"killed after {moment:.2f} s")


def _export(store: Path, **options: float) -> Ended:
    return clue(store, "store", "export", str(store.parent / "copy.zip"), **options)


def _import(store: Path, **options: float) -> Ended:
    archive = next(parent / "base" / "study.zip" for parent in store.parents if _is_run(parent))
    words = ["clue", "store", "import", str(archive), f"paths.mlruns={store.parent / 'other'}"]
    return command(words, **options)


def _is_run(folder: Path) -> bool:
    return (folder / "base" / "study.zip").exists()


def _use(store: Path, **options: float) -> Ended:
    fingerprint = next(store.glob("cells/mednli/*/*")).name
    return clue(store, "store", "note", fingerprint, "another note", **options)


LARGER = "larger limit"
"""Adds cells, which the analysis shows next to those of before."""
STEPS: Mapping[str, Step] = {
    "forced": lambda store, **options: evaluate(store, *_all(), "force=true", **options),
    LARGER: lambda store, **options: evaluate(store, *_all(), "limit=6", **options),
    "replay": lambda store, **options: evaluate(
        store, *_all(), "backend=replay", "force=true", **options
    ),
    "export": _export,
    "import": _import,
    "prune": lambda store, **options: clue(store, "store", "prune", "--yes", **options),
    "relocate": lambda store, **options: clue(store, "store", "relocate", **options),
    "analysis": lambda store, **options: analyse(store, "report=true", **options),
    "freeze": lambda store, **options: clue(
        store, "study", "freeze", "paper", "paths.data=demo", **options
    ),
    "note": _use,
}


def _all() -> tuple[str, ...]:
    return ("-m", "model=smollm2_135m,smollm2_135m_hpo", "task=[mednli,meqsum,medisumcode]")


@contextmanager
def timed(folder: Path) -> Iterator[tuple[Undisturbed, dict[str, float]]]:
    """Makes the undisturbed store, and measures how long every step takes."""
    with undisturbed(folder) as base:
        seconds = {}
        for name, step in STEPS.items():
            place = folder / name.replace(" ", "-")
            place.mkdir()
            seconds[name] = step(copied(base, place)).seconds
        yield base, seconds


def elsewhere(case: Case) -> Iterator[str]:
    """Kill a later command at a random moment of its usual duration, then repeat it."""
    base, seconds = case.base
    store = copied(base, case.folder)
    name = case.draw.choice(list(STEPS))
    moment = random.Random(case.draw.random()).uniform(0, seconds[name])
    STEPS[name](store, kill_after=moment)
    label = f"{name} killed after {moment:.2f} of {seconds[name]:.2f} s"
    yield from _repeated(base, store, STEPS[name], label, adds_cells=name == LARGER)


def _repeated(
    base: Undisturbed, store: Path, step: Step, label: str, *, adds_cells: bool = False
) -> Iterator[str]:
    repeated = step(store)
    if repeated.unforeseen() or repeated.code != 0:
        yield f"{label}: the same command fails: {repeated.output[-600:]}"
    if not (store / "cells").is_dir():
        return
    verified = clue(store, "store", "verify")
    if verified.code != 0:
        yield f"{label}: {verified.output[-300:]}"
    again = evaluate(store)
    if again.code != 0:
        yield f"{label}: the first command fails: {again.output[-600:]}"
    yield from (f"{label}: {problem}" for problem in differing(base.records, store))
    if analyse(store).code == 0:
        rows = analysis(store)
        if adds_cells:
            rows = [row for row in rows if row in base.analysis]
        if rows != base.analysis:
            yield f"{label}: the analysis differs"
    clue(store, "store", "prune", "--yes")
    parts = [path for path in store.rglob(".*.[0-9]*") if path.is_file()]
    yield from (f"{label}: {path.relative_to(store)} stays after prune" for path in parts)


NEW = Campaign(40, new_store, undisturbed, minutes=40)
ELSEWHERE = Campaign(60, elsewhere, timed, minutes=40)
