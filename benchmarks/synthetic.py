"""A store of a made-up study with planted effects: no model, no text, no MLflow.

    python -m benchmarks.synthetic STORE [--scale 0.1]

Twelve pairs on seven base models and all tasks, with the sizes and clusters of the real data sets;
written as the same tables as real cells, so whatever reads a store reads this one. Scores
are drawn from an item effect that all models share (which pairs them), an effect of the cluster on
each model (which makes clusters matter), noise, and the planted difference of the pair.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.planted import BASES, PAIRS, SIZES, UNDEFINED, Plan, rng
from clue import tasks
from clue.config import TaskConf
from clue.metrics import METRICS
from clue.records import Completion, Record, sha256
from clue.store import CellStore
from clue.tables import Table, write_table

Array = NDArray[np.float64]


def write(store: Path, plan: Plan) -> list[Path]:
    """Write every cell's table below `store`; returns their paths."""
    names = plan.tasks or tuple(tasks.names())
    models = [*dict.fromkeys(plan.pairs.values()), *plan.pairs]
    return [_write_cell(store, plan, tasks.load(task), model) for task in names for model in models]


def _write_cell(store: Path, plan: Plan, conf: TaskConf, model: str) -> Path:
    """One model on one task."""
    facts = _facts(conf, model, plan.pairs.get(model))
    folder = store / "cells" / conf.name / model / facts["fingerprint"][:16]
    signatures = dict.fromkeys(conf.metrics, "synthetic")
    records = list(_records(plan, conf, model))
    path = CellStore(folder).records_path(facts["id"])
    return write_table(path, Table(records, signatures, facts))


def _facts(conf: TaskConf, model: str, base: str | None) -> dict[str, Any]:
    parameters = BASES.get(base or model, 7.0)
    generation = {
        "protocol": {"task": conf.name, "dataset_sha256": sha256(conf.module), "shots": conf.shots},
        "model": {"repo": f"synthetic/{model}", "dtype": "bfloat16"},
        "decoding": "greedy",
        "backend": {"name": "synthetic", "weights": sha256(model)},
    }
    fingerprint = sha256(generation)
    return {
        "id": sha256([fingerprint, "scored"]),
        "fingerprint": fingerprint,
        "prompt": "paper",
        "task": conf.name,
        "level": conf.level,
        "dataset": conf.module,
        "model": model,
        "base": base,
        "ancestor": None,
        "family": base or model,
        "domain": "biomedical" if base else "general",
        "adaptation": ("continued_pretraining" if len(model) % 2 else "finetuning")
        if base
        else None,
        "parameters": parameters,
        "score": list(conf.score),
        "access": "open",
        "run_id": sha256([model, conf.name])[:32],
        "limit": None,
        "generation": generation,
    }


@dataclass(frozen=True)
class _Items:
    """The samples of a data set: the same for every model."""

    ids: tuple[str, ...]
    clusters: tuple[str, ...]
    codes: NDArray[np.intp]
    ease: Array
    """Effect that all models share, standard normal, shape (n,)."""
    defined: NDArray[np.bool_]
    """Whether the reference names a concept, shape (n,)."""


def _items(plan: Plan, conf: TaskConf) -> _Items:
    size, groups = (max(round(plan.scale * number), 1) for number in SIZES[conf.module])
    groups = max(min(groups, size), 8)
    size = max(size, groups, 12)
    draw = rng(plan.seed, conf.name)
    codes = np.sort(np.concatenate([np.arange(groups), draw.integers(groups, size=size - groups)]))
    if conf.module in ("mednli", "longhealth"):  # clusters of one size
        codes = np.arange(size) * groups // size
    return _Items(
        tuple(f"{conf.module}-{number:05}" for number in range(size)),
        tuple(f"{conf.module}-cluster-{code:04}" for code in codes),
        codes.astype(np.intp),
        draw.normal(size=size),
        draw.random(size) >= UNDEFINED,
    )


def _records(plan: Plan, conf: TaskConf, model: str) -> Iterator[Record]:
    items = _items(plan, conf)
    columns = {name: _scores(plan, conf, model, name, items) for name in conf.metrics}
    draw = rng(plan.seed, f"{conf.name}/{model}/flags")
    flagged = draw.random((len(items.ids), conf.repeats, 3)) < (0.01, 0.02, 0.02)
    repeated = draw.beta(0.3, 6, (len(items.ids), conf.repeats))
    for place, (name, cluster) in enumerate(zip(items.ids, items.clusters, strict=True)):
        for repeat in range(conf.repeats):
            empty, unparsed, looped = flagged[place, repeat].tolist()
            yield Record(
                task=conf.name,
                model=model,
                sample_id=name,
                repeat=repeat,
                cluster=cluster,
                prompt_sha256=f"{conf.name}/{name}/{repeat}",
                target_sha256=f"{conf.name}/{name}",
                completion=Completion("synthetic", "length" if looped else "stop", 9, 3, 0.1),
                answer=None if empty or unparsed else "synthetic",
                scores={
                    metric: None
                    if metric.startswith("umls") and not items.defined[place]
                    else float(column[place, repeat])
                    for metric, column in columns.items()
                },
                flags={
                    "truncated": looped,
                    "empty": empty,
                    "unparsed": unparsed or empty,
                    "looped": looped,
                },
                measures={"words": 9.0, "repeated_4grams": float(repeated[place, repeat])},
            )


def _scores(plan: Plan, conf: TaskConf, model: str, metric: str, items: _Items) -> Array:
    """Scores of a model, shape (n, repeats), within 0 and 1.

    Right answers become more or less likely by the planted difference; text scores are shifted by
    it, and every eighth one or so is zero.
    """
    draw = rng(plan.seed, f"{conf.name}/{model}/{metric.removesuffix('_upstream')}")
    cluster = draw.normal(size=items.codes.max() + 1)[items.codes]
    shift = plan.difference(model, conf.name) / 100 if model in plan.pairs else 0.0
    own = draw.normal(size=(len(items.ids), conf.repeats))
    latent = 0.7 * items.ease[:, None] + 0.25 * cluster[:, None] + 0.6 * own
    if METRICS[metric].kind == "binary":
        return (latent + shift * 2.4 > -0.3).astype(float)  # 2.4: points to the latent scale there
    scores = np.clip(0.35 + 0.12 * latent + shift, 0, 1)
    if METRICS[metric].kind == "fraction" or metric == "rouge2":
        scores[draw.random(scores.shape) < 0.125] = 0
    if METRICS[metric].kind == "fraction":
        scores = np.round(scores * 12) / 12
    return scores


def main() -> None:
    """Write a study and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    arguments = parser.parse_args()
    paths = write(arguments.store, Plan(PAIRS, scale=arguments.scale))
    print(f"{len(paths)} tables in {arguments.store / 'cells'}")


if __name__ == "__main__":
    main()
