"""Report of a study of twelve pairs with known effects: it claims those effects and no others."""

import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.rows import ResultRow
from analysis.report import selectors, write
from analysis.sentences.verdict import CHANGES
from analysis.settings import AnalysisConf
from benchmarks import planted
from benchmarks.found_study import found_study, paper_tree
from benchmarks.planted import DECLINE, EQUIVALENT, GAIN, PAIRS, SMALL, TEXT_TASK
from benchmarks.synthetic import write as write_store
from clue.task import task_files
from clue.task.levels import composites

CONF = AnalysisConf(flips=9_999, draws=999, sensitivity=False)
EVERYWHERE = {*("mednli", "meqsum", "problem_summary", "longhealth", "medisumqa", "medisumcode")}
LEVELS = {"level1", "level2", "overall"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    """Study with the items and clusters of the real data sets."""
    store = tmp_path_factory.mktemp("planted")
    write_store(store, planted.known_study())
    return run(found_study(store), CONF)


@pytest.fixture(scope="module")
def report(study: StudyResults, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("planted_report")
    write(study, CONF, folder)
    return (folder / "report.md").read_text()


def rows(study: StudyResults) -> list[ResultRow]:
    """Confirmatory rows: 12 pairs on 6 data sets and 3 levels."""
    (setting,) = study.settings
    primary = selectors.primary_rows(setting, "task", "level")
    assert len(primary) == 12 * (6 + 3)
    return primary


def truth(row: ResultRow) -> float:
    """Planted difference, in points."""
    plan = planted.known_study()
    points = {task: plan.difference(row.key.tuned, task) for task in task_files.expanded("all")}
    return (points | composites(points, paper_tree()))[row.key.task]


def test_exactly_the_planted_changes_are_claimed(study: StudyResults) -> None:
    claimed = {
        (row.key.tuned, row.key.task): row.judgement.verdict
        for row in rows(study)
        if row.judgement.verdict in CHANGES
    }
    assert claimed == {
        **{(DECLINE, task): "decline" for task in EVERYWHERE | LEVELS},
        (GAIN, TEXT_TASK): "gain",
        (SMALL, TEXT_TASK): "detectable but small",
    }


def test_equivalence_is_claimed_only_for_pairs_that_answer_alike(
    study: StudyResults,
) -> None:
    claimed: dict[str, set[str]] = {}
    for row in rows(study):
        if row.judgement.verdict == "equivalent":
            claimed.setdefault(row.key.tuned, set()).add(row.key.task)
    assert claimed[EQUIVALENT] == EVERYWHERE | LEVELS
    assert set(claimed) == {EQUIVALENT, SMALL}


def test_every_claim_agrees_with_the_planted_effect(study: StudyResults) -> None:
    for row in rows(study):
        margin = row.comparison.margin
        assert margin is not None
        true = {
            "decline": truth(row) < 0,
            "gain": truth(row) > 0,
            "detectable but small": 0 < abs(truth(row)) < margin,
            "equivalent": abs(truth(row)) < margin,
            "non-inferior only": truth(row) > -margin,
            "inconclusive": True,
        }
        assert true[row.judgement.verdict], row.key


def test_the_answer_names_the_pairs_with_a_verdict(report: str) -> None:
    answer = report.partition("## Design")[0]
    assert "do not settle in which direction biomedical models differ from their bases" in answer
    assert (
        "Pair by pair on the overall score, 12 in all, corrected by Holm: lower than the base 1 "
        f"({DECLINE}), higher 0, within ±1 2 ({SMALL}, {EQUIVALENT}), not settled 9."
    ) in answer
    assert f"{DECLINE} scored" in answer
    for other in {*PAIRS} - {DECLINE, SMALL, EQUIVALENT}:
        assert other not in answer


def test_joint_bounds_of_replicability_are_the_planted_changes(
    report: str,
) -> None:
    part = report.partition("## Replicability")[2].partition("## ")[0]
    lines = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    together = {(of, way): int(n) for of, _, way, n, *_ in lines[2:] if n != "0"}
    assert together[f"{DECLINE} - {PAIRS[DECLINE]}", "decline"] == len(EVERYWHERE)
    gains = {of for of, way in together if way == "gain"}
    assert gains == {"MeQSum", *(f"{name} - {PAIRS[name]}" for name in (GAIN, SMALL))}
    assert together["MeQSum", "gain"] == 2
    assert sum(way == "decline" for _, way in together) == 1 + len(EVERYWHERE)
