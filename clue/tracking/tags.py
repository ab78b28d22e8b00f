"""Tags and parameters of jobs and cells in MLflow: to find runs, and to compare them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clue.cell import Cell
from clue.config.model_files import base, family
from clue.config.schema import Config
from clue.marks import Marks, is_partial, joined, of_facts, union
from clue.task.population import Population
from clue.task.task import Task
from clue.tracking import provenance

MARKS = "clue.marks"
"""Tag with the marks of a run's results (`clue.marks`); a run without marks does not have it."""
MADE = "clue.made"
"""Tag of a cell's run: how it came about, `clue.tracking.earlier_runs.Origin`."""
SUPERSEDED = "clue.superseded_by"
"""Tag with the id of the run that replaced this one; a current run does not have it."""
STUDY = "clue.study."
"""Begins the tag of a cell's run that says if it counts in a study: `counts`, or why it is a
trial. An analysis of the study sets it."""
STUDIES = "clue.studies"
"""Tag with all of these as one text, for a column."""


def of_job(config: Config, cells: Iterable[Cell]) -> dict[str, Any]:
    """Returns the tags of a job's run, shared by its cells; the marks are of all cells together."""
    model = config.model
    return {
        MARKS: joined(union(*map(marks, cells))) or None,
        "clue.kind": "job",
        "clue.model": model.label,
        "clue.base": base(model),
        "clue.family": family(model),
        "clue.domain": model.domain,
        "clue.prompt": config.prompt.name,
        "clue.backend": config.backend.name,
        **provenance.code(),
        **provenance.versions(),
    }


def of_cell(cell: Cell) -> dict[str, Any]:
    """Returns the tags of a cell's run."""
    name, digest, _ = dataset(cell)
    return of_job(cell.config, [cell]) | {
        "clue.kind": "cell",
        "clue.task": cell.task.conf.name,
        "clue.level": cell.task.conf.level,
        "clue.backend": cell.generation["backend"]["name"],
        "clue.fingerprint": cell.fingerprint,
        "clue.dataset": name,
        "clue.dataset_sha256": digest,
        "clue.access": cell.task.access,
        "clue.upstream_commit": cell.task.templates.commit,
        "clue.wording": cell.config.prompt.wording,
        "clue.limit": cell.task.row_limit or "none",
        "clue.scoring": cell.config.scoring.name,
        "clue.notes": "; ".join(cell.notes) or None,
        **{f"clue.signature.{metric}": signature for metric, signature in cell.signatures.items()},
    }


def params(cell: Cell) -> dict[str, Any]:
    """Returns parameters of a cell's run, functions of its identity: MLflow allows no change."""
    return {
        "model": cell.model.label,
        "task": cell.task.conf.name,
        "prompt": cell.config.prompt.name,
        "shots": cell.task.shots,
        "samples": cell.prompt_count,
        "backend": cell.generation["backend"]["name"],
        "dtype": cell.model.dtype,
        "max_new_tokens": cell.task.templates.max_new_tokens,
        **_design(cell.task),
        **_ways(cell),
    }


def _design(task: Task) -> dict[str, Any]:
    """Design of a population of prompts; nothing if one prompt asks all items."""
    if task.population is None:
        return {}
    return {
        "prompt_design": task.prompting.design,
        "prompts": len(task.population.forms),
        "prompts_per_item": task.prompts_each,
    }


def _ways(cell: Cell) -> dict[str, Any]:
    """Sampling and thinking; nothing if the likeliest tokens are an answer at once."""
    decoding = cell.generation["decoding"]
    sampled = {} if isinstance(decoding, str) else {**decoding, "draws": cell.task.draws}
    thinking = cell.generation["protocol"].get("thinking", {})
    return sampled | {f"thinking_{name}": thinking[name] for name in thinking if name != "request"}


def facts(cell: Cell) -> dict[str, Any]:
    """Returns the facts in a cell's records table, for the analysis: JSON, no clinical text."""
    model, task = cell.model, cell.task.conf
    return {
        "id": cell.id,
        "fingerprint": cell.fingerprint,
        "generation": dict(cell.generation),
        "prompt": cell.config.prompt.name,
        "limit": cell.task.row_limit,
        "task": task.name,
        "level": task.level,
        "dataset": task.dataset,
        "score": list(task.score),
        "versions": cell.versions,
        "access": cell.task.access,
        "model": model.label,
        "base": base(model),
        "base_repo": model.base_repo,
        "ancestor": model.ancestor,
        "family": family(model),
        "domain": model.domain,
        "parameters": model.parameters,
        "adaptation": list(model.adaptation),
        "demo": cell.task.fictional,
        **({"population": _facets(cell.task.population)} if cell.task.population else {}),
        **({"strata": task.strata} if task.strata else {}),
        **({"left_out": list(cell.left_out)} if cell.left_out else {}),
    }


def _facets(population: Population) -> list[dict[str, Any]]:
    """Facets of each prompt and the origin of its wording, in the order of `SampleKey.wording`."""
    texts = [population.wordings[form.wording] for form in population.forms]
    return [
        {**form._asdict(), "kind": text.kind, "origin": text.origin, "by": text.by}
        for form, text in zip(population.forms, texts, strict=True)
    ]


def marks(cell: Cell) -> Marks:
    """Returns the marks of a cell's results: made-up answers, fictional data, a limit."""
    of_cell = facts(cell)
    return of_facts(of_cell, partial=is_partial(of_cell, cell.prompt_count))


def dataset(cell: Cell) -> tuple[str, str, Path]:
    """Returns name, sha256 and path of the data file."""
    digest: str = cell.generation["protocol"]["dataset_sha256"]
    return cell.task.dataset.name, digest, cell.task.path()
