"""Store of a declared study of any size, with simulated scores: no model, no text, no MLflow.

    python -m benchmarks.large_store STORE --models 40 [--prompts 3] [--scale 0.1]

Three tuned models have one base. Cells are as the paper's study
declares them on a machine without its data, so `python -m analysis` and `clue store list` sort and
compare them as real ones. The command that analyses them is printed.
"""

import argparse
import os
import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.planted import Plan
from benchmarks.synthetic import simulated_records
from clue.config import model_files
from clue.config.schema import ModelConf, PathsConf
from clue.records import sha256
from clue.store.completions import CellStore
from clue.store.format import declare_format
from clue.store.records_table import RecordsTable, write_table
from clue.study.declaration import declare, load
from clue.study.expected import ExpectedCell, Resolver
from clue.task import task_files

PROMPTS = ("paper", "zero_shot", "one_shot", "five_shot")
NO_DATA = "nowhere"
"""Folder of the data: whatever this machine has, the study expects no digest of it."""
TUNED_OF_BASE = 3


def models_of(number: int) -> list[ModelConf]:
    """Returns bases, which have files as in a real study, and tuned models of them."""
    files = [model_files.load(name) for name in model_files.names()]
    bases = [model for model in files if model.repo and not model_files.base(model)]
    chosen = bases[: number // (1 + TUNED_OF_BASE)]
    tuned = [
        ModelConf(
            f"tuned{pair}",
            repo=f"org/tuned{pair}",
            base=chosen[pair % len(chosen)].label,
            parameters=7.0,
            domain="biomedical",
        )
        for pair in range(number - len(chosen))
    ]
    return [*chosen, *tuned]


def write(store: Path, models: list[ModelConf], prompts: list[str], scale: float) -> int:
    """Write the table of every cell; returns the number of records."""
    declare_format(store)
    by_name = {model.label: model for model in models}
    tuned = [model.label for model in models if model.base]
    study = replace(load("paper"), models=tuned, prompts=prompts, references=[])
    declaration = declare(study, by_name)
    resolver = Resolver(declaration, PathsConf(data=NO_DATA, mlruns=str(store)))
    pairs = {model.label: model.base for model in models if model.base}
    rows = 0
    for key in declaration.keys:
        plan = Plan(pairs, scale=scale, seed=PROMPTS.index(key.prompt))
        rows += _write_cell(store, plan, resolver.cell(key), by_name[key.model])
    return rows


def _write_cell(store: Path, plan: Plan, cell: ExpectedCell, model: ModelConf) -> int:
    key, task = cell.key, cell.task
    conf = task_files.load(key.task)
    records = list(simulated_records(plan, conf, model.label))
    digests = {"dataset_sha256": sha256(conf.dataset), "shots": sha256("shots")}
    generation = {
        "protocol": {**digests, **task.protocol},
        "model": dict(cell.model),
        "decoding": task.decoding,
        "backend": {"name": "transformers", "weights": sha256(model.label), "chat": {}},
    }
    fingerprint = sha256(generation)
    facts = {
        **{"id": sha256([fingerprint, "scored"]), "fingerprint": fingerprint},
        **{"generation": generation, "prompt": key.prompt, "task": key.task},
        **{"level": conf.level, "dataset": conf.dataset, "score": list(task.score)},
        **{"versions": dict(task.versions), "model": model.label, "base": model.base},
        **{"ancestor": None, "family": model_files.family(model), "domain": model.domain},
        **{"parameters": model.parameters, "adaptation": [], "access": "open"},
        **{"limit": None, "run_id": fingerprint[:32], "demo": False},
    }
    signatures = {**dict.fromkeys(task.metrics, "unknown"), **task.signatures}
    path = CellStore(store / "cells" / key.task / key.model / fingerprint[:16])
    write_table(path.records_path(str(facts["id"])), RecordsTable(records, signatures, facts))
    return len(records)


def command(store: Path, models: list[ModelConf], prompts: list[str]) -> Iterator[str]:
    """Yields the words of the command that analyses the store."""
    yield from ("python", "-m", "analysis", f"paths.mlruns={store}", f"paths.data={NO_DATA}")
    yield f"models={','.join(model.label for model in models if model.base)}"
    yield f"prompts={','.join(prompts)}"


def main() -> None:
    """Write a store and print the command that analyses it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--models", type=int, default=40)
    parser.add_argument("--prompts", type=int, default=3, choices=range(1, len(PROMPTS) + 1))
    parser.add_argument("--scale", type=float, default=0.1, help="share of the real samples")
    arguments = parser.parse_args()
    models, prompts = models_of(arguments.models), list(PROMPTS[: arguments.prompts])
    os.environ.pop("CLUE_DATA", None)
    write(arguments.store, models, prompts, arguments.scale)
    print(shlex.join(command(arguments.store, models, prompts)))


if __name__ == "__main__":
    main()
