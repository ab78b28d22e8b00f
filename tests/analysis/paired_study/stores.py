"""Small stores made by hand: what a test needs to say of a cell, and nothing else."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clue.records import Completion, Record, sha256
from clue.store.completions import CellStore
from clue.store.records_table import RecordsTable, write_table
from clue.task import task_files

Scores = Mapping[str, float | None]


def record(sample: str, scores: Scores, repeat: int = 0, **more: Any) -> Record:
    """A scored sample; `wording`, `draw`, `cluster`, `prompt`, `target` and flags may be said."""
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
        completion=Completion("text of a patient", "stop", 9, 3, 0.1),
        answer="text of a patient",
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
        "level": conf.level,
        "dataset": conf.module,
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
