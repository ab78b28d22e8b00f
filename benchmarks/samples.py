"""Size and speed of the sample browser: two models, made-up texts, a page in Chromium.

    python -m benchmarks.samples [--items 10000] [--keep FILE]

Each item has a question of 80 words and two answers of 60. Words follow Zipf's law over 20,000 made
words, and half of an answer is that of the other model. Without Chromium only the size is measured.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from analysis.paired_study.matching import align_all
from analysis.samples.page import render
from analysis.samples.pair_tasks import PairTasks
from analysis.samples.prompt_texts import AskedSample, AskedSamples
from analysis.samples.task_data import task_data
from analysis.samples.write_page import heading
from analysis.settings import AnalysisConf
from benchmarks.chromium import Browser, browser, chromium
from benchmarks.found_study import found_study
from clue.common.console import print_lines
from clue.records import Completion, Message, Prompt, Record, Sample, SampleKey, sha256
from clue.store.completions import CellStore
from clue.store.format import declare_format
from clue.store.records_table import RecordsTable, write_table

VOCABULARY, QUESTION, ANSWER = 20_000, 80, 60
BASE, TUNED, TASK = "base", "tuned", "meqsum"
SHARED = 0.5
"""Share of the words of an answer that are those of the other model."""
FILTERS = {
    "nothing": "",
    "a result": "result.value = 'tuned-lost'",
    "a flag": "flag.value = 'unparsed'; side.value = 'only-tuned'",
    "a text in everything": "text.value = 'ba'",
}
"""Name of a filter to the statement that sets it, on the fields by their ids."""


def main() -> None:
    """Print the size of a page and the times and memory of its use."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--keep", type=Path, help="write the page into this file")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.keep or Path(folder) / "page.html"
        seconds = write(path, Path(folder) / "store", arguments.items)
        size = path.stat().st_size / 1e6
        items = f"{arguments.items:,} items x 2 models"
        print_lines(f"{items}: {size:.1f} MB, written in {seconds:.1f} s")
        if chromium() is None:
            print_lines("no Chromium is installed: nothing else is measured")
            return
        with browser() as running:
            print_lines(*measurements(running, path))


def write(path: Path, store: Path, items: int) -> float:
    """Write a page of made-up answers; returns the seconds from the tables to the file."""
    asked = _cells(store, items)
    conf = AnalysisConf()
    start = time.perf_counter()
    (aligned,), _ = align_all(found_study(store, conf), conf)
    tasks = [task_data(aligned, "open", asked)]
    chosen = PairTasks(aligned.match.pair, [aligned], True)
    path.write_text(render(heading(chosen, "open", tasks), tasks))
    return time.perf_counter() - start


def measurements(running: Browser, path: Path) -> Iterator[str]:
    """Yields lines on the use of a page: opening, memory, filters, moving to the next answer."""
    start = time.perf_counter()
    running.open(path)
    yield f"opened after {time.perf_counter() - start:.2f} s"
    running.send("HeapProfiler.collectGarbage")
    heap = running.value("performance.memory.usedJSHeapSize") / 1e6
    yield f"heap {heap:.0f} MB"
    for name, statement in FILTERS.items():
        yield f"filter by {name}: {_milliseconds(running, statement, 'applyFilter()'):.0f} ms"
    yield f"next answer: {_milliseconds(running, '', 'show(current + 1)'):.0f} ms"


def _milliseconds(running: Browser, statement: str, call: str) -> float:
    """Median of five calls, layout included."""
    fields = "const {result, flag, side, text} = document.getElementById('filter').elements;"
    timed = f"const start = performance.now(); {call}; document.body.offsetHeight;"
    script = f"""(() => {{
        {fields} document.getElementById('filter').reset(); {statement};
        const times = [];
        for (let i = 0; i < 5; i++) {{ {timed} times.push(performance.now() - start); }}
        return times.sort((a, b) => a - b)[2];
    }})()"""
    return float(running.value(script))


def _cells(store: Path, items: int) -> AskedSamples:
    """Write the tables of both models; returns the samples that they were asked."""
    rng = np.random.default_rng(1)
    letters = np.array(list("abdefgiklmnoprstuv"))
    words = ["".join(rng.choice(letters, rng.integers(2, 11))) for _ in range(VOCABULARY)]
    likely = 1 / np.arange(1, VOCABULARY + 1)
    likely /= likely.sum()

    def drawn(count: int) -> list[str]:
        return [words[index] for index in rng.choice(VOCABULARY, count, p=likely)]

    asked: dict[SampleKey, AskedSample] = {}
    rows: dict[str, list[Record]] = {BASE: [], TUNED: []}
    for number in range(items):
        sample = Sample(f"item-{number:05}", {}, " ".join(drawn(12)), f"cluster-{number // 3:05}")
        question = Message("user", f"Summarise this question.\n\n{' '.join(drawn(QUESTION))}")
        prompt = Prompt(sample.id, (question,), 60)
        asked[prompt.key] = AskedSample(sample, prompt)
        first, other = np.array(drawn(ANSWER)), np.array(drawn(ANSWER))
        second = np.where(rng.random(ANSWER) < SHARED, first, other)
        for model, answer in ((BASE, first), (TUNED, second)):
            rows[model].append(_record(rng, model, asked[prompt.key], " ".join(answer)))
    declare_format(store)
    for model, records in rows.items():
        _write_cell(store, model, records)
    return AskedSamples(asked)


def _record(rng: np.random.Generator, model: str, asked: AskedSample, answer: str) -> Record:
    sample, prompt = asked
    return Record(
        task=TASK,
        model=model,
        sample_id=sample.id,
        repeat=0,
        cluster=sample.cluster,
        prompt_sha256=prompt.sha256,
        target_sha256=sha256(sample.target),
        completion=Completion(answer, "stop", 120, 80, 0.1),
        answer=answer,
        scores={name: float(rng.beta(2, 4)) for name in ("rouge1", "rouge2", "rougeL")},
        flags={name: bool(rng.random() < 0.1) for name in ("empty", "looped", "unparsed")},
    )


def _write_cell(store: Path, model: str, records: list[Record]) -> None:
    generation = {"protocol": {}, "model": {"repo": model}, "backend": {"name": "synthetic"}}
    facts = {
        "id": sha256(model),
        "fingerprint": sha256([generation, model]),
        "generation": generation,
        "prompt": "paper",
        "task": TASK,
        "dataset": TASK,
        "score": list(records[0].scores),
        "model": model,
        "base": BASE if model == TUNED else None,
        "family": BASE,
        "access": "open",
        "limit": None,
    }
    folder = store / "cells" / TASK / model / str(facts["fingerprint"])[:16]
    signatures = dict.fromkeys(records[0].scores, "synthetic")
    path = CellStore(folder).records_path(str(facts["id"]))
    write_table(path, RecordsTable(records, signatures, facts))


if __name__ == "__main__":
    main()
