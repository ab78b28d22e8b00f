"""Small stores made by hand: what a test needs to say of a cell, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from analysis.configuration import configuration
from analysis.paired_study import StudyCells, study_cells
from analysis.settings import AnalysisConf
from clue.config import model_files
from clue.config.schema import ModelConf, PathsConf
from clue.records import Completion, Record, sha256
from clue.store.completions import CellStore
from clue.store.records_table import RecordsTable, write_table
from clue.study.declaration import declare, load
from clue.study.expected import ExpectedTask, Resolver
from clue.task import task_files

Scores = Mapping[str, float | None]


def record(sample: str, scores: Scores, repeat: int = 0, **more: Any) -> Record:
    """A scored sample; `wording`, `draw`, `cluster`, `prompt`, `answer` and more may be said."""
    flags = {name: False for name in ("truncated", "empty", "unparsed", "looped")}
    flags |= {name: more[name] for name in flags if name in more}
    return Record(
        task=more.get("task", "meqsum"),
        model=more.get("model", "m"),
        sample_id=sample,
        repeat=repeat,
        wording=more.get("wording", 0),
        draw=more.get("draw", 0),
        cluster=more.get("cluster", sample),
        prompt_sha256=more.get("prompt", f"{sample}/{repeat}"),
        target_sha256=more.get("target", sample),
        completion=Completion("text of a patient", "stop", more.get("tokens", 9), 3, 0.1),
        answer=more.get("answer", "text of a patient"),
        scores=scores,
        flags=flags,
        measures={"words": 4.0, "repeated_4grams": more.get("repeated", 0.0)},
    )


def cell(store: Path, model: str, task: str, records: Sequence[Record], **facts: Any) -> Path:
    """Write a cell; facts not said are those of an open task and a general model."""
    conf = task_files.load(task)
    generation = {
        "protocol": {"task": task, "max_new_tokens": 20},
        "model": {"repo": f"org/{model}", "dtype": "bfloat16"},
        "decoding": "greedy",
        "backend": {"name": "transformers", "weights": model, "chat": {"system": True}},
    }
    generation = facts.pop("generation", generation)
    signatures = facts.pop("signatures", dict.fromkeys(records[0].scores, "library 1.0"))
    all_facts = {
        "id": sha256([model, task, facts.get("prompt", "paper"), len(records)]),
        "fingerprint": sha256(generation),
        "generation": generation,
        "prompt": "paper",
        "task": task,
        "dataset": conf.dataset,
        "score": list(conf.score),
        "model": model,
        "base": None,
        "ancestor": None,
        "family": facts.get("base") or model,
        "parameters": 7.0,
        "limit": None,
        "run_id": "0" * 32,
    } | facts
    folder = store / "cells" / task / model / all_facts["fingerprint"][:16]
    path = CellStore(folder).records_path(all_facts["id"])
    return write_table(path, RecordsTable(records, signatures, all_facts))


@cache
def expected_task(task: str, prompt: str = "paper") -> ExpectedTask:
    """What the paper's study expects of a task, on a machine without data."""
    study = declare(replace(load("paper"), prompts=[prompt]))
    with TemporaryDirectory() as folder:
        paths = PathsConf(data=f"{folder}/data", mlruns=folder)
        return Resolver(study, paths).task(task, prompt)


def declared_cell(
    store: Path, model: str | ModelConf, task: str, records: Sequence[Record], **facts: Any
) -> Path:
    """Write a cell that counts in the paper's study, where the data are not on the machine."""
    expected = expected_task(task, facts.get("prompt", "paper"))
    conf = model_files.load(model) if isinstance(model, str) else model
    generation = {
        "protocol": {"dataset_sha256": sha256(task), "shots": sha256("shots"), **expected.protocol},
        "model": model_files.identity(conf),
        "decoding": "greedy",
        "backend": {"name": "transformers", "weights": conf.label, "chat": {"system": True}},
    }
    declared = {
        "generation": generation,
        "signatures": {**dict.fromkeys(expected.metrics, "unknown"), **expected.signatures},
        "versions": dict(expected.versions),
        "base": conf.base,
        "ancestor": conf.ancestor,
        "family": model_files.family(conf),
    }
    return cell(store, conf.label, task, records, **(declared | facts))


def declared_study(store: Path, *words: str) -> tuple[StudyCells, AnalysisConf]:
    """The study that a command line declares, on a machine without data."""
    quick = ("flips=999", "draws=999", "sensitivity=false", "paths.data=nowhere")
    conf = configuration([*quick, f"paths.mlruns={store}", *words])
    return study_cells(conf), conf
