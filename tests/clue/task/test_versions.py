"""Versions of readers and parsers: a changed behaviour needs another declared version.

The versions are part of every cell's identity, and the source text is not. The file
`tests/golden/versions.json` holds, per function, the version and a digest of what it returns for
fixed inputs.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from clue import icd
from clue.config.schema import PromptConf, TaskConf
from clue.config.table_schema import ColumnsConf
from clue.data.registry import DEMO
from clue.metrics import failures
from clue.records import sha256
from clue.task.task import Task
from clue.task.task_files import load, names

GOLDEN = Path(__file__).parents[2] / "golden" / "versions.json"
TEXTS = (
    *("", " \n", "word", "a b c d a b c d a b c d", "no " * 13, "0" * 99),
    *("Entailment.", "not neutral", "neutral, not contradiction", "Neutral or entailment"),
    *("**NEUTRAL**", "The correct answer is C: x", "(B)", "d.", "answer: (e)", "A or B", "F"),
    *("I choose option a.", "Option f", "the answer is a scan", "E. coli", "answer is b) or c)"),
    *("What is gout?", "1. gout\n2. anaemia", "gout, anaemia", "- gout", "Is it?\nAnd why?"),
    *("I10", "i10, e11.9", "E119 diabetes; vitamin B12", "I10 I11 I12 I13 I14", "U07.1, S72001A"),
    *("A00, A01, A02, A03, A04, A05", '["I10", "Z99.9"]', "every Q12H the p53 gene", "N95 mask"),
    *("<think>Neutral? A00, A01, A02, A03, A04</think>B", "not an entailment, so it is neutral"),
    *("\uff26", "1.E11.9, not I11.9", "The correct answer is B: x\n\nQuestion: y\nanswer: C"),
    *("entailment, then enta\u0131lment", "c\u0327ontradiction", "CONTRAD\u0130CTION"),
)
"""Answers of all kinds: each is read by every task's functions."""


LABELS = ["Entailment", "neutral", "B", "F"]
TABLES = {
    answer: TaskConf(
        f"table_{answer}",
        reader="table",
        file=str(GOLDEN.parent / "table.csv"),
        columns=ColumnsConf(id="id", target=answer, cluster="patient", fields={"text": "note"}),
        answer=answer,
        labels=LABELS if answer == "choice" else [],
        user="{text}",
    )
    for answer in ("choice", "text", "codes")
}
"""Tables of every kind of answer, on a file that never changes."""


@cache
def digests(data: Path) -> dict[str, tuple[int, str]]:
    """Function to its version and the digest of what it returns for data that never change."""
    confs = {conf.module: conf for conf in map(load, names())}
    confs |= {conf.name: conf for conf in TABLES.values()}
    tasks = {name: Task(conf, data, PromptConf()) for name, conf in confs.items()}
    rows = {"failures": (failures.VERSION, _digest(_failures, tasks["mednli"]))}
    for module, task in tasks.items():
        for function, version in task.module.VERSIONS.items():
            rows[f"{module}.{function}"] = (
                version,
                _digest(CASES.get(function, _read_by(function)), task),
            )
    return rows


def _digest(results: Callable[[Task], Any], task: Task) -> str:
    return sha256(results(task))


def _samples(task: Task) -> Any:
    return [asdict(sample.stripped()) for sample in task.module.read(task.path())]


def _presented(task: Task) -> Any:
    confs = [load(name) for name in names() if load(name).module == task.conf.module]
    questions = [question.stripped() for question in task.module.read(task.path())]
    return [
        [asdict(sample) for sample in task.module.present(questions, conf, separator)[0]]
        for conf, separator in product(confs, (None, "***"))
    ]


def _codes(task: Task) -> Any:
    return [(icd.codes(text), icd.longest_counting_run(icd.codes(text))) for text in TEXTS]


def _failures(task: Task) -> Any:
    sample = task.module.read(task.path())[0]
    return [
        (failures.flags(text, text or None, sample, task.module), failures.measures(text))
        for text in TEXTS
    ]


def _read_by(function: str) -> Callable[[Task], Any]:
    def results(task: Task) -> Any:
        read = getattr(task.module, function)
        cases = list(product(TEXTS, task.split().scored[:3]))
        if function == "answer_flags":
            return [read(text, task.module.parse(text, sample), sample) for text, sample in cases]
        return [read(text, sample) for text, sample in cases]

    return results


def _parts(task: Task) -> Any:
    """Parts of the references and of what is read from the forms of `answers_<task>.jsonl`."""
    samples = task.split().scored
    lines = (GOLDEN.parent / f"answers_{task.conf.name}.jsonl").read_text().splitlines()
    read = [task.module.parse(json.loads(line)["text"], samples[0]) for line in lines]
    answers = [*filter(None, read), *(sample.target for sample in samples)]
    return [{name: take(one) for name, take in task.module.PARTS.items()} for one in answers]


CASES: dict[str, Callable[[Task], Any]] = {
    "read": _samples,
    "present": _presented,
    "icd": _codes,
    "parts": _parts,
}


@pytest.mark.parametrize("function", sorted(json.loads(GOLDEN.read_text())))
def test_another_behaviour_has_another_version(function: str, earlier_demo: Path) -> None:
    version, digest = digests(earlier_demo)[function]
    declared, expected = json.loads(GOLDEN.read_text())[function]
    assert (version == declared) == (digest == expected), (
        f"{function} returns something else for the fixed inputs: declare version {declared + 1}, "
        f"or undo the change"
    )
    assert version == declared, f"note version {version} of {function} in {GOLDEN.name}: {digest}"


def test_every_declared_version_is_tied_to_behaviour(earlier_demo: Path) -> None:
    assert set(digests(earlier_demo)) == set(json.loads(GOLDEN.read_text()))


def test_every_function_that_reads_has_a_version() -> None:
    readers = {"read", "parse", "parse_upstream", "answer_flags", "present"}
    for conf in (*map(load, names()), *TABLES.values()):
        module = Task(conf, DEMO, PromptConf()).module
        assert {reader for reader in readers if hasattr(module, reader)} == set(module.VERSIONS) - {
            *("icd", "parts")
        }
        assert hasattr(module, "PARTS") == ("parts" in module.VERSIONS)
