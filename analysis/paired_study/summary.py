"""summary.json: what was decided, which cells were used, and what is said of all pairs together."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from analysis.cells import CellKey, StoredCell
from analysis.paired_study.coverage import status
from analysis.paired_study.levels import level_weights
from analysis.paired_study.results import PromptResults, StudyResults
from analysis.paired_study.sensitivity import PRIMARY, variants
from analysis.paired_study.series import AlignedPair
from analysis.paired_study.standings import Standing
from analysis.settings import AnalysisConf
from clue import __version__
from clue.records import sha256
from clue.task.levels import Tree

LIBRARIES = ("numpy", "scipy", "statsmodels")
LIMITS = (
    "One run per model: the variance of training seeds and of prompts is outside all intervals.",
    "Margins are a judgement, declared in the configuration before results are seen.",
    "Distractor documents are shared by LongHealth's patients, a weak dependence.",
    "With 5 or 6 degrees of freedom the interval over families is 1.2 to 1.5 times as wide as a "
    "naive one.",
)


def summary(results: StudyResults, conf: AnalysisConf, tree: Tree) -> dict[str, Any]:
    """The document."""
    scores = {each.match.task: list(each.score) for each in results.aligned}
    design = {
        "settings": conf.declared(),
        "task_scores": {task: dict.fromkeys(m, 1 / len(m)) for task, m in sorted(scores.items())},
        "composites": {name: list(parts) for name, parts in tree.items()},
        "levels": level_weights(tree),
    }
    metrics = sorted({name for names in scores.values() for name in names})
    return {
        "version": __version__,
        "libraries": {name: version(name) for name in LIBRARIES},
        "design": design,
        "design_sha256": sha256(design),
        "analyses": {name: each.says for name, each in variants(metrics).items()},
        "cells": _cells(results.cells),
        "models": {
            prompt: {each.model: _scores(each) for each in found}
            for prompt, found in sorted(results.standings.items())
        },
        "comparisons": [_comparison(each) for each in results.aligned],
        "missing": [asdict(each) for each in results.missing],
        "unevaluated": [asdict(each) for each in results.unevaluated],
        "refused": [asdict(each) for each in results.refused],
        "prompts": {each.prompt: _prompt(each) for each in results.settings},
        "limits": LIMITS,
    }


def _cells(cells: Mapping[CellKey, StoredCell]) -> list[dict[str, Any]]:
    """The cells that were used: all of the store."""
    return [
        {
            **place._asdict(),
            **{name: cell.facts.get(name) for name in ("id", "fingerprint", "run_id", "limit")},
            "backend": cell.facts["generation"]["backend"]["name"],
            "records": len(cell.columns.ids),
            "signatures": dict(cell.signatures),
        }
        for place, cell in sorted(cells.items())
    ]


def _scores(standing: Standing) -> dict[str, Any]:
    """A model on its own, in points; null: no error could be measured."""
    found = {}
    for name, score in standing.scores.items():
        ends = score.estimate.interval() if score.estimate.se > 0 else (None, None)
        found[name] = {
            "score": score.estimate.delta,
            "ci95": list(ends),
            "n": score.n,
            "n_clusters": score.n_clusters,
        }
    return found


def _comparison(each: AlignedPair) -> dict[str, Any]:
    """How the two cells of a pair matched."""
    pair = each.match.pair
    return {
        "prompt": pair.prompt,
        "pair": pair.name,
        "task": each.match.task,
        "n": len(each.alignment.ids),
        "n_clusters": len(set(each.alignment.clusters)),
        "n_unparsed": {
            role: int(cell.columns.flags["unparsed"].sum())
            for role, cell in (("base", each.match.base), ("tuned", each.match.tuned))
        },
        "status": status([each.ledger]),
        "verified": list(each.ledger.verified),
        "notes": list(each.notes()),
        "allowed_differences": [asdict(one) for one in each.differences],
    }


def _prompt(setting: PromptResults) -> Mapping[str, Any]:
    return {
        "confirmatory": setting.confirmatory,
        "hypotheses": Counter(row.judgement.tests for row in setting.rows),
        "answers": _answers(setting),
        "replicability": [asdict(each) for each in setting.replications],
        "moderators": [effect.as_dict() for effect in setting.moderators],
        "shared_patients": setting.shared_patients,
    }


def _answers(setting: PromptResults) -> dict[str, dict[str, Any]]:
    """Analysis to level to the pooled means."""
    primary = {level: answer.as_dict() for level, answer in setting.answers.items()}
    others = {
        analysis: {level: answer.as_dict() for level, answer in answers.items()}
        for analysis, answers in setting.sensitivity.items()
    }
    return {PRIMARY: primary, **others}
