"""`python -m analysis compare`: reference values, every format, and what it refuses."""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from analysis.cli.compare import main
from analysis.result_formats import FORMATS
from tests.analysis.banned import banned
from tests.analysis.readers import logs

Capture = pytest.CaptureFixture[str]

REQUIRED = (
    *("n", "n_clusters", "mean_base", "mean_tuned", "delta", "se_cr2", "df", "ci95", "exact"),
    *("ci95_signflip", "p_signflip", "p_cr2", "b", "c", "p_mcnemar_exact", "p_mcnemar_midp"),
    *("ci95_tango", "icc", "design_effect", "mde80", "dz", "tost_p", "rope", "m_star"),
    *("discordant", "verdict", "sentence"),
)


def write(path: Path, scores: Iterable[float], clusters: Sequence[object] = ()) -> Path:
    """A CSV file whose ids are numbers, with a column `patient` if there are clusters."""
    columns = [*enumerate(map(float, scores))]
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["sample_id", "score", "patient"][: 3 if clusters else 2])
        rows.writerows(
            [*column, *clusters[index : index + 1]] for index, column in enumerate(columns)
        )
    return path


def compared(capsys: Capture, *arguments: object) -> dict[str, Any]:
    """The answer as JSON, in which nothing may be nan."""
    assert main([*map(str, arguments), "--json"]) == 0
    document: dict[str, Any] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return document


def failed(capsys: Capture, *arguments: object) -> str:
    assert main([*map(str, arguments)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    return captured.err


@pytest.fixture
def maize(tmp_path: Path) -> tuple[Path, Path]:
    """Darwin's maize, as a difference to zero (Fisher 1935)."""
    crossed = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    return write(tmp_path / "self.csv", [0] * 15), write(tmp_path / "crossed.csv", crossed)


def right_or_wrong(folder: Path, n11: int, c: int, b: int, n22: int) -> tuple[Path, Path]:
    base = [1] * n11 + [0] * c + [1] * b + [0] * n22
    tuned = [1] * (n11 + c) + [0] * (b + n22)
    return write(folder / "base.csv", base), write(folder / "tuned.csv", tuned)


def test_every_promised_key_is_there(capsys: Capture, maize: tuple[Path, Path]) -> None:
    assert set(REQUIRED) <= set(compared(capsys, *maize))


def test_fishers_maize(capsys: Capture, maize: tuple[Path, Path]) -> None:
    document = compared(capsys, *maize)
    assert (document["n"], document["n_clusters"], document["exact"]) == (15, 15, True)
    assert document["delta"] == pytest.approx(314 / 15)
    assert document["p_signflip"] == pytest.approx(1726 / 32768, abs=1e-12)
    assert document["p_cr2"] == pytest.approx(0.0497029, abs=5e-8)
    assert document["ci95"] == pytest.approx([0.031193, 41.835473], abs=5e-7)
    assert document["ci95_signflip"] == pytest.approx([-1 / 6, 41])
    assert document["dz"] == pytest.approx(0.554608, abs=5e-7)
    assert (document["discordant"], document["verdict"]) == (True, "inconclusive")
    assert document["b"] is document["p_mcnemar_midp"] is document["ci95_tango"] is None


def test_students_sleep_with_a_margin(capsys: Capture, tmp_path: Path) -> None:
    first = write(tmp_path / "1.csv", [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2])
    second = write(tmp_path / "2.csv", [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    document = compared(capsys, second, first, "--margin", 1)
    assert document["p_cr2"] == pytest.approx(0.00283289, abs=5e-9)
    assert document["p_signflip"] == pytest.approx(0.00390625, abs=1e-12)
    assert document["ci95"] == pytest.approx([-2.459886, -0.700114], abs=5e-7)
    assert document["rope"] == pytest.approx([0.914944, 0.085008, 4.78e-5], abs=5e-7)
    assert document["verdict"] == "decline"


def test_benturs_right_and_wrong(capsys: Capture, tmp_path: Path) -> None:
    document = compared(capsys, *right_or_wrong(tmp_path, 1, 1, 7, 12))
    assert (document["b"], document["c"]) == (7, 1)
    assert document["p_mcnemar_exact"] == pytest.approx(0.0703125, abs=1e-12)
    assert document["p_mcnemar_midp"] == pytest.approx(0.0390625, abs=1e-12)
    assert document["ci95_tango"] == pytest.approx([-0.5172, -0.0260], abs=5e-5)
    assert document["ci95_newcombe"] == pytest.approx([-0.5069, -0.0256], abs=5e-5)


def test_obuchowskis_thyroids(capsys: Capture, tmp_path: Path) -> None:
    sums = [-2, -1, 0, 0, -1, 0, 0, 0, 1, 0, 0, 0, 0, 0, -2, 0, 0, -1, 0, 0, 0]
    sizes = [3, 3, 3, 1, 3, 4, 3, 2, 2, 1, 3, 2, 3, 2, 2, 3, 3, 3, 2, 1, 2]
    base, tuned, patients = [], [], []
    for patient, (total, size) in enumerate(zip(sums, sizes, strict=True)):
        base += [float(gland < -total) for gland in range(size)]
        tuned += [float(gland < total) for gland in range(size)]
        patients += [patient] * size
    files = write(tmp_path / "a.csv", base, patients), write(tmp_path / "b.csv", tuned, patients)
    document = compared(capsys, *files, "--cluster", "patient")
    assert (document["n"], document["n_clusters"]) == (51, 21)
    assert document["p_signflip"] == pytest.approx(0.15625, abs=1e-12)
    assert document["se_cr2"] == pytest.approx(0.0632678, abs=5e-8)
    assert document["df"] == pytest.approx(17.98889, abs=5e-6)
    assert document["p_cr2"] == pytest.approx(0.0793902, abs=5e-8)
    assert document["ci95"] == pytest.approx([-0.250574, 0.015280], abs=5e-7)
    assert document["p_obuchowski"] == pytest.approx(0.09097, abs=5e-6)
    assert document["p_yang"] == pytest.approx(0.07679, abs=5e-6)
    assert document["ci95_tango"] is None
    assert main([str(file) for file in files] + ["--cluster", "patient"]) == 0
    assert "McNemar, Tango (clusters ignored)   p = .039" in capsys.readouterr().out


def test_clusters_undo_what_a_naive_test_finds_in_noise(capsys: Capture, tmp_path: Path) -> None:
    """20 patients with 40 questions; the mean effect over patients is zero, its spread is not."""
    rng = np.random.default_rng(6)
    effects = rng.normal(0, 0.35, 20)
    base = rng.random((20, 40)) < 0.5
    tuned = rng.random((20, 40)) < np.clip(0.5 + effects, 0, 1)[:, None]
    patients = [f"patient {index // 40}" for index in range(800)]
    one = write(tmp_path / "base.csv", base.ravel(), patients)
    two = write(tmp_path / "tuned.csv", tuned.ravel(), patients)
    naive = stats.ttest_rel(tuned.ravel().astype(float), base.ravel().astype(float)).pvalue
    assert naive < 1e-8
    blind = compared(capsys, one, two, "--score", "score")
    assert blind["p_mcnemar_midp"] < 1e-7
    assert blind["verdict"] == "gain"
    assert "give --cluster FIELD" in " ".join(blind["notes"])
    document = compared(capsys, one, two, "--cluster", "patient")
    assert document["p_signflip"] > 0.08
    assert document["p_cr2"] > 0.07
    assert document["ci95"][0] < 0 < document["ci95"][1]
    assert document["design_effect"] > 9
    assert (document["delta"], document["verdict"]) == (blind["delta"], "inconclusive")


@pytest.mark.parametrize("score", ["exact_match,strict-match", "exact_match,flexible-extract"])
def test_logs_of_the_harness_are_compared(capsys: Capture, score: str) -> None:
    document = compared(capsys, *map(logs.harness, logs.MODELS), "--score", score)
    assert (document["n"], document["status"]) == (12, "complete")
    assert document["verified"] == ["doc", "prompt", "target"]
    assert (document["base"]["model"], document["tuned"]["task"]) == ("guesser__base", "rooms_gen")


def test_logs_of_inspect_ai_are_compared(capsys: Capture) -> None:
    arguments = ["--score", "match", "--cluster", "house"]
    document = compared(capsys, *map(logs.inspect, logs.MODELS), *arguments)
    assert (document["n"], document["n_clusters"], document["repeats"]) == (16, 8, [2, 2])
    assert (document["mean_base"], document["mean_tuned"]) == (0.40625, 0.875)
    assert document["verdict"] == "gain"
    assert document["sentence"].startswith(
        "On rooms (match) tuned scored 0.88 and base 0.41: 0.47 higher"
    )
    mixed = compared(capsys, logs.inspect("base", "eval"), logs.inspect("tuned"), *arguments)
    assert {**mixed, "base": document["base"]} == document


def test_predictions_of_the_authors_are_compared(capsys: Capture, tmp_path: Path) -> None:
    for model, right in (("base", 4), ("tuned", 13)):
        rows = [
            {"ACCURACY": int(n < right), "Model Answer": "x", "Ground Truth Answer": str(n % 3)}
            for n in range(20)
        ]
        (tmp_path / model).mkdir()
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / model / "predictions.json").write_text(text)
    files = [tmp_path / model / "predictions.json" for model in logs.MODELS]
    document = compared(capsys, *files)
    assert (document["b"], document["c"], document["verified"]) == (0, 9, ["target"])
    assert document["sentence"].startswith(
        "On ACCURACY tuned scored 0.65 and base 0.20: 0.45 higher"
    )


def test_identical_scores_are_said_and_not_tested(
    capsys: Capture, maize: tuple[Path, Path]
) -> None:
    document = compared(capsys, maize[1], maize[1], "--margin", 5)
    assert document["verdict"] == "untestable"
    assert "identical on all 15 items" in document["sentence"]
    for name in REQUIRED:
        if name.startswith(("p_", "ci")) or name in ("tost_p", "rope", "m_star", "mde80"):
            assert document[name] is None


def test_samples_that_one_file_lacks_are_listed_and_bounded(
    capsys: Capture, tmp_path: Path
) -> None:
    base, tuned = right_or_wrong(tmp_path, 60, 20, 10, 10)
    tuned.write_text(tuned.read_text().replace("\n3,1.0", "").replace("\n7,1.0", ""))
    document = compared(capsys, base, tuned)
    assert (document["n"], document["only_base"], document["status"]) == (
        98,
        ["3", "7"],
        "incomplete",
    )
    assert document["missing_bounds"] == pytest.approx([0.08, 0.10])
    assert "Only base has 2 of the samples (3, 7)." in document["notes"]
    assert document["p_signflip"] is not None


def test_with_more_than_five_percent_missing_nothing_is_tested(
    capsys: Capture, tmp_path: Path
) -> None:
    base, tuned = right_or_wrong(tmp_path, 60, 20, 10, 10)
    tuned.write_text("\n".join(tuned.read_text().splitlines()[:-6]))
    document = compared(capsys, base, tuned)
    assert (document["status"], document["verdict"], document["p_signflip"]) == (
        "refused",
        "untestable",
        None,
    )
    assert "6.0 % of the samples are in one of the files only" in document["sentence"]
    assert document["missing_bounds"] is not None
    assert document["delta"] is not None


def test_a_margin_beyond_all_scores_is_not_used_and_that_is_said(
    capsys: Capture, tmp_path: Path
) -> None:
    files = right_or_wrong(tmp_path, 60, 20, 10, 10)
    document = compared(capsys, *files, "--margin", 2)
    assert (document["margin"], document["tost_p"], document["rope"]) == (None, None, None)
    assert "2 points of a score between 0 and 1 are 0.02" in " ".join(document["notes"])
    assert compared(capsys, *files, "--margin", 0.02)["margin"] == 0.02


@pytest.mark.parametrize("margin", ["0", "-1", "nan", "inf", "two"])
def test_a_margin_that_is_none_is_refused(
    capsys: Capture, maize: tuple[Path, Path], margin: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main([*map(str, maize), "--margin", margin])
    assert stopped.value.code == 2
    assert "--margin" in capsys.readouterr().err


def test_errors_are_one_line_in_plain_words(capsys: Capture, tmp_path: Path) -> None:
    base, tuned = right_or_wrong(tmp_path, 6, 2, 1, 1)
    other = write(tmp_path / "other.csv", [])
    other.write_text("sample_id,score\nx,1\n")
    assert "no score f1; there are: score" in failed(capsys, base, tuned, "--score", "f1")
    assert "no sample in common" in failed(capsys, base, other)
    assert "cannot be read" in failed(capsys, base, tmp_path / "none.csv")
    assert "to cluster by" in failed(capsys, base, tuned, "--cluster", "ward")
    twice = tmp_path / "twice.csv"
    twice.write_text(base.read_text() + "0,1.0\n")
    assert "--dedup" in failed(capsys, twice, tuned)
    assert compared(capsys, twice, tuned, "--dedup")["duplicates"] == 1


def test_other_prompts_have_to_be_allowed(capsys: Capture, tmp_path: Path) -> None:
    base = logs.harness("base")
    path = tmp_path / "tuned.jsonl"
    digest = json.loads(base.read_text().split("\n")[0])["prompt_hash"]
    path.write_text(logs.harness("tuned").read_text().replace(digest, "another"))
    arguments = [base, path, "--score", "exact_match,strict-match"]
    assert "--allow-different-prompts" in failed(capsys, *arguments)
    document = compared(capsys, *arguments, "--allow-different-prompts")
    assert document["differing"] == ["prompt"]
    assert "The prompt of some samples differs" in " ".join(document["notes"])


def test_what_people_read_holds_the_same_numbers(capsys: Capture, maize: tuple[Path, Path]) -> None:
    document = compared(capsys, *maize, "--margin", 30)
    assert main([*map(str, maize), "--margin", "30"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(document["sentence"])
    for part in (
        "p = .0497",
        "p = .053",
        "d_z 0.55",
        "difference 20.9",
        "margin ±30",
        "15; crossed",
    ):
        assert part in text
    assert banned(text.replace("equivalence", ""), document["verdict"]) == []


def test_help_shows_an_example_and_every_option(capsys: Capture) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    for part in ("python -m analysis compare base.csv", "--margin M", "--cluster", "Exit code"):
        assert part in text


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_the_order_of_rows_changes_no_byte(
    capsys: Capture, tmp_path: Path, data: st.DataObject
) -> None:
    score = st.sampled_from([0.0, 0.1, 0.25, 0.7, 1.0])
    rows = data.draw(st.lists(st.tuples(score, score), min_size=8, max_size=14))
    paths = [tmp_path / "base.jsonl", tmp_path / "tuned.jsonl"]
    texts = []
    for _ in range(2):
        for side, path in enumerate(paths):
            order = data.draw(st.permutations(range(len(rows) * 2)))
            lines = [
                {"sample_id": n // 2, "repeat": n % 2, "score": rows[n // 2][(side + n) % 2]}
                for n in order
            ]
            path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert main([*map(str, paths), "--json"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]


def test_fields_are_named_and_models_too(capsys: Capture, tmp_path: Path) -> None:
    for model, scores in (("knee-7b", "CICIIICICC"), ("knee-7b-med", "CCCCCCCCIC")):
        rows = [
            {"meta": {"key": f"q{n}", "patient": n // 2}, "grade": grade, "model": model}
            for n, grade in enumerate(scores)
        ]
        path = tmp_path / f"{model}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows[model == "knee-7b" :]))
    paths = [str(tmp_path / f"{model}.jsonl") for model in ("knee-7b", "knee-7b-med")]
    fields = ["--id", "meta.key", "--score", "grade", "--cluster", "meta.patient"]
    assert main([*paths, *fields]) == 0
    text = capsys.readouterr().out
    assert text.startswith("On grade knee-7b-med scored 0.89 and knee-7b 0.44")
    assert "knee-7b-med better" in text
    assert "knee-7b 0.44, knee-7b-med 0.89" in text
    assert "Only knee-7b-med has 1 of the samples (q0)." in text


def test_the_help_lists_every_format(capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    text = capsys.readouterr().out
    assert all(program in text and files in text for program, files in FORMATS.items())


def test_prompts_that_differ_in_logs_without_digests_have_to_be_allowed(
    capsys: Capture, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{model}.jsonl" for model in logs.MODELS]
    for shots, path in enumerate(paths):
        examples = "Example. " * shots
        lines = [
            {
                "doc_id": number,
                "doc": {"question": f"Where is {number}?"},
                "target": 0,
                "arguments": [[f"{examples}Where is {number}?", {"temperature": shots}]],
                "resps": [["a"]],
                "acc": float(number % 3 > 1 - shots),
            }
            for number in range(30)
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert "the prompt of 30 samples differs" in failed(capsys, *paths)
    document = compared(capsys, *paths, "--allow-different-prompts")
    assert (document["verdict"], document["differing"]) == ("gain", ["prompt"])
    settings = "different settings (base / tuned): temperature 0 / 1."
    assert settings in " ".join(document["notes"])


def test_files_that_do_not_verify_the_prompt_say_so(capsys: Capture, tmp_path: Path) -> None:
    paths = right_or_wrong(tmp_path, 6, 2, 1, 1)
    digests = {"target_hash": "only doc and target", "doc_hash": "only doc and target"}
    for names, said in (((), "only the ids match"), (tuple(digests), "only doc and target are")):
        for path in paths:
            rows = [*csv.DictReader(path.read_text().splitlines())]
            text = [json.dumps(row | {name: row["sample_id"] for name in names}) for row in rows]
            path.with_suffix(".jsonl").write_text("\n".join(text))
        notes = compared(capsys, *(path.with_suffix(".jsonl") for path in paths))["notes"]
        assert said in " ".join(notes)
