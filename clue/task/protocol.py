"""Everything of a task that can change a completion: its part of a fingerprint."""

from typing import Any

from clue.common.file_cache import checksum_of_all
from clue.config.generation_schema import NATIVE
from clue.records import Sample, sha256
from clue.task import table
from clue.task.task import Task

PRESENTATION = ("documents", "order", "budget", "unanswerable")
"""Settings that change the prompts of LongHealth; more repeats only add prompts."""


def protocol(task: Task, shots: tuple[Sample, ...]) -> dict[str, Any]:
    """Returns everything of the task that can change a completion."""
    return protocol_settings(task) | data_digests(task, shots)


def protocol_settings(task: Task) -> dict[str, Any]:
    """Returns the part of the protocol that needs no data: wording, shots, presentation.

    A population of prompts stands in the place of the task file's wording. Fingerprints of a task
    with one prompt are those of the time before there were populations.
    """
    templates, population = task.templates, task.population
    wording = [templates.system, templates.user, templates.assistant]
    if population is not None:
        wording[:2] = "", ""
    return {
        "task": task.conf.name,
        "wording": wording,
        "prompting": {
            **{"name": None, "shots": task.shots, "source": task.source},
            "seed": task.prompting.seed,
        },
        "max_new_tokens": templates.max_new_tokens,
        **({} if population is None else {"population": population.protocol()}),
        **_thinking(task),
        **_presentation(task),
        **templates.origin(),
        **(table.protocol(task.conf) if task.conf.is_table else {}),
    }


def data_digests(task: Task, shots: tuple[Sample, ...]) -> dict[str, str]:
    """Returns the part of the protocol that depends on the data."""
    return {
        "dataset_sha256": checksum_of_all(task.files),
        "shots": sha256([[shot.id, dict(shot.fields), shot.target] for shot in shots]),
    }


def _thinking(task: Task) -> dict[str, Any]:
    """Thoughts before an answer; empty without them, so that older fingerprints stay valid."""
    if not task.thought_tokens:
        return {}
    conf = task.thinking
    absent = {"absent": conf.absent} if conf.mode == NATIVE else {"request": task.thought_request}
    return {"thinking": {"mode": conf.mode, "budget": task.thought_tokens, **absent}}


def _presentation(task: Task) -> dict[str, Any]:
    if task.conf.documents is None:
        return {}
    return {name: getattr(task.presented, name) for name in PRESENTATION}
