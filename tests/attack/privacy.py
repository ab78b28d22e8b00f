"""Planted words of credentialed data on every path: no byte outside of the stores of answers.

A case takes a copy of a store with all credentialed tasks, runs one command, and searches its
output, names and bytes of all files. Only the owner can read what a command leaves behind.
"""

import gzip
import io
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.attack import planted
from tests.attack.campaign import Campaign, Case
from tests.attack.forked import Ended, command, warm

MODELS = ("smollm2_135m", "smollm2_135m_hpo")
METRICS = {"mednli": "accuracy", "medisumcode": "icd_em_f1"}
ALLOWED = ("completions.jsonl", "records.json")
"""Names of files with answers in the store; tables of records are allowed too."""
IDS = ("sample_id", "cluster")
"""Columns of the tables in an archive that name samples; `--only-open` leaves out the tables."""
Words = list[str]


class Base(NamedTuple):
    """Store and data of all cases."""

    store: Path
    data: Path


@contextmanager
def shared(folder: Path) -> Iterator[Base]:
    """Makes data and a store with both models of a pair."""
    base = Base(folder / "store", planted.study(folder / "data"))
    os.umask(0o022)
    first = Base(folder / "first", base.data)
    warm(" ".join(run(first, "task=[mednli]")), " ".join(_analysis(first)))
    ended = command(run(base))
    assert ended.code == 0, ended.output
    yield base


def run(base: Base, *words: str) -> Words:
    """The command that fills the store, with other words."""
    tasks = f"task=[{','.join(planted.CREDENTIALED)}]"
    fixed = [f"paths.data={base.data}", f"paths.mlruns={base.store}", "prompt=one_shot"]
    for task in planted.CREDENTIALED:
        metric = METRICS.get(task, "rougeL")
        fixed += [f"tasks.{task}.metrics=[{metric}]", f"tasks.{task}.score=[{metric}]"]
    defaults = [tasks, "backend=fake", f"model={','.join(MODELS)}"]
    named = [word.partition("=")[0] for word in words]
    chosen = [one for one in (*defaults, *fixed) if one.partition("=")[0] not in named]
    if any(word.startswith("task=") for word in words):
        only = next(word for word in words if word.startswith("task="))
        chosen = [
            one for one in chosen if not one.startswith("tasks.") or one.split(".")[1] in only
        ]
    sweep = any(word.startswith("model=") and "," in word for word in (*words, *chosen))
    return ["run.py", *(["-m"] if sweep else []), *words, *chosen]


def _analysis(base: Base, *words: str) -> Words:
    fixed = ["study=demo", "include_trials=true", "flips=999", "draws=999", "sensitivity=false"]
    return ["analysis", *fixed, f"paths.data={base.data}", f"paths.mlruns={base.store}", *words]


def _clue(base: Base, *words: str) -> Words:
    return ["clue", *words, f"paths.mlruns={base.store}"]


def _spoilt(base: Base, task: str, before: str, after: str) -> None:
    path = base.data / planted.FILES[task]
    path.write_text(path.read_text().replace(before, after, 1))


def _damaged(base: Base, pattern: str, before: bytes, after: bytes) -> None:
    for path in base.store.glob(pattern):
        path.write_bytes(path.read_bytes().replace(before, after, 1))


def _unknown_label(base: Base) -> Words:
    _spoilt(base, "mednli", '"entailment"', f'"{planted.WORD}label"')
    return run(base)


def _empty_field(base: Base) -> Words:
    _spoilt(base, "medisumqa", '"Question"', f'"{planted.WORD}Question"')
    return run(base)


def _repeated_id(base: Base) -> Words:
    _spoilt(base, "medisumcode", planted.word("stay", 1), planted.word("stay", 0))
    return run(base)


def _odd_code(base: Base) -> Words:
    _spoilt(base, "medisumcode", "M25.562", f"{planted.WORD}code")
    return run(base)


def _no_csv(base: Base) -> Words:
    _spoilt(base, "problem_summary", '"says', f'"{planted.WORD}" says')
    return run(base)


def _changed_answers(base: Base) -> Words:
    _damaged(base, "cells/*/*/*/completions.jsonl", b"qzvex", b"qzvey")
    return run(base, "force=false", "tasks.mednli.limit=3")


def _verified(base: Base) -> Words:
    _damaged(base, "cells/*/*/*/completions.jsonl", b"qzvex", b"qzvey")
    _damaged(base, "cells/*/*/*/cell.json", b'"', b"'")
    return _clue(base, "store", "verify")


def _own_table(base: Base, label: str) -> Words:
    """A credentialed table of one's own whose labels include a planted word, or not."""
    path = base.data / "own.csv"
    rows = [
        {"id": planted.word("id", n), "note": planted.word("own", n), "label": label if n else "no"}
        for n in range(5)
    ]
    from tests import tiny

    tiny.table(path, rows)
    own = base.data / "own" / "task" / "own.yaml"
    own.parent.mkdir(parents=True)
    own.write_text(
        f"# @package tasks.own\nname: own\nreader: table\nfile: {path}\naccess: credentialed\n"
        "columns: {id: id, target: label}\nanswer: choice\nlabels: ['yes', 'no']\n"
        "system: You sort.\nuser: 'Note: {note}'\nmax_new_tokens: 9\n"
    )
    words = ["run.py", "task=own", "backend=fake", "prompt=zero_shot", f"paths.mlruns={base.store}"]
    return [*words, "--config-dir", str(base.data / "own")]


PATHS: Mapping[str, Callable[[Base], Words]] = {
    "run": lambda base: run(base._replace(store=base.store.with_name("new"))),
    "skipped": run,
    "replay": lambda base: run(base, "backend=replay", "force=true"),
    "forced": lambda base: run(base, "force=true"),
    "verbose": lambda base: run(base, "force=true", "hydra.verbose=true"),
    "dry run": lambda base: run(base, "dry_run=true"),
    "generation": lambda base: run(base, "generate_only=true", "prompt=zero_shot"),
    "two at a time": lambda base: run(
        base, "hydra/launcher=joblib", "hydra.launcher.n_jobs=2", "prompt=zero_shot"
    ),
    "baselines": lambda base: run(base, "model=baseline_copy,baseline_majority"),
    "frequent codes": lambda base: run(base, "model=baseline_frequent_codes", "task=[medisumcode]"),
    "too long": lambda base: run(base, "model.context=30", "force=true"),
    "no server": lambda base: run(
        base, "backend=openai", "backend.url=http://127.0.0.1:9", "backend.retries=0"
    ),
    "remote server": lambda base: run(base, "backend=openai", "backend.url=http://192.0.2.1:9/v1"),
    "unknown label": _unknown_label,
    "renamed field": _empty_field,
    "repeated id": _repeated_id,
    "odd code": _odd_code,
    "quotes": _no_csv,
    "verbose failure": lambda base: [*_unknown_label(base), "hydra.verbose=true"],
    "changed answers": _changed_answers,
    "verify": _verified,
    "list": lambda base: _clue(base, "store", "list"),
    "prune": lambda base: _clue(base, "store", "prune", "--yes"),
    "export": lambda base: _clue(base, "store", "export", str(base.store / "out" / "study.zip")),
    "export none": lambda base: _clue(
        base, "store", "export", str(base.store / "out" / "study.zip"), "--text", "none"
    ),
    "export open": lambda base: _clue(
        base, "store", "export", str(base.store / "out" / "study.zip"), "--only-open"
    ),
    "analysis": _analysis,
    "analysis without texts": lambda base: _analysis(base, "text=none"),
    "freeze": lambda base: _clue(base, "study", "freeze", "demo", f"paths.data={base.data}"),
    "show": lambda base: _clue(base, "study", "show", "demo", f"paths.data={base.data}"),
    "shown prompt": lambda base: _clue(
        base, "models", MODELS[0], "--show-prompt", "mednli", f"paths.data={base.data}"
    ),
    "data status": lambda base: ["clue", "data", "status", f"paths.data={base.data}"],
    "own table": lambda base: _own_table(base, "yes"),
    "own table, odd label": lambda base: _own_table(base, f"{planted.WORD}label"),
}


def attempt(case: Case) -> Iterator[str]:
    """Run one command; search all that it wrote."""
    name = list(PATHS)[case.number % len(PATHS)]
    shutil.copytree(case.base.data, case.folder / "data")
    shutil.copytree(case.base.store, case.folder / "store")
    base = Base(case.folder / "store", case.folder / "data")
    clue = command(_clue(base, "store", "relocate"))
    words = PATHS[name](base)
    before = _stamps(case.folder)
    ended = command(words, folder=case.folder)
    assert clue.code == 0, clue.output
    for problem in _problems(case.folder, ended, before, verbose="verbose" in name):
        yield f"{name}: {problem}"


def _problems(
    folder: Path, ended: Ended, before: Mapping[Path, float], *, verbose: bool
) -> Iterator[str]:
    unforeseen = ended.unforeseen()
    if unforeseen and not verbose:
        yield unforeseen
    if planted.WORD in ended.output.lower():
        at = ended.output.lower().index(planted.WORD)
        yield f"console: {ended.output[max(0, at - 200) : at + 60]!r}"
    changed = {path for path, when in _stamps(folder).items() if before.get(path) != when}
    for path in sorted(changed):
        if (folder / "data") in path.parents:
            continue
        name = path.relative_to(folder)
        if planted.WORD in str(name):
            yield f"the name {name}"
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"mode {mode:o} of {name}"
        if path.is_file() and not _is_of_answers(path):
            for part, content in _contents(path):
                at = content.lower().find(planted.WORD.encode())
                if at >= 0:
                    yield f"{name}{part}: {content[max(0, at - 100) : at + 40]!r}"


def _stamps(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if not path.is_symlink()}


def _is_of_answers(path: Path) -> bool:
    in_cells = "cells" in path.parts and path.name.startswith(("records-", "completions"))
    return in_cells or path.name in ALLOWED


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yields names and bytes of a file and of what is packed in it."""
    content = path.read_bytes()
    yield "", content
    if content[:2] == b"\x1f\x8b":
        yield " unpacked", gzip.decompress(content)
    if content[:2] == b"PK":
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                yield f" {name}", _table(archive.read(name), without=IDS)
    elif content[:4] == b"PAR1":
        yield " as table", _table(content)


def _table(content: bytes, without: Sequence[str] = ()) -> bytes:
    if content[:4] != b"PAR1":
        return content
    import pyarrow.parquet as pq

    table = pq.ParquetFile(io.BytesIO(content)).read().drop_columns(list(without))
    return f"{table.to_pylist()} {table.schema.metadata}".encode()


CAMPAIGN = Campaign(len(PATHS), attempt, shared)
