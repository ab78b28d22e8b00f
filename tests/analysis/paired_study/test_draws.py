"""Sampled answers in the paired study: what counts, what changes, and what is said of the error."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis.paired_study import StudyResults, run
from analysis.paired_study.decoding import Decoding
from analysis.paired_study.draw_rows import SampledScore
from analysis.paired_study.presentations import presentations
from analysis.paired_study.prompt_scores import prompt_scores
from analysis.paired_study.readable_answers import readable_scores
from analysis.paired_study.sensitivity import score_series
from benchmarks.found_study import cells_by_name, found_study
from clue.errors import StoreError
from clue.records import Record
from clue.store.stored_tables import stored_tables
from tests.analysis.paired_study.conftest import quick
from tests.analysis.paired_study.drawn import GUMBEL, ITEMS, SCHEME, closed, pair, repeated
from tests.analysis.paired_study.stores import cell, record
from tests.analysis.paired_study.test_series import aligned


def results(store: Path, **changes: Any) -> StudyResults:
    return run(found_study(store), quick(**changes))


def numbers(of: StudyResults) -> dict[str, Any]:
    """All numbers of cells.csv by row and column."""
    return {
        f"{row.key.scope} {row.key.metric} {row.key.analysis} {name}": value
        for row in of.rows
        for name, value in asdict(row.comparison).items()
        if isinstance(value, int | float | tuple)
    }


def score(store: Path, **changes: Any) -> SampledScore:
    (setting,) = results(store, sensitivity=False, **changes).settings
    (row,) = setting.draws
    return row.score


def test_one_draw_is_read_as_it_is(tmp_path: Path) -> None:
    """Nothing is averaged, so that no bit of any number can change."""
    rows = closed(1, 1)
    found = aligned(tmp_path, "mednli", rows, closed(2, 1))
    assert found.alignment.base.presentations is None
    assert all(one.columns.over_draws is one.columns for one in found.cells)
    answers = presentations([found])
    assert answers.over_draws() is answers
    (setting,) = results(tmp_path).settings
    assert setting.draws == []


def test_equal_draws_give_the_numbers_of_one_draw(tmp_path: Path) -> None:
    once, often = tmp_path / "once", tmp_path / "often"
    pair(once, lambda role: closed(role, 1))
    pair(often, lambda role: repeated(closed(role, 1), 5))
    one, many = results(once), results(often)
    assert numbers(many).keys() == numbers(one).keys()
    for name, value in numbers(one).items():
        assert numbers(many)[name] == pytest.approx(value, rel=1e-12, abs=1e-12), name
    for first, other in zip(one.standings["paper"], many.standings["paper"], strict=True):
        mine, theirs = first.scores["mednli"], other.scores["mednli"]
        assert (mine.n, mine.n_clusters) == (theirs.n, theirs.n_clusters)
        assert (mine.estimate.delta, mine.estimate.se, mine.estimate.df) == pytest.approx(
            (theirs.estimate.delta, theirs.estimate.se, theirs.estimate.df), rel=1e-12
        )
    ((_, sampled),) = many.settings[0].draws
    assert (sampled.share, sampled.draws_enough, sampled.sd_draws) == (0, 1, 0)
    assert sampled.vote_base == pytest.approx(sampled.mean_base)


def test_draws_are_averaged_before_presentations(tmp_path: Path) -> None:
    """Wording 0 has three draws and wording 1 one: each wording counts half."""
    rows = [record("a", {"accuracy": 1.0}, draw=draw) for draw in range(3)]
    rows = [*rows, record("a", {"accuracy": 0.0}, wording=1)]
    other = [replace(row, scores={"accuracy": 0.0}) for row in rows]
    rows, other = ([*r, record("b", {"accuracy": 1.0}, cluster="b")] for r in (rows, other))
    found = aligned(tmp_path, "mednli", other, rows)
    assert found.metrics["accuracy"].tuned.tolist() == [50, 100]
    assert found.ledger.repeats == (1, 2)
    answers = presentations([found])
    assert answers.weights.tolist() == pytest.approx([1 / 12] * 3 + [0.25, 0.5])
    assert answers.over_draws().tuned.tolist() == [100, 0, 100]
    cells = prompt_scores([found])
    assert cells is not None
    assert cells.tuned.tolist() == [100, 0, 100]
    tuned = found.match.tuned
    assert tuned.columns.over_draws.scores["accuracy"].tolist() == [1, 0, 1]
    assert tuned.score_metrics is not None
    assert len(tuned.score_metrics) == 3


def test_repeats_under_one_prompt_count_equally_whatever_their_draws(tmp_path: Path) -> None:
    def rows(role: int) -> list[Record]:
        return [
            record(name, {"accuracy": float(repeat)}, repeat, wording=wording, draw=draw)
            for name in "ab"
            for wording in range(2)
            for repeat in range(2)
            for draw in range(1 + 2 * repeat)
        ]

    found = aligned(tmp_path, "longhealth1", rows(0), rows(1))
    assert found.metrics["accuracy"].tuned.tolist() == [50, 50]
    cells = prompt_scores([found])
    assert cells is not None
    assert cells.tuned.tolist() == [50] * 4


def test_items_are_counted_and_not_draws(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 5), limit=ITEMS)
    found = results(tmp_path, sensitivity=False)
    (row,) = [row for row in found.rows if row.key.scope == "task"]
    assert (row.comparison.n, row.comparison.n_clusters) == (ITEMS, ITEMS // 2)
    assert all(mark == f"partial: limit {ITEMS}" for mark in row.marks)
    assert row.marks
    assert [standing.scores["mednli"].n for standing in found.standings["paper"]] == [ITEMS] * 2
    tables = stored_tables(tmp_path)
    assert [(table.rows, table.prompts) for table in tables] == [(5 * ITEMS, ITEMS)] * 2


def test_only_common_draws_are_paired_and_single_models_keep_theirs(tmp_path: Path) -> None:
    five, three = closed(0, 5), closed(1, 3)
    pair(tmp_path / "all", lambda role: three if role else five)
    pair(tmp_path / "cut", lambda role: three if role else [r for r in five if r.draw < 3])
    both, cut = (results(tmp_path / name, sensitivity=False) for name in ("all", "cut"))
    assert numbers(both) == numbers(cut)
    row, other = both.settings[0].draws[0].score, cut.settings[0].draws[0].score
    assert (row.draws, row.draws_base, row.draws_tuned) == (3, 5, 3)
    assert replace(row, draws_base=3) == other
    assert any("5 draws" in note for note in both.aligned[0].notes())
    (base, _) = both.standings["paper"]
    assert base.scores["mednli"].estimate.delta == pytest.approx(
        100 * np.mean([one.scores["accuracy"] for one in five])
    )


def test_filters_and_readable_answers_are_of_single_draws(tmp_path: Path) -> None:
    def rows(unread: set[int]) -> list[Record]:
        return [
            record(
                name, {"accuracy": float(draw not in unread)}, draw=draw, unparsed=draw in unread
            )
            for name in "ab"
            for draw in range(4)
        ]

    found = aligned(tmp_path, "mednli", rows({0}), rows({1}))
    series = found.read(["accuracy"], lambda columns: ~columns.flags["unparsed"])["accuracy"]
    assert (series.base.tolist(), series.tuned.tolist()) == ([100, 100], [100, 100])
    score = score_series(found, {})["primary"]
    base, tuned = readable_scores([found], score)
    assert (base.share, tuned.share) == (0.75, 0.75)
    assert base.readable.tolist() == [0.75, 0.75]


def test_shared_noise_uses_paired_draws_and_own_noise_both_variances(tmp_path: Path) -> None:
    base = closed(3, 6)
    tuned = [
        replace(row, scores={"accuracy": 1.0}) if int(row.sample_id[1:]) % 4 == 0 else row
        for row in base
    ]
    pair(tmp_path / "shared", lambda role: (base, tuned)[role])
    own = {**GUMBEL, "coupled": False}
    pair(tmp_path / "own", lambda role: (base, tuned)[role], decodings=(own, own))
    shared, apart = (score(tmp_path / name) for name in ("shared", "own"))
    assert (shared.coupled, apart.coupled) == (True, False)
    assert shared.se == apart.se
    assert shared.sd_draws is not None
    assert apart.sd_draws is not None
    points = [
        100 * np.array([row.scores["accuracy"] for row in side]).reshape(-1, 6)
        for side in (base, tuned)
    ]
    variances = [side.var(axis=1, ddof=1).mean() for side in points]
    assert apart.sd_draws == pytest.approx(sum(variances) ** 0.5)
    assert shared.sd_draws == pytest.approx(
        (points[1] - points[0]).var(axis=1, ddof=1).mean() ** 0.5
    )
    assert shared.sd_draws < apart.sd_draws / 2


def test_the_share_is_that_of_draws_in_the_cluster_robust_error(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 5))
    row = score(tmp_path)
    assert row.sd_draws is not None
    assert row.se is not None
    assert row.share == pytest.approx(row.sd_draws**2 / (5 * ITEMS) / row.se**2)
    assert row.se_one_draw is not None
    assert row.se_many_draws is not None
    assert row.se_many_draws < row.se < row.se_one_draw
    assert row.decoding_base == "temperature 0.7, top-p 0.9, seed 3 (gumbel-1)"


def test_votes_are_on_the_answers_of_the_table(tmp_path: Path) -> None:
    answers = [
        ["entailment"] * 2 + ["neutral", None, "contradiction"],
        [None] * 3 + ["entailment"] * 2,
    ]

    def rows(role: int) -> list[Record]:
        return [
            record(f"{item}", {"accuracy": float(answer == "entailment")}, draw=draw, answer=answer)
            for item, several in enumerate([*answers, *[["entailment"] * 5] * (3 * role + 5)])
            for draw, answer in enumerate(several)
            if item < 7
        ]

    pair(tmp_path, rows)
    row = score(tmp_path)
    assert row.vote_base == pytest.approx(600 / 7)
    assert (row.pass_at_base, row.pass_all_base) == pytest.approx((100, 500 / 7))
    assert row.mean_base == pytest.approx(100 * (4 / 5 + 5) / 7)


@pytest.mark.parametrize("facts", [{"text": "none"}, {"score": ["accuracy", "accuracy_upstream"]}])
def test_no_vote_without_answers_or_with_other_scores(
    tmp_path: Path, facts: dict[str, Any]
) -> None:
    def rows(role: int) -> list[Record]:
        return [
            replace(row, scores=row.scores | {"accuracy_upstream": 0.5}) for row in closed(role, 3)
        ]

    pair(tmp_path, rows, **facts)
    row = score(tmp_path)
    assert row.vote_base is None
    assert row.share is not None


def test_texts_have_a_share_and_no_vote(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)

    def rows(role: int) -> list[Record]:
        names = ("rougeL", "rouge1", "rouge2", "bertscore_f1")
        return [
            record(f"{item:02}", {name: float(rng.random()) for name in names}, draw=draw)
            for item in range(20)
            for draw in range(3)
        ]

    pair(tmp_path, rows, "meqsum")
    row = score(tmp_path)
    assert row.share is not None
    assert row.vote_base is None


def test_one_common_draw_has_no_share(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 3 if role else 1))
    row = score(tmp_path)
    assert (row.draws, row.share) == (1, None)
    assert row.refused == "the models have one draw in common"


def test_draws_of_another_prompt_make_a_table_unusable(tmp_path: Path) -> None:
    rows = [record("a", {"accuracy": 1.0}, draw=draw, prompt=f"{draw}") for draw in range(3)]
    cell(tmp_path, "m", "mednli", rows)
    (only,) = cells_by_name(tmp_path).values()
    with pytest.raises(StoreError, match="2 draws are of another prompt"):
        _ = only.columns


@pytest.mark.parametrize(
    ("change", "scheme", "shared"),
    [
        ({}, SCHEME, True),
        ({"temperature": 1.0}, SCHEME, True),
        ({"coupled": False}, SCHEME, False),
        ({"seed": 4}, SCHEME, False),
        ({}, "vllm-0.32", False),
    ],
)
def test_noise_is_shared_by_scheme_and_seed(
    tmp_path: Path, change: dict[str, Any], scheme: str, shared: bool
) -> None:
    ways = {"decodings": (GUMBEL, {**GUMBEL, **change}), "schemes": (SCHEME, scheme)}
    pair(tmp_path, lambda role: closed(role, 2, items=4), **ways)
    base, tuned = (
        Decoding.of(one) for one in sorted(cells_by_name(tmp_path).values(), key=lambda c: c.key)
    )
    assert base.shares_noise(tuned) == tuned.shares_noise(base) == shared


def test_schemes_with_noise_of_their_own_never_share_it(tmp_path: Path) -> None:
    pair(tmp_path, lambda role: closed(role, 2, items=4), schemes=("vllm-0.32", "vllm-0.32"))
    decodings = [Decoding.of(one) for one in cells_by_name(tmp_path).values()]
    assert not decodings[0].shares_noise(decodings[1])
    assert not Decoding().shares_noise(Decoding())
