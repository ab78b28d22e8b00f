"""Store of a synthetic study with planted effects: no model, no text, no MLflow.

    python -m benchmarks.synthetic STORE [--scale 0.1] [--known | --exams] [--report DIR]
        [--pairs N] [--prompts K]

Twelve pairs on seven base models and all tasks of the paper, with the sizes and clusters of the
real data sets. Cells have the same tables as real ones, so every reader of a store can read this
one. `--known` plants the few effects of `benchmarks.planted.known_study`, `--exams` adds exam
questions and plants those of `exam_study`; otherwise effects are drawn. `--prompts` asks the items
with a population of prompts, one each. `--report` analyses the pairs of the store: no declared
study has simulated scores.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analysis.paired_study.readable_answers import CHOICE
from analysis.settings import AnalysisConf
from benchmarks.planted import (
    BASES,
    PAIRS,
    PROMPT_SD,
    Plan,
    exam_study,
    known_study,
    named_rng,
)
from benchmarks.synthetic_scores import Drawn, draw_items
from clue.config import model_files
from clue.config.schema import TaskConf
from clue.config.study_schema import StudyConf
from clue.config.wording_schema import KINDS
from clue.records import Completion, Record, sha256
from clue.store.completions import CellStore
from clue.store.format import declare_format
from clue.store.records_table import RecordsTable, write_table
from clue.task import task_files
from clue.task.population import LABELS, OPTIONS, PARAGRAPHS, PLACES, latin_hypercube

TRAINING = ("instruction tuning", "continued pre-training")


def write(store: Path, plan: Plan) -> list[Path]:
    """Write every cell's table below `store`; returns their paths."""
    declare_format(store)
    models = [*dict.fromkeys(plan.pairs.values()), *plan.pairs]
    return [
        _write_cell(store, plan, _task_conf(task, plan), model)
        for task in plan.all_tasks
        for model in models
    ]


def _task_conf(name: str, plan: Plan) -> TaskConf:
    """A task, with the likeliest answers as a metric where answers are fixed."""
    known = name in task_files.names()
    conf = (
        task_files.load(name) if known else TaskConf(name, metrics=["accuracy"], score=["accuracy"])
    )
    choice = [f"accuracy{CHOICE}"] if plan.exams and conf.score == ["accuracy"] else []
    return replace(conf, metrics=list(dict.fromkeys([*conf.metrics, *choice])))


def _write_cell(store: Path, plan: Plan, conf: TaskConf, model: str) -> Path:
    """Write the table of one model on one task."""
    facts = _facts(conf, model, plan.pairs.get(model), plan)
    folder = store / "cells" / conf.name / model / facts["fingerprint"][:16]
    signatures = dict.fromkeys(conf.metrics, "synthetic")
    records = list(simulated_records(plan, conf, model))
    path = CellStore(folder).records_path(facts["id"])
    return write_table(path, RecordsTable(records, signatures, facts))


def _facts(conf: TaskConf, model: str, base: str | None, plan: Plan) -> dict[str, Any]:
    forms = _population(plan, conf.dataset)
    population = {"prompts": plan.prompts, "shot_draws": 4, "seed": 1, "sha256": sha256(forms)}
    parameters = BASES.get(base or model, 7.0)
    generation = {
        "protocol": {
            "task": conf.name,
            "dataset_sha256": sha256(conf.module),
            "shots": conf.shots,
            **({"population": population} if forms else {}),
        },
        "model": {"repo": f"synthetic/{model}", "dtype": "bfloat16"},
        "decoding": "greedy",
        "backend": {"name": "synthetic", "weights": sha256(model)},
    }
    fingerprint = sha256(generation)
    return {
        "id": sha256([fingerprint, "scored"]),
        "fingerprint": fingerprint,
        "prompt": plan.setting,
        "task": conf.name,
        "level": conf.level,
        "dataset": conf.dataset,
        "model": model,
        "base": base,
        "ancestor": None,
        "family": base or model,
        "recipe": _recipe(model),
        "domain": "biomedical" if base else "general",
        "adaptation": [TRAINING[len(model) % 2]] if base else [],
        "parameters": parameters,
        "score": list(conf.score),
        "access": "open",
        "run_id": sha256([model, conf.name])[:32],
        "limit": None,
        "generation": generation,
        **({"population": forms} if forms else {}),
    }


def _population(plan: Plan, dataset: str) -> list[dict[str, Any]]:
    """Facets of the prompts of a data set; empty with one prompt."""
    if plan.prompts == 1:
        return []
    levels: dict[str, Sequence[Any]] = {
        "wording": [f"{kind}_{number}" for kind in KINDS for number in (1, 2)],
        "paragraphs": list(PARAGRAPHS),
        "labels": LABELS,
        "options": list(OPTIONS),
        "place": PLACES,
        "shot_draw": range(4),
        "shot_order": range(6),
    }
    forms = latin_hypercube(levels, plan.prompts, f"{plan.seed}/{dataset}")
    source = {"origin": "generated", "by": "synthetic"}
    return [{**form._asdict(), "kind": form.wording[:-2], **source} for form in forms]


def _recipe(model: str) -> str | None:
    """Training recipe of the model file of this name, so that recipes recur as in the study."""
    return model_files.load(model).recipe if model in model_files.names() else None


def simulated_records(plan: Plan, conf: TaskConf, model: str) -> Iterator[Record]:
    """Yields the records of one model on one task, with the effects that are planted."""
    items = draw_items(plan, conf)
    drawn = Drawn(plan, conf, model, items)
    columns = {name: drawn.scores(name) for name in conf.metrics}
    repeated = named_rng(plan.seed, f"{conf.name}/{model}/loops").beta(0.3, 6, drawn.empty.shape)
    for item, (name, cluster) in enumerate(zip(items.ids, items.clusters, strict=True)):
        for presentation in range(items.wordings.shape[1]):
            at = item, presentation
            repeat, wording = presentation // plan.per_item, int(items.wordings[at])
            asked = f"{repeat}/{wording}" if plan.prompts > 1 else str(repeat)
            unparsed = bool(drawn.empty[at] or drawn.unparsed[at])
            yield Record(
                task=conf.name,
                model=model,
                sample_id=name,
                repeat=repeat,
                wording=wording,
                cluster=cluster,
                prompt_sha256=f"{conf.name}/{name}/{asked}",
                target_sha256=f"{conf.name}/{name}",
                completion=Completion(
                    f"synthetic answer {name}/{repeat}",
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
    parser.add_argument("--exams", action="store_true", help="add exam questions, with gains")
    parser.add_argument("--pairs", type=int, help="write the first of the pairs only")
    parser.add_argument("--prompts", type=int, default=1, help="prompts of the population")
    parser.add_argument("--report", type=Path, help="write the report into this folder")
    arguments = parser.parse_args()
    plan = known_study() if arguments.known else Plan(PAIRS)
    plan = exam_study() if arguments.exams else plan
    plan = replace(
        plan,
        scale=arguments.scale,
        pairs=dict([*plan.pairs.items()][: arguments.pairs]),
        prompts=arguments.prompts,
        prompt_sd=PROMPT_SD if arguments.prompts > 1 else 0.0,
    )
    paths = write(arguments.store, plan)
    print(f"{len(paths)} tables in {arguments.store / 'cells'}")
    if arguments.report:
        print(_report(arguments.store, arguments.report, plan))


def _report(store: Path, folder: Path, plan: Plan) -> Path:
    """Analyse the store; returns the path of the report."""
    from analysis import report
    from analysis.paired_study import run
    from analysis.paired_study.output import write_study
    from analysis.paired_study.summary import summary
    from benchmarks.found_study import found_study, with_exams

    conf = AnalysisConf(sensitivity=False, study=StudyConf(prompts=[plan.setting]))
    study = found_study(store)
    results = run(with_exams(study) if plan.exams else study, conf)
    write_study(folder, results.rows, summary(results, conf), results.tables)
    return report.write(results, conf, folder)[0]


if __name__ == "__main__":
    main()
