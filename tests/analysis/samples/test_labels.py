"""Blind labels: whose answer was preferred, and files that are no labels."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.__main__ import main
from analysis.errors import ResultsError
from analysis.samples.blind_order import item_digest, tuned_is_first
from analysis.samples.labels import read_labels
from tests.analysis.samples.pages import BASE, TUNED, answers, data, page, pair


def labels(store: Path, choices: list[str]) -> dict[str, Any]:
    """A file that labels the first items of the page of a store."""
    pair(store, answers(1), answers(2))
    block = data(page(store))
    rows = [block["items"]["cluster"][block["item"][row]] for row in block["labels"]["row"]]
    entries = [
        {"item": item, "cluster": cluster, "position": number, "choice": choice}
        for number, (item, cluster, choice) in enumerate(
            zip(block["labels"]["item"], rows, choices, strict=False), 1
        )
    ]
    return {
        **{"form": "clue labels", "version": 1, "tuned": TUNED, "base": BASE, "prompt": "paper"},
        **{"task": "mednli", "marks": [], "items": 24, "labels": entries},
    }


def saved(folder: Path, content: object) -> Path:
    path = folder / "labels.json"
    path.write_text(json.dumps(content))
    return path


def test_order_and_sides_of_a_page_are_those_of_the_digests(tmp_path: Path) -> None:
    pair(tmp_path, answers(1, 2, 2), answers(2, 2, 2))
    block = data(page(tmp_path))
    order = block["labels"]
    assert order["item"] == sorted(order["item"])
    assert order["tunedFirst"] == [int(tuned_is_first(item)) for item in order["item"]]
    assert 4 <= sum(order["tunedFirst"]) <= 20
    assert {block["item"][row] for row in order["row"]} == set(range(24))
    assert all(block["rows"]["place"][row] == "" for row in order["row"])
    first = block["items"]["name"][block["item"][order["row"][0]]]
    assert order["item"][0] == item_digest(TUNED, BASE, "mednli", f"{first}/0:{first}", "1")


def test_items_of_equal_content_have_digests_of_their_own(tmp_path: Path) -> None:
    from dataclasses import replace

    same = [
        [replace(row, prompt_sha256="p", target_sha256="t", cluster="c") for row in answers(seed)]
        for seed in (1, 2)
    ]
    pair(tmp_path, *same)
    assert len(set(data(page(tmp_path))["labels"]["item"])) == 24


def test_an_answer_on_either_side_counts_for_its_model(tmp_path: Path) -> None:
    """The tuned answer is always preferred, on whichever side it was."""
    file = labels(tmp_path, ["first"] * 24)
    for entry in file["labels"]:
        entry["choice"] = "first" if int(entry["item"][-1], 16) % 2 else "second"
    result = read_labels(saved(tmp_path, file))
    assert result.counts == {"tuned": 24}
    first, preferring = result.first_preferred
    assert (first, preferring) == (sum(int(e["item"][-1], 16) % 2 for e in file["labels"]), 24)
    assert result.preference.delta == 100.0


def test_a_preference_is_a_paired_comparison_with_clusters(tmp_path: Path) -> None:
    choices = ["first", "second", "both_good", "both_bad"] * 6
    result = read_labels(saved(tmp_path, labels(tmp_path, choices)))
    counts = result.counts
    assert counts["both_good"] == counts["both_bad"] == 6
    assert counts["tuned"] + counts["base"] == 12
    comparison = result.preference
    assert comparison.delta == pytest.approx(100 * (counts["tuned"] - counts["base"]) / 24)
    assert (comparison.n, comparison.n_clusters, comparison.primary) == (24, 8, "signflip")
    assert comparison.interval is not None
    assert comparison.interval.low < comparison.delta < comparison.interval.high


def test_the_command_prints_counts_preference_and_sides(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = labels(tmp_path, ["first", "second", "both_good"] * 7)
    file["marks"] = ["fictional data"]
    del file["labels"][3]
    assert main(["labels", str(saved(tmp_path, file))]) == 0
    head, *rest = capsys.readouterr().out.splitlines()
    assert head == (
        f"[fictional data] {TUNED} against {BASE} on MedNLI, prompt setting paper: "
        "20 of 24 items labelled"
    )
    assert [line.split("%")[1].strip() for line in rest[:4]] == [
        f"{TUNED} (biomedical) is better",
        f"{BASE} (base) is better",
        "equal, both good",
        "equal, both bad",
    ]
    assert rest[2].split()[:2] == ["7", "35.0"]
    assert rest[4].startswith(f"Preference for {TUNED}: ")
    assert "(95 % CI " in rest[4]
    assert rest[5] == "The first of the two shown answers was preferred in 6 of 13 items."
    assert rest[6].startswith("1 item before the last labelled one have no label")
    assert main(["labels", str(tmp_path / "labels.json"), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["labelled"], document["skipped"], document["first_preferred"]) == (20, 1, 6)
    assert document["preference"]["n"] == 20


def test_few_labels_are_counted_and_not_tested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["labels", str(saved(tmp_path, labels(tmp_path, ["first"] * 3)))]) == 0
    assert "Not tested:" in capsys.readouterr().out


DAMAGES = {
    "another form": lambda file: file.update(form="labels"),
    "another version": lambda file: file.update(version=2),
    "no labels": lambda file: file.update(labels=[]),
    "a missing name": lambda file: file.pop("tuned"),
    "a name that is no text": lambda file: file.update(task=3),
    "an unknown choice": lambda file: file["labels"][0].update(choice="tuned"),
    "an item that is no digest": lambda file: file["labels"][0].update(item="text"),
    "an item twice": lambda file: file["labels"].append(file["labels"][0]),
    "a position twice": lambda file: file["labels"][0].update(position=2),
    "a position beyond the items": lambda file: file["labels"][0].update(position=25),
    "a negative cluster": lambda file: file["labels"][0].update(cluster=-1),
    "a cluster that is no number": lambda file: file["labels"][0].update(cluster=True),
    "labels that are no list": lambda file: file.update(labels=3),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_refused(tmp_path: Path, damage: str) -> None:
    file = labels(tmp_path, ["first"] * 5)
    DAMAGES[damage](file)
    with pytest.raises(ResultsError, match="is no file of labels"):
        read_labels(saved(tmp_path, file))


@pytest.mark.parametrize("content", [b"", b"[]", b"3", b"\xff", b"{", b"[" * 100_000, b"null"])
def test_another_file_is_refused(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "labels.json"
    path.write_bytes(content)
    assert main(["labels", str(path)]) == 1
    assert "save it again from a page" in capsys.readouterr().err
