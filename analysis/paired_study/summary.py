"""Content of summary.json: the design, the cells and the pooled results."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.coverage import status
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.sensitivity import PRIMARY, variants
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.standings import Standing
from analysis.sentences.prompt_factor import OF_POPULATION
from analysis.settings import AnalysisConf
from analysis.thinking import Thinking
from clue import __version__
from clue.records import sha256
from clue.study.declaration import Declaration
from clue.study.membership import Trial

LIBRARIES = ("numpy", "scipy")
ONE_PROMPT = (
    "One run per model: the variance of training seeds and of prompts is outside all intervals."
)
LIMITS = (
    "Margins are a judgement, declared in the configuration before results are seen.",
    "Distractor documents are shared by LongHealth's patients, a weak dependence.",
    "With few degrees of freedom the interval over families is wide: with 5 of them 1.3 times as "
    "wide as a normal one.",
)


def limits(settings: Iterable[PromptResults]) -> tuple[str, ...]:
    """Limits of the results of some prompt settings.

    Args:
        settings: that the results are about.
    """
    has_population = any(setting.prompt_factor.rows for setting in settings)
    return (OF_POPULATION if has_population else ONE_PROMPT, *LIMITS)


def summary(results: StudyResults, conf: AnalysisConf) -> dict[str, Any]:
    """Document of a study."""
    scores = {task.match.task: list(task.score) for task in results.aligned}
    metrics = sorted({name for names in scores.values() for name in names})
    analyses = variants(metrics, results.cells.values())
    study = results.study
    design = _design(study.declaration, conf, scores)
    return {
        "version": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "design": design,
        "design_sha256": sha256(design),
        "analyses": {name: variant.description for name, variant in analyses.items()},
        "declared": {
            "statement": list(study.statement),
            "hypotheses": study.declaration.hypotheses(),
            "notes": list(study.notes),
        },
        "trials": list(map(_trial, study.trials)),
        "marks": list(results.marks),
        "cells": _cells(results.cells),
        "models": {
            prompt: {standing.model: _scores(standing) for standing in standings}
            for prompt, standings in sorted(results.standings.items())
        },
        "comparisons": [_comparison(task) for task in results.aligned],
        "missing": [asdict(tasks) for tasks in results.missing],
        "unevaluated": [asdict(tasks) for tasks in results.unevaluated],
        "refused": [asdict(comparison) for comparison in results.refused],
        "prompts": {setting.prompt: _prompt(setting) for setting in results.settings},
        "prompt_settings": {
            "hypotheses": results.prompt_settings.hypotheses,
            **asdict(results.prompt_settings),
        },
        "limits": limits(results.settings),
    }


def _design(
    declaration: Declaration, conf: AnalysisConf, scores: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Everything that is decided before a result is seen."""
    tree = declaration.tree
    return {
        "study": declaration.name,
        "pairs": [pair.name for pair in declaration.pairs],
        "settings": conf.declared(),
        "task_scores": {
            task: dict.fromkeys(metrics, 1 / len(metrics))
            for task, metrics in sorted(scores.items())
        },
        "composites": {name: dict(parts) for name, parts in tree.composites.items()},
        "levels": tree.of_datasets,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "cell": trial.table.name,
        "fingerprint": trial.table.fingerprint,
        "reason": trial.reason,
        "note": trial.note,
    }


def _cells(cells: Mapping[CellKey, StoredCell]) -> list[dict[str, Any]]:
    """All readable cells of the store."""
    return [
        {
            **key._asdict(),
            **{name: cell.facts.get(name) for name in ("id", "fingerprint", "run_id", "limit")},
            "backend": cell.facts["generation"]["backend"]["name"],
            "marks": list(cell.marks),
            "records": len(cell.columns.ids),
            **({"draws": cell.columns.draws} if cell.columns.draws > 1 else {}),
            **_thinking(cell),
            "signatures": dict(cell.signatures),
        }
        for key, cell in sorted(cells.items())
    ]


def _thinking(cell: StoredCell) -> dict[str, Any]:
    """The way of thinking; nothing if the model answers at once."""
    thinking = Thinking.of(cell.facts)
    return {"thinking": asdict(thinking)} if thinking.is_on else {}


def _scores(standing: Standing) -> dict[str, Any]:
    """Scores of a model, in points; an interval is null without a standard error."""
    scores = {}
    for name, score in standing.scores.items():
        interval = score.estimate.interval() if score.estimate.se > 0 else (None, None)
        scores[name] = {
            "score": score.estimate.delta,
            "ci95": list(interval),
            "n": score.n,
            "n_clusters": score.n_clusters,
            "rank_set": score.rank_set,
        }
    return scores


def _comparison(aligned: AlignedPair) -> dict[str, Any]:
    """Account of the two cells of a pair on one task."""
    pair = aligned.match.pair
    return {
        "prompt": pair.prompt,
        "pair": pair.name,
        "task": aligned.match.task,
        "marks": list(aligned.match.marks),
        "n": len(aligned.alignment.ids),
        "n_clusters": len(set(aligned.alignment.clusters)),
        "n_unparsed": {
            role: int(cell.columns.flags["unparsed"].sum())
            for role, cell in (("base", aligned.match.base), ("tuned", aligned.match.tuned))
        },
        "status": status([aligned.ledger]),
        "verified": list(aligned.ledger.verified),
        "notes": list(aligned.notes()),
        "allowed_differences": [asdict(difference) for difference in aligned.differences],
    }


def _prompt(setting: PromptResults) -> Mapping[str, Any]:
    return {
        "confirmatory": setting.confirmatory,
        "marks": list(setting.marks),
        "hypotheses": Counter(row.judgement.tests for row in setting.rows),
        "answers": _answers(setting),
        "replicability": [asdict(replication) for replication in setting.replications],
        "moderators": [effect.as_dict() for effect in setting.moderators],
        "shared_patients": setting.shared_patients,
        "shrinkage": setting.shrinkage and setting.shrinkage.as_dict(),
        "exam_contrast": setting.exam_contrast and setting.exam_contrast.as_dict(),
        "format_content": setting.format_content.as_dict(),
        **_prompt_factor(setting),
        **_draws(setting),
        **_thoughts(setting),
    }


def _prompt_factor(setting: PromptResults) -> dict[str, Any]:
    """Populations of prompts; nothing if one prompt asks all items."""
    factor = setting.prompt_factor
    return {"prompt_factor": factor.as_dict()} if factor.rows else {}


def _draws(setting: PromptResults) -> dict[str, Any]:
    """Sampled answers; nothing if every prompt has one answer of each model."""
    rows = [asdict(row.key) | asdict(row.score) for row in setting.draws]
    return {"draws": rows} if rows else {}


def _thoughts(setting: PromptResults) -> dict[str, Any]:
    """Thoughts of both models of each pair; nothing if all answer at once."""
    rows = [asdict(row.key) | asdict(row.thoughts) for row in setting.thoughts]
    return {"thoughts": rows} if rows else {}


def _answers(setting: PromptResults) -> dict[str, dict[str, Any]]:
    """Analysis to level to the pooled means."""
    primary = {level: answer.as_dict() for level, answer in setting.answers.items()}
    others = {
        analysis: {level: answer.as_dict() for level, answer in answers.items()}
        for analysis, answers in setting.sensitivity.items()
    }
    return {PRIMARY: primary, **others}
