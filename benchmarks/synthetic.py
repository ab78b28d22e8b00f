"""Store of a synthetic study with planted effects: no model, no text, no MLflow.

    python -m benchmarks.synthetic STORE [--scale 0.1] [--known] [--report DIR]

Twelve pairs on seven base models and all tasks, with the sizes and clusters of the real data sets.
Cells have the same tables as real ones, so every reader of a store can read this one. `--known`
plants the few effects of `benchmarks.planted.known_study`; otherwise effects are drawn. `--report`
analyses the pairs of the store: no declared study has simulated scores.
"""

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.settings import AnalysisConf
from benchmarks.planted import BASES, PAIRS, Plan, known_study, named_rng
from benchmarks.synthetic_scores import Drawn, draw_items
from clue.config.schema import TaskConf
from clue.records import Completion, Record, sha256
from clue.store.completions import CellStore
from clue.store.format import declare_format
from clue.store.records_table import RecordsTable, write_table
from clue.task import task_files

TRAINING = ("instruction tuning", "continued pre-training")


def write(store: Path, plan: Plan) -> list[Path]:
    """Write every cell's table below `store`; returns their paths."""
    names = plan.tasks or tuple(sorted(task_files.expanded("all")))
    declare_format(store)
    models = [*dict.fromkeys(plan.pairs.values()), *plan.pairs]
    return [
        _write_cell(store, plan, task_files.load(task), model) for task in names for model in models
    ]


def _write_cell(store: Path, plan: Plan, conf: TaskConf, model: str) -> Path:
    """Write the table of one model on one task."""
    facts = _facts(conf, model, plan.pairs.get(model))
    folder = store / "cells" / conf.name / model / facts["fingerprint"][:16]
    signatures = dict.fromkeys(conf.metrics, "synthetic")
    records = list(_records(plan, conf, model))
    path = CellStore(folder).records_path(facts["id"])
    return write_table(path, RecordsTable(records, signatures, facts))


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
        "dataset": conf.dataset,
        "model": model,
        "base": base,
        "ancestor": None,
        "family": base or model,
        "domain": "biomedical" if base else "general",
        "adaptation": [TRAINING[len(model) % 2]] if base else [],
        "parameters": parameters,
        "score": list(conf.score),
        "access": "open",
        "run_id": sha256([model, conf.name])[:32],
        "limit": None,
        "generation": generation,
    }


def _records(plan: Plan, conf: TaskConf, model: str) -> Iterator[Record]:
    items = draw_items(plan, conf)
    drawn = Drawn(plan, conf, model, items)
    columns = {name: drawn.scores(name) for name in conf.metrics}
    repeated = named_rng(plan.seed, f"{conf.name}/{model}/loops").beta(0.3, 6, drawn.empty.shape)
    for item, (name, cluster) in enumerate(zip(items.ids, items.clusters, strict=True)):
        for repeat in range(conf.repeats):
            at = item, repeat
            unparsed = bool(drawn.empty[at] or drawn.unparsed[at])
            yield Record(
                task=conf.name,
                model=model,
                sample_id=name,
                repeat=repeat,
                cluster=cluster,
                prompt_sha256=f"{conf.name}/{name}/{repeat}",
                target_sha256=f"{conf.name}/{name}",
                completion=Completion(
                    "synthetic",
                    "length" if drawn.looped[at] else "stop",
                    int(items.tokens[item]),
                    3,
                    0.1,
                ),
                answer=None if unparsed else "synthetic",
                scores={
                    metric: None
                    if metric.startswith("umls") and not items.defined[item]
                    else float(column[at])
                    for metric, column in columns.items()
                },
                flags={
                    "truncated": bool(drawn.looped[at]),
                    "empty": bool(drawn.empty[at]),
                    "unparsed": unparsed,
                    "looped": bool(drawn.looped[at]),
                },
                measures={"words": 9.0, "repeated_4grams": float(repeated[at])},
            )


def main() -> None:
    """Write a study and print its folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--known", action="store_true", help="plant a few known effects")
    parser.add_argument("--report", type=Path, help="write the report into this folder")
    arguments = parser.parse_args()
    plan = known_study() if arguments.known else Plan(PAIRS)
    paths = write(arguments.store, replace(plan, scale=arguments.scale))
    print(f"{len(paths)} tables in {arguments.store / 'cells'}")
    if arguments.report:
        print(_report(arguments.store, arguments.report))


def _report(store: Path, folder: Path) -> Path:
    """Analyse the store; returns the path of the report."""
    from analysis import report
    from analysis.paired_study import run
    from analysis.paired_study.output import write_study
    from analysis.paired_study.summary import summary
    from benchmarks.found_study import found_study

    conf = AnalysisConf(sensitivity=False)
    results = run(found_study(store), conf)
    write_study(folder, results.rows, summary(results, conf), results.tables)
    return report.write(results, conf, folder)[0]


if __name__ == "__main__":
    main()
