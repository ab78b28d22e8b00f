"""The page in Chromium: filters equal pandas, totals equal the analysis, keys, labels, no network.

Skipped where no Chromium is installed (`apt-get install chromium`).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import number_format
from analysis.paired_study.matching import align_all
from analysis.paired_study.series import task_score
from analysis.samples.labels import read_labels
from analysis.stats.battery import battery
from analysis.stats.clusters import robust
from analysis.stats.paired import Interval, Paired
from benchmarks.chromium import Browser, browser, chromium
from benchmarks.found_study import found_study
from tests.analysis.paired_study.conftest import quick
from tests.analysis.samples.pages import BASE, TUNED, answers, data, page, pair, table
from tests.hostile_text import MARKUP, NAMED

pytestmark = [
    pytest.mark.skipif(chromium() is None, reason="no Chromium is installed"),
    pytest.mark.xdist_group("chromium"),
]

EVENTS = """((id, value) => { const one = document.getElementById(id); one.value = value;
one.dispatchEvent(new Event("input", {bubbles: true})); })"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    with browser() as running:
        yield running


def filtered(chrome: Browser, **values: str) -> str:
    """Sets the fields of the filter as a person would; returns the totals."""
    chrome.value('document.getElementById("filter").reset()')
    for name, value in values.items():
        chrome.value(f"{EVENTS}({json.dumps(name)}, {json.dumps(value)})")
    chrome.value("new Promise(done => setTimeout(done, 250))")
    text = chrome.value('document.getElementById("totals").textContent')
    assert text.startswith("exploratory ")
    return str(text)


def shown(chrome: Browser) -> list[str]:
    """Items of the list, in its order."""
    names = chrome.value("shown.map(row => task.items.name[task.item[row]] + task.rows.place[row])")
    return list(names)


def contains(frame: pd.DataFrame, words: str) -> "pd.Series[bool]":
    names = [f"{name}_{side}" for name in ("text", "answer", "thought") for side in SIDES]
    columns = [frame[name].fillna("").str.lower().str.contains(words.lower()) for name in names]
    return pd.concat(columns, axis=1).any(axis=1)


SIDES = ("base", "tuned")
FILTERS: dict[str, tuple[dict[str, str], Any]] = {
    "all": ({}, lambda f: f.score_base >= 0),
    "only base right": ({"result": "tuned-lost"}, lambda f: f.score_base > f.score_tuned),
    "only tuned right": ({"result": "tuned-gained"}, lambda f: f.score_base < f.score_tuned),
    "both right": ({"result": "both"}, lambda f: (f.score_base == 1) & (f.score_tuned == 1)),
    "both wrong": ({"result": "none"}, lambda f: (f.score_base == 0) & (f.score_tuned == 0)),
    "a flag of either": (
        {"flag": "unparsed"},
        lambda f: f.flag_unparsed_base | f.flag_unparsed_tuned,
    ),
    "a flag of base": ({"flag": "looped", "side": "base"}, lambda f: f.flag_looped_base),
    "a flag of tuned": ({"flag": "looped", "side": "tuned"}, lambda f: f.flag_looped_tuned),
    "a flag of base only": (
        {"flag": "unparsed", "side": "only-base"},
        lambda f: f.flag_unparsed_base & ~f.flag_unparsed_tuned,
    ),
    "a flag of tuned only": (
        {"flag": "unparsed", "side": "only-tuned"},
        lambda f: f.flag_unparsed_tuned & ~f.flag_unparsed_base,
    ),
    "a cluster by its name": ({"cluster": "patient 1"}, lambda f: f.cluster_base == "patient 1"),
    "clusters by a part": ({"cluster": "PATIENT"}, lambda f: f.cluster_base != ""),
    "no cluster": ({"cluster": "ward"}, lambda f: f.cluster_base == ""),
    "a text": ({"text": "FEVER cough"}, lambda f: contains(f, "fever cough")),
    "a text with another letter": (
        {"text": "ödem", "where": "answers"},
        lambda f: contains(f, "ödem"),
    ),
    "all of them": (
        {"flag": "unparsed", "text": "liver", "cluster": "patient", "where": "answers"},
        lambda f: (f.flag_unparsed_base | f.flag_unparsed_tuned) & contains(f, "liver"),
    ),
}


@pytest.fixture(scope="module")
def right_or_wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("right")
    pair(store, answers(1, 2, 2, size=48), answers(2, 2, 2, size=48))
    return store


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("graded")
    one, other = (answers(seed, graded=True, size=48) for seed in (1, 2))
    pair(store, one, other, task="meqsum")
    return store


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_and_its_totals_equal_pandas(
    chrome: Browser, right_or_wrong: Path, name: str
) -> None:
    values, mask = FILTERS[name]
    frame = table(right_or_wrong).rename(columns=lambda one: one.replace("score_accuracy", "score"))
    frame = frame[mask(frame)]
    if name == "all":
        chrome.open(page(right_or_wrong))
    text = filtered_page(chrome, right_or_wrong, values)
    places = [
        ", ".join(
            [f"presentation {row.repeat + 1}"] * (row.repeat > 0)
            + [f"draw {row.draw + 1}"] * (row.draw > 0)
        )
        for row in frame.itertuples()
    ]
    assert shown(chrome) == list(frame.sample_id + pd.Series(places, frame.index, dtype=str))
    assert text == f"exploratory {expected_totals(frame, bool(values.get('result')))}"


def filtered_page(chrome: Browser, store: Path, values: dict[str, str]) -> str:
    """Opens the page of a store unless it is open, and filters it."""
    path = page(store)
    if path.as_uri() not in chrome.value("location.href"):
        chrome.open(path)
    return filtered(chrome, **values)


def expected_totals(frame: pd.DataFrame, by_result: bool) -> str:
    """The totals of a page by pandas and the statistics of the analysis."""
    means = (
        100
        * frame.groupby(["sample_id", "repeat"])[["score_base", "score_tuned"]]
        .mean()
        .groupby("sample_id")
        .mean()
    )
    clusters = frame.groupby("sample_id").cluster_base.first()
    counts = [len(frame), len(means), clusters.nunique()]
    words = [
        f"{count:,} {word}{'' if count == 1 else 's'}"
        for count, word in zip(counts, ("answer", "item", "cluster"), strict=True)
    ]
    if not len(means):
        return f"{', '.join(words)}."
    paired = Paired.of(
        list(means.index), list(clusters[means.index]), means.score_base, means.score_tuned
    )
    estimate = robust(paired.sums)
    digits = number_format.POINTS
    base, tuned, delta = (
        number_format.number(float(value), digits)
        for value in (means.score_base.mean(), means.score_tuned.mean(), estimate.delta)
    )
    differing = int((paired.sums.sums != 0).sum())
    if by_result:
        limits = "no interval, since the filter selects by the scores themselves"
    elif counts[2] < 5:
        limits = f"{counts[2]} clusters are too few for an interval"
    elif differing < 6:
        limits = f"the models differ in {differing} clusters only, too few for an interval"
    else:
        limits = f"95 % interval {number_format.interval(estimate.interval(), digits)}"
    return (
        f"{', '.join(words)}. Base {base}, biomedical {tuned}, paired mean difference {delta} "
        f"points ({limits})."
    )


@pytest.mark.parametrize("store", ["right_or_wrong", "graded"])
def test_the_totals_of_all_answers_are_those_of_the_analysis(
    chrome: Browser, store: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(store)
    (aligned,), _ = align_all(found_study(folder), quick())
    scores = task_score(aligned)
    assert scores is not None
    comparison = battery(scores)
    digits = number_format.POINTS
    assert comparison.ci95 is not None
    parts = [
        f"Base {number_format.number(comparison.mean_base, digits)}, ",
        f"biomedical {number_format.number(comparison.mean_tuned, digits)}, ",
        f"paired mean difference {number_format.number(comparison.delta, digits)} points ",
        f"(95 % interval {number_format.interval(comparison.ci95, digits)}).",
    ]
    assert "".join(parts) in filtered_page(chrome, folder, {})


def test_results_and_order_of_graded_scores(chrome: Browser, graded: Path) -> None:
    filtered_page(chrome, graded, {"sort": "loss"})
    block = data(page(graded))
    pairs = list(zip(block["base"]["score"], block["tuned"]["score"], strict=True))
    changes = [other - one for one, other in pairs]
    names = block["items"]["name"]
    assert shown(chrome) == [names[row] for row in np.argsort(changes, kind="stable")]
    filtered(chrome, sort="gain", result="tuned-gained")
    gains = sorted((row for row in range(48) if changes[row] > 0), key=lambda row: -changes[row])
    assert shown(chrome) == [names[row] for row in gains]
    assert chrome.value("[...document.getElementById('result').options].length") == 4


def test_numbers_are_rounded_as_in_the_analysis(chrome: Browser, graded: Path) -> None:
    filtered_page(chrome, graded, {})
    rng = np.random.default_rng(0)
    halves = [k / 16 for k in range(-200, 200)]
    values = [*halves, *rng.normal(0, 50, 300).tolist(), 1.005, 2.675, -0.04, 0.0, 99.95, 1e-9]
    for digits in range(5):
        texts = chrome.value(f"{json.dumps(values)}.map(value => fixed(value, {digits}))")
        assert texts == [number_format.number(value, digits) for value in values]
    pairs = [sorted(rng.normal(0, 10.0 ** rng.integers(-4, 2), 2).tolist()) for _ in range(200)]
    texts = chrome.value(f"{json.dumps(pairs)}.map(([low, high]) => intervalText(low, high, 1, 6))")
    assert texts == [number_format.interval(Interval(*one), 1) for one in pairs]


def test_quantiles_of_t_are_those_of_scipy(chrome: Browser, graded: Path) -> None:
    filtered_page(chrome, graded, {})
    freedoms = np.geomspace(3, 1e5, 400)
    found = chrome.value(
        f"{json.dumps(freedoms.tolist())}.map(df => tQuantile(df, page.statistics.quantiles))"
    )
    np.testing.assert_allclose(found, stats.t.ppf(0.975, freedoms), rtol=2e-5)


def most_common(one: str, other: str) -> int:
    """Length of the longest common subsequence, by its definition."""
    row = [0] * (len(other) + 1)
    for letter in one:
        before = row[:]
        for place, partner in enumerate(other):
            longest = max(before[place + 1], row[place])
            row[place + 1] = before[place] + 1 if letter == partner else longest
    return row[-1]


def test_marked_words_are_those_that_the_other_answer_lacks(chrome: Browser, graded: Path) -> None:
    filtered_page(chrome, graded, {})
    rng = np.random.default_rng(1)
    for size in (0, 1, 3, 8, 20, 60):
        one, other = ("".join(rng.choice([*",.;-"], size)) for _ in SIDES)  # a word each
        parts = chrome.value(f"wordDifference({json.dumps(one)}, {json.dumps(other)})")
        assert ["".join(text for text, _ in side) for side in parts] == [one, other]
        common = ["".join(text for text, only in side if not only) for side in parts]
        assert common[0] == common[1]
        assert len(common[0]) == most_common(one, other)
    assert chrome.value("wordDifference('kein Ödem heute', 'kein heute')") == [
        [["kein ", False], ["Ödem ", True], ["heute", False]],
        [["kein heute", False]],
    ]
    assert chrome.value("wordDifference('a '.repeat(3000) + 'b', 'c '.repeat(3000))") is None


def test_a_page_asks_for_nothing_and_has_no_error(chrome: Browser, right_or_wrong: Path) -> None:
    path = page(right_or_wrong)
    chrome.events.clear()
    chrome.open(path)
    filtered(chrome, text="fever")
    requests = {
        event["params"]["request"]["url"].partition("?")[0]
        for event in chrome.events
        if event.get("method") == "Network.requestWillBeSent"
    }
    assert requests == {path.as_uri()}
    errors = ("Log.entryAdded", "Runtime.exceptionThrown")
    assert [event for event in chrome.events if event.get("method") in errors] == []


def test_keys_move_choose_and_search(chrome: Browser, right_or_wrong: Path) -> None:
    chrome.open(page(right_or_wrong))
    for key in "jjjk":
        chrome.press(key)
    assert chrome.value("current") == 2
    assert chrome.value("location.hash") == "#mednli/2"
    assert chrome.value("document.querySelector('#list [aria-selected=true]').id") == "row-2"
    chrome.press("1")
    assert chrome.value("document.getElementById('result').value") == "tuned-lost"
    assert 0 < chrome.value("shown.length") < 192
    chrome.press("0")
    assert chrome.value("shown.length") == 192
    chrome.press("/")
    assert chrome.value("document.activeElement.id") == "text"
    chrome.press("j")
    assert chrome.value("document.getElementById('text').value") == "j"
    chrome.press("Escape")
    assert chrome.value("document.activeElement.id") == "list"
    chrome.value('document.getElementById("filter").reset()')
    chrome.value("new Promise(done => setTimeout(done, 250))")
    for key, place in (("End", 191), ("ArrowUp", 190), ("Home", 0), ("PageDown", 10)):
        chrome.press(key)
        assert chrome.value("current") == place
    assert chrome.value(
        "document.getElementById('list').getAttribute('aria-activedescendant')"
    ) == ("row-10")
    chrome.value("document.getElementById('use-keys').click()")
    chrome.press("j")
    assert chrome.value("current") == 10


def test_an_address_opens_its_answer(chrome: Browser, right_or_wrong: Path) -> None:
    chrome.open(page(right_or_wrong), "#mednli/17")
    name = data(page(right_or_wrong))["items"]["name"][4]
    heading = chrome.value("document.querySelector('#detail h2').textContent")
    assert heading == f"{name}, draw 2"


def test_every_control_has_a_label_and_focus_is_visible(
    chrome: Browser, right_or_wrong: Path
) -> None:
    chrome.open(page(right_or_wrong))
    unlabelled = """[...document.querySelectorAll("input, select, button, [tabindex='0']")]
        .filter(one => !(one.labels?.length || one.textContent.trim() || one.ariaLabel))
        .map(one => one.id)"""
    assert chrome.value(unlabelled) == []
    for _ in range(3):
        chrome.send(
            "Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9
        )
        style = "getComputedStyle(document.activeElement)"
        assert chrome.value(f"{style}.outlineStyle + {style}.outlineWidth") == "solid3px"


def test_focus_stays_on_a_control_that_is_drawn_again(
    chrome: Browser, right_or_wrong: Path
) -> None:
    active = "document.activeElement.id || document.activeElement.textContent"
    chrome.open(page(right_or_wrong))
    chrome.value("document.getElementById('difference').focus()")
    chrome.value("document.activeElement.click()")
    assert chrome.value(f"[{active}, document.activeElement.checked]") == ["difference", False]
    assert chrome.value("document.querySelectorAll('#detail mark').length") == 0
    chrome.value("document.querySelector('#detail button').click()")
    assert chrome.value(active) == "list"
    assert chrome.value("shown.length") == 12
    chrome.open(page(right_or_wrong), "#label")
    chrome.value("document.querySelectorAll('#choices button')[1].focus()")
    chrome.value("document.activeElement.click()")
    assert chrome.value(active) == "2: second is better"
    assert chrome.value("document.getElementById('progress').textContent") == (
        "Item 2 of 48, 1 labelled."
    )


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_wider_than_the_screen(chrome: Browser, graded: Path, width: int) -> None:
    chrome.open(page(graded), width=width)
    for mode in ("browser", "labelling"):
        assert chrome.value("document.documentElement.scrollWidth") <= width, mode
        chrome.value("setMode(true)")


def test_blind_labels_show_no_model_and_come_back(
    chrome: Browser, right_or_wrong: Path, tmp_path: Path
) -> None:
    chrome.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    chrome.open(page(right_or_wrong), "#label")
    for _ in range(4):
        visible = chrome.value("document.title + document.body.innerText")
        assert TUNED not in visible
        assert BASE not in visible
        assert "I think" not in visible
        assert not re.search(r"accuracy|unparsed|points", visible)
        chrome.press("1")
    chrome.press("j")
    chrome.press("3")
    block = data(page(right_or_wrong))
    row, first = (block["labels"][name][0] for name in ("row", "tunedFirst"))
    chrome.press("k")
    for _ in range(5):
        chrome.press("k")
    left = chrome.value("document.querySelector('#pairing .pair .text').textContent")
    assert left == block["texts"][block["tuned" if first else "base"]["answer"][row]]
    chrome.value("document.getElementById('save').click()")
    path = tmp_path / "labels-mednli.json"
    chrome.value("new Promise(done => setTimeout(done, 500))")
    result = read_labels(path)
    sides = block["labels"]["tunedFirst"][:4]
    assert result.counts == {
        **({"tuned": sum(sides)} if sum(sides) else {}),
        **({"base": 4 - sum(sides)} if sum(sides) < 4 else {}),
        "both_good": 1,
    }
    assert (result.items, result.skipped, result.first_preferred) == (48, 1, (4, 4))
    content = path.read_text()
    assert not [word for word in ("fever", "s01", "patient") if word in content]
    chrome.open(page(right_or_wrong), "#label")
    loaded = chrome.value(f"[...labelsOf(page, task, {content})].length")
    assert loaded == 5
    other = {**json.loads(content), "tuned": "other"}
    with pytest.raises(RuntimeError, match="another pair"):
        chrome.value(f"[...labelsOf(page, task, {json.dumps(other)})]")


def test_hostile_texts_stay_text(chrome: Browser, tmp_path: Path) -> None:
    hostile = "".join([*NAMED, *MARKUP, "<script>document.title='x'</script>", "</script>"])
    rows = [
        [
            replace(
                row,
                completion=replace(row.completion, text=hostile, thought=hostile),
                answer=hostile,
                cluster=hostile,
                sample_id=f"{row.sample_id}{hostile}",
            )
            for row in answers(seed)
        ]
        for seed in (1, 2)
    ]
    pair(tmp_path, *rows)
    path = page(tmp_path)
    plain = path.read_text()
    chrome.events.clear()
    chrome.open(path)
    tags = chrome.value("[...document.querySelectorAll('script, img, iframe')].map(one => one.id)")
    assert tags == ["page", "task-0", ""]
    assert plain.count("</script>") == 3
    text = chrome.value("document.querySelector('#detail .pair .text').textContent")
    assert "<img src=x onerror=a>" in text
    assert "\\x1b[2J" in text
    assert "\u202e" not in chrome.value("document.body.textContent")
    failures = ("Log.entryAdded", "Runtime.exceptionThrown")
    assert [event for event in chrome.events if event.get("method") in failures] == []
