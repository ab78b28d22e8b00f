"""Malformed data files: a sentence instead of a traceback, no word of the data, no silent loss."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from clue.store.records_table import read_table
from tests.attack import planted
from tests.attack.campaign import Campaign, Case
from tests.attack.forked import Ended, command, warm
from tests.attack.malformed import malform

SETTINGS = (
    *("model=smollm2_135m", "backend=fake", "prompt=zero_shot", "tasks.{task}.metrics=[{metric}]"),
    "tasks.{task}.score=[{metric}]",
)
METRICS = {"mednli": "accuracy", "longhealth1": "accuracy", "medisumcode": "icd_em_f1"}
"""Metric of each task; of the others `rougeL`, which needs no model."""
COUNTED = re.compile("left out: |ignored: ")
ROWS_GO = re.compile(r"without_line|halved|cut|repeated|header only|no rows|missing \d")
"""Changes that leave complete rows only: no reader can see that the others are gone."""


class Base(NamedTuple):
    """Data folder, and the number of records of each task."""

    data: Path
    samples: dict[str, int]


@contextmanager
def shared(folder: Path) -> Iterator[Base]:
    """Makes the data; imports everything."""
    data = planted.study(folder / "data")
    warm(" ".join(_words("mednli", data, folder / "first")))
    samples = {}
    for task in planted.FILES:
        store = folder / task
        ended = command(_words(task, data, store))
        assert ended.code == 0, ended.output
        samples[task] = _records(store)
    yield Base(data, samples)


def attempt(case: Case) -> Iterator[str]:
    """Run one task on one malformed file."""
    base: Base = case.base
    data, store = case.folder / "data", case.folder / "mlruns"
    shutil.copytree(base.data, data)
    task = case.draw.choice(list(planted.FILES))
    kind = malform(data / planted.FILES[task], case.draw)
    ended = command(_words(task, data, store), seconds=60, environment={"CLUE_MAX_GIB": "0.1"})
    for problem in _problems(base, task, kind, ended, store):
        yield f"{task}, {kind}: {problem}"


def _problems(base: Base, task: str, kind: str, ended: Ended, store: Path) -> Iterator[str]:
    unforeseen = ended.unforeseen()
    if unforeseen:
        yield unforeseen
    elif ended.code not in (0, 1):
        yield f"exit code {ended.code} after {ended.seconds:.0f} s: {ended.output[-300:]}"
    logs = [path for path in store.rglob("*") if path.suffix in (".log", ".jsonl", ".yaml")]
    texts = [path.read_text() for path in logs if path.name != "completions.jsonl"]
    for text in (ended.output, *texts):
        if planted.WORD in text:
            at = text.index(planted.WORD)
            yield f"a word of the data is shown: {text[max(0, at - 200) : at + 60]!r}"
            break
    if ended.code == 0 and not ROWS_GO.match(kind):
        records = _records(store)
        if records < base.samples[task] and not COUNTED.search(ended.output):
            yield f"{records} of {base.samples[task]} samples without a word"


def _words(task: str, data: Path, store: Path) -> list[str]:
    metric = METRICS.get(task, "rougeL")
    settings = [setting.format(task=task, metric=metric) for setting in SETTINGS]
    return ["run.py", f"task={task}", *settings, f"paths.data={data}", f"paths.mlruns={store}"]


def _records(store: Path) -> int:
    (path,) = store.glob("cells/*/*/*/records-*.parquet")
    return len(read_table(path).records)


CAMPAIGN = Campaign(80, attempt, shared)
