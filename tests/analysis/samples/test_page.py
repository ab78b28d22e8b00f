"""The content of a page, the data whose texts it shows, and that it loads nothing."""

import base64
import hashlib
import json
import re
import stat
from pathlib import Path

import pandas as pd
import pytest

from analysis.__main__ import main
from analysis.configuration import configuration
from analysis.paired_study.cells_of_study import study_cells
from analysis.samples.prompt_texts import AskedSample, AskedSamples, asked_samples, verified
from benchmarks import samples
from benchmarks.found_study import found_study
from clue.__main__ import main as clue_main
from clue.cli.store.parser import main as store_command
from clue.errors import ConfigError
from clue.outgoing import report_files
from clue.records import sha256
from tests.analysis.cli.test_study import pair as declared_pair
from tests.analysis.report.test_outgoing_answers import unpacked
from tests.analysis.samples.pages import BASE, TUNED, answers, data, page, pair, settings, table

SECRET = "text of a patient"
"""In every answer of `declared_pair`."""


def columns(path: Path) -> pd.DataFrame:
    """The numbers of a page's rows, as a table."""
    block = data(path)
    frame = pd.DataFrame({"item": [block["items"]["name"][item] for item in block["item"]]})
    for side in ("base", "tuned"):
        frame[f"score_{side}"] = block[side]["score"]
        for bit, flag in enumerate(block["flags"]):
            frame[f"{flag}_{side}"] = [bool(flags >> bit & 1) for flags in block[side]["flags"]]
        for name in ("answer", "thought", "reading"):
            texts = [*block["texts"], None]
            frame[f"{name}_{side}"] = [texts[number] for number in block[side][name]]
    return frame


def test_rows_of_a_page_are_those_of_the_tables(tmp_path: Path) -> None:
    pair(tmp_path, answers(1, 2, 2), answers(2, 2, 2))
    rows, stored = columns(page(tmp_path)), table(tmp_path)
    assert len(rows) == len(stored) == 24 * 4
    names = {"answer": "text", "reading": "answer", "thought": "thought"}
    for side in ("base", "tuned"):
        assert list(rows[f"score_{side}"]) == list(100 * stored[f"score_accuracy_{side}"])
        for flag in ("unparsed", "looped", "truncated"):
            assert list(rows[f"{flag}_{side}"]) == list(stored[f"flag_{flag}_{side}"])
        for name, column in names.items():
            texts = rows[f"{name}_{side}"].fillna("absent")
            assert list(texts) == list(stored[f"{column}_{side}"].fillna("absent"))


def test_a_page_loads_nothing_and_runs_its_own_script_only(tmp_path: Path) -> None:
    pair(tmp_path, answers(1), answers(2))
    text = page(tmp_path).read_text()
    assert "http:" not in text
    assert "https:" not in text
    assert not re.search(r'\s(src|href|on\w+|style)="', text)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    policy = policy.replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        (source,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{rule} 'sha256-{digest}'" in policy


def test_the_same_store_gives_the_same_bytes(tmp_path: Path) -> None:
    pair(tmp_path, answers(1), answers(2))
    path = page(tmp_path)
    first = path.read_bytes()
    assert page(tmp_path).read_bytes() == first


@pytest.mark.parametrize(
    ("access", "text", "shown"),
    [
        ("open", None, True),
        ("open", "none", False),
        ("credentialed", None, False),
        ("credentialed", "none", False),
        ("credentialed", "full", True),
    ],
)
def test_texts_and_ids_are_shown_by_the_rule_of_the_report(
    tmp_path: Path, access: str, text: str | None, shown: bool
) -> None:
    pair(tmp_path, answers(1), answers(2), access=access)
    path = page(tmp_path, text=text)
    block = data(path)
    content = json.dumps([block, data(path, "page")], ensure_ascii=False)
    assert bool(block["texts"]) is block["hasTexts"] is shown
    for word in ("fever", "Ödem", "I think"):
        assert (word in content) is shown
    names = access == "open" or text == "full"
    for word in ('"s01"', "patient 1"):
        assert (word in content) is names
    if not names:
        assert set(block["items"]["name"]) == {f"prompt s{item:02}/0" for item in range(24)}
        assert block["clusters"] == [f"cluster {number}" for number in range(1, 9)]


def test_masked_answers_of_an_archive_are_not_shown(tmp_path: Path) -> None:
    pair(tmp_path, answers(1), answers(2), text="hash")
    block = data(page(tmp_path, text="full"))
    assert (block["hasTexts"], block["texts"]) == (False, [])
    assert "digests of answers only" in block["notes"][0]


def view(store: Path, *words: str) -> int:
    return main(["view", TUNED, *words, "paths.data=nowhere", f"paths.mlruns={store}"])


@pytest.mark.parametrize("access", ["open", "credentialed"])
def test_a_page_leaves_the_store_by_its_declaration(
    mlruns: Path, tmp_path: Path, access: str
) -> None:
    declared_pair(mlruns, access=access)
    assert view(mlruns, "meqsum", "text=full") == 0
    (path,) = (mlruns / "analysis" / "samples").iterdir()
    assert path.name == f"{TUNED}-{BASE}-meqsum.html"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SECRET in json.dumps(data(path))
    name = path.relative_to(mlruns / "analysis")
    assert name in report_files(mlruns / "analysis", None).withheld
    assert store_command(["export", "--mlruns", str(mlruns), str(tmp_path / "a.zip")]) == 0
    assert not [file for file in unpacked(tmp_path / "a.zip") if "samples" in file]
    assert view(mlruns, "meqsum") == 0
    assert name in report_files(mlruns / "analysis", None).passed
    assert (SECRET in json.dumps(data(path))) is (access == "open")


def test_page_and_report_keep_each_others_declaration(mlruns: Path) -> None:
    declared_pair(mlruns, access="open")
    quick = ("flips=999", "draws=999", "sensitivity=false", "report=false", "paths.data=nowhere")
    folder, page_name = mlruns / "analysis", Path(f"samples/{TUNED}-{BASE}.html")
    for command in (["view", TUNED, "paths.data=nowhere"], [*quick], ["view", TUNED]):
        assert main([*command, f"paths.mlruns={mlruns}"]) == 0
    assert report_files(folder, None).withheld == []
    assert page_name in report_files(folder, None).passed
    (folder / page_name).unlink()
    assert main([*quick, f"paths.mlruns={mlruns}"]) == 0
    assert str(page_name) not in json.loads((folder / "files.json").read_text())


def test_no_text_is_printed(mlruns: Path, capsys: pytest.CaptureFixture[str]) -> None:
    declared_pair(mlruns, access="open")
    assert clue_main(["view", TUNED, "--mlruns", str(mlruns), "paths.data=nowhere"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"Written: {mlruns}/analysis/samples/{TUNED}-{BASE}.html (0.0 MB)")
    assert SECRET not in shown.out + shown.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("medtron7b",), "there is no 'medtron7b'; did you mean meditron7b"),
        ((f"{TUNED}:mistral",), f"there is no '{TUNED}:mistral'; did you mean {TUNED}:{BASE}?"),
        ((TUNED, "mednli"), f"{TUNED} and {BASE} have no comparable cells of mednli: run both"),
        ((TUNED, "mednli", "meqsum"), "one task or all"),
        ((TUNED, "colour=red"), "colour"),
    ],
)
def test_a_wrong_name_is_explained(
    mlruns: Path, words: tuple[str, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_pair(mlruns)
    assert main(["view", *words, "paths.data=nowhere", f"paths.mlruns={mlruns}"]) == 1
    assert message in capsys.readouterr().err


def test_a_trial_is_shown_on_request_and_marked(
    mlruns: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declared_pair(mlruns, limit=30)
    assert view(mlruns) == 1
    assert "include_trials=true" in capsys.readouterr().err
    assert view(mlruns, "include_trials=true") == 0
    (path,) = (mlruns / "analysis" / "samples").iterdir()
    assert [mark for mark in data(path)["marks"] if mark.startswith("trial")]
    assert "exploratory" in data(path)["marks"]


def test_tasks_of_a_pair_are_in_one_page(tmp_path: Path) -> None:
    pair(tmp_path, answers(1), answers(2))
    graded = [answers(seed, graded=True) for seed in (1, 2)]
    pair(tmp_path, *graded, task="meqsum")
    path = page(tmp_path)
    assert [one["task"] for one in data(path, "page")["tasks"]] == ["mednli", "meqsum"]
    assert data(path, "task-1")["graded"] is True
    assert [one["task"] for one in data(page(tmp_path, "meqsum"), "page")["tasks"]] == ["meqsum"]


def demo_samples(store: Path, task: str) -> AskedSamples:
    """Samples of the package's fictional data under the settings of the demonstration."""
    conf = configuration(["study=demo", f"paths.mlruns={store}", "paths.data=demo"])
    return asked_samples(found_study(store), conf, task, "paper")


def test_prompts_are_those_of_a_run_and_are_shown_by_their_digests(tmp_path: Path) -> None:
    pair(tmp_path, answers(1), answers(2))
    asked = demo_samples(tmp_path, "mednli")
    key, one = next(iter(asked.by_key.items()))
    assert isinstance(one, AskedSample)
    digests = one.prompt.sha256, sha256(one.sample.target)
    assert verified(asked, [key], *[[digest] for digest in digests]).by_key == {key: one}
    for wrong in (("other", digests[1]), (digests[0], "other")):
        result = verified(asked, [key], *[[digest] for digest in wrong])
        assert result.by_key == {}
        assert result.note == "Prompts of 1 of 1 answers are absent: the data here give others."


def test_documents_of_a_prompt_are_folded_and_stored_once(tmp_path: Path) -> None:
    from analysis.samples.shared_texts import SharedTexts

    pair(tmp_path, answers(1), answers(2))
    conf = settings(tmp_path)
    conf.paths.data = "demo"
    asked = asked_samples(found_study(tmp_path, conf), conf, "longhealth1", "paper").by_key
    shared, prompts = SharedTexts(), list(asked.values())
    turns = [shared.turns(one.prompt.messages, one.sample) for one in prompts]
    folded = [part for *_, (_, parts) in turns for part in parts if isinstance(part[0], str)]
    assert len(folded) >= len(prompts) / 2
    everything = sum(len(message.content) for one in prompts for message in one.prompt.messages)
    assert sum(map(len, shared.texts)) < everything / 5


def test_without_the_data_a_page_says_so(mlruns: Path) -> None:
    declared_pair(mlruns, access="open")
    assert view(mlruns) == 0
    (path,) = (mlruns / "analysis" / "samples").iterdir()
    assert data(path)["notes"] == ["Prompts and references are absent: the data are not here."]


def test_a_pair_with_two_bases_needs_a_name(mlruns: Path) -> None:
    from dataclasses import replace

    from analysis.samples.pair_tasks import pair_tasks

    declared_pair(mlruns)
    conf = configuration(["paths.data=nowhere", f"paths.mlruns={mlruns}"])
    study = study_cells(conf)
    other = next(one for one in study.pairs if one.tuned == TUNED)._replace(base="mistral7b")
    with pytest.raises(ConfigError, match=f"write one of {TUNED}:{BASE}, {TUNED}:mistral7b"):
        pair_tasks(replace(study, pairs=[*study.pairs, other]), conf, TUNED, None)


def test_a_page_of_many_samples_is_small(tmp_path: Path) -> None:
    """A fifth of 10,000 samples of two models has less than a fifth of 10 MB."""
    samples.write(tmp_path / "page.html", tmp_path / "store", 2000)
    assert 1e6 < (tmp_path / "page.html").stat().st_size < 2e6
