"""A synthetic study that tests share: seven pairs in six families, all tasks, few items."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.paired_study import StudyResults, run
from analysis.settings import AnalysisConf
from benchmarks.found_study import found_study, with_exams
from benchmarks.planted import Plan, exam_study, pairs
from benchmarks.synthetic import write
from clue.config.study_schema import StudyConf

PAIRS = pairs(
    (
        *("meditron7b", "meditron70b", "biomistral7b", "med42_8b", "aloe8b", "openbiollm70b"),
        "meditron3_8b",
    )
)
PLAN = Plan(PAIRS, delta=-8.0, scale=0.04)
EXAM_PLAN = replace(
    exam_study(PAIRS),
    scale=0.08,
    tasks=("mednli", "meqsum", "problem_summary", "longhealth1", "longhealth2", "longhealth3"),
)
"""With exam questions and their likeliest answers; Level 2 is incomplete."""

PROMPT_PAIRS = pairs(("meditron7b", "biomistral7b", "med42_8b", "meditron3_8b"))
PROMPT_SD = 8.0
PROMPT_PLAN = Plan(
    PROMPT_PAIRS,
    scale=0.15,
    tasks=("mednli", "meqsum", "problem_summary"),
    prompts=12,
    per_item=3,
    prompt_sd=PROMPT_SD,
)
"""A population of prompts that matter; Level 2 and the overall score are incomplete."""


def quick(**changes: object) -> AnalysisConf:
    """Settings with few random numbers."""
    return AnalysisConf(flips=999, draws=999, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    write(folder, PLAN)
    return folder


@pytest.fixture(scope="session")
def results(store: Path) -> StudyResults:
    return run(found_study(store), quick())


@pytest.fixture(scope="session")
def prompt_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prompts")
    write(folder, PROMPT_PLAN)
    return folder


@pytest.fixture(scope="session")
def prompts(prompt_store: Path) -> StudyResults:
    conf = quick(sensitivity=False, study=StudyConf(prompts=[PROMPT_PLAN.setting]))
    return run(found_study(prompt_store), conf)


@pytest.fixture(scope="session")
def exam_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exams")
    write(folder, EXAM_PLAN)
    return folder


@pytest.fixture(scope="session")
def exams(exam_store: Path) -> StudyResults:
    return run(with_exams(found_study(exam_store)), quick(sensitivity=False))
