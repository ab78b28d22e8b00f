"""Frozen declarations: a study as it was before its cells were generated, for a reviewer.

    <mlruns>/studies/<study>/<number>.json

The first file is the preregistration; every later one records a change. A file holds the
declaration, what it resolved to, its sha256, time, commit, and the declared cells of which the
store had answers already. The time is that of the machine: who wants to prove it publishes the
sha256.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clue import __version__
from clue.common import json_text
from clue.common.atomic_write import write_atomic
from clue.common.names import path_inside
from clue.config import model_files
from clue.config.study_schema import without_unset
from clue.errors import StoreError
from clue.records import sha256
from clue.store.generations import Generation, generations
from clue.store.stored_tables import read_facts
from clue.study.declaration import CellKey
from clue.study.expected import Resolver
from clue.study.mismatch import generation_fits

FOLDER = "studies"


@dataclass(frozen=True)
class FrozenStudy:
    """A frozen declaration."""

    study: str
    declaration: Mapping[str, Any]
    """`declaration_content`."""
    resolved: Mapping[str, Any]
    """`ExpectedTask.resolved` by `<task>/<prompt>`."""
    frozen_at: str
    """UTC, ISO 8601."""
    commit: str
    """Commit of the code; empty outside of git."""
    present: tuple[str, ...]
    """Names of declared cells of which the store had answers."""
    cells: int
    """Number of declared cells."""
    version: str = __version__

    @property
    def when(self) -> str:
        """Time for people."""
        return datetime.fromisoformat(self.frozen_at).strftime("%Y-%m-%d %H:%M UTC")

    @property
    def task_names(self) -> set[str]:
        """Names of the declared tasks."""
        return {name.rpartition("/")[0] for name in self.declaration["tasks"]}

    @property
    def sha256(self) -> str:
        """Digest of the declaration and of what it resolved to."""
        return sha256([self.declaration, self.resolved])

    def sentence(self) -> str:
        """Says when the study was declared, and what was there at that time."""
        commit = f", commit {self.commit[:12]}" if self.commit else ""
        if self.present:
            were = "was" if len(self.present) == 1 else "were"
            cells = f"when {len(self.present)} of its {self.cells} cells {were} there already"
        else:
            cells = "before any of its cells was generated"
        return f"Declared on {self.when} (sha256 {self.sha256[:16]}{commit}), {cells}."


def declaration_content(resolver: Resolver) -> dict[str, Any]:
    """Returns everything that a study declares, with its names resolved: no data, no libraries."""
    declaration = resolver.declaration
    return {
        "study": without_unset(asdict(declaration.conf)),
        "pairs": [pair.name for pair in declaration.pairs],
        "models": {
            name: model_files.identity(model) | {"baseline": model.baseline}
            for name, model in declaration.models.items()
        },
        "tasks": {
            f"{task}/{prompt}": _task_content(resolver, task, prompt)
            for prompt in declaration.prompts
            for task in declaration.tasks
        },
    }


def frozen_now(resolver: Resolver, mlruns: Path, commit: str) -> FrozenStudy:
    """Returns the study as it is now, with the declared cells that have answers in the store.

    Raises:
        StoreError: as `answered`.
    """
    declaration = resolver.declaration
    return FrozenStudy(
        study=declaration.name,
        declaration=plain(declaration_content(resolver)),
        resolved=plain(
            {
                f"{task}/{prompt}": resolver.task(task, prompt).resolved()
                for prompt in declaration.prompts
                for task in declaration.tasks
            }
        ),
        frozen_at=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=commit,
        present=tuple(key.name for key in answered(resolver, mlruns)),
        cells=len(declaration.keys),
    )


def answered(resolver: Resolver, mlruns: Path) -> list[CellKey]:
    """Returns the declared cells of which the store has at least one answer.

    Raises:
        StoreError: the settings of answers to a declared task are lost: they may be of such a cell.
    """
    by_task: dict[str, list[Mapping[str, Any]]] = {}
    for generation in generations(mlruns) if (mlruns / "cells").is_dir() else ():
        has_answers = generation.store.path.exists() or generation.tables()
        if not has_answers or generation.task not in resolver.declaration.tasks:
            continue
        by_task.setdefault(generation.task, []).append(_settings(generation))
    return [
        key
        for key in resolver.declaration.keys
        if any(generation_fits(one, resolver.cell(key)) for one in by_task.get(key.task, ()))
    ]


def _settings(generation: Generation) -> Mapping[str, Any]:
    """Returns the settings of a generation, from a table if their own file is damaged.

    Raises:
        StoreError: no file has them.
    """
    if generation.is_described:
        return generation.settings()
    for path in generation.tables():
        facts = read_facts(path).facts
        if "generation" in facts:
            return dict(facts["generation"])
    raise StoreError(
        f"{generation.description} is missing or damaged, so that the cell of these answers is "
        "unknown, and the declaration would say that it had none. Run the command that created "
        "the cell, which writes the file again; then freeze"
    )


def write(mlruns: Path, frozen: FrozenStudy) -> Path:
    """Writes a frozen study after the earlier ones; returns its path.

    Raises:
        StoreError: the store cannot be written, or the study's name cannot be a folder.
    """
    number = len(read(mlruns, frozen.study)) + 1
    path = path_inside(mlruns, FOLDER, frozen.study, f"{number}.json")
    content = asdict(frozen) | {"sha256": frozen.sha256}
    write_atomic(path, json.dumps(content, indent=1, sort_keys=True).encode())
    return path


def read(mlruns: Path, study: str) -> list[FrozenStudy]:
    """Returns the frozen declarations of a study, the first one first.

    Raises:
        StoreError: a file is damaged or was changed by hand.
    """
    return [read_file(path) for path in files(mlruns) if path.parent.name == study]


def files(mlruns: Path) -> list[Path]:
    """Returns the files of all frozen declarations, by study and number."""
    paths = (mlruns / FOLDER).glob("*/*.json")
    numbered = [path for path in paths if path.stem.isdecimal()]
    return sorted(numbered, key=lambda path: (path.parent.name, int(path.stem)))


def _task_content(resolver: Resolver, name: str, prompt: str) -> dict[str, Any]:
    task = resolver.task(name, prompt)
    protocol = {
        key: value
        for key, value in task.protocol.items()
        if key not in ("dataset_sha256", "shots", "wording")
    }
    system, user, assistant = task.protocol["wording"]
    return {
        **protocol,
        **{"system": system, "user": user, "assistant": assistant},
        **{"metrics": list(task.metrics), "score": list(task.score), "limit": task.limit},
    }


def read_file(path: Path) -> FrozenStudy:
    """Reads a frozen declaration.

    Raises:
        StoreError: the file is damaged or was changed by hand.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"the frozen study {path} cannot be read: {error.strerror}") from error
    return decode(content, str(path))


def decode(file_content: bytes, name: str) -> FrozenStudy:
    """Returns a frozen study.

    Args:
        file_content: of its file.
        name: of the file, for messages.

    Raises:
        StoreError: it is damaged, or differs from its digest.
    """
    try:
        content = json_text.parse(file_content)
        digest = content.pop("sha256")
        frozen = FrozenStudy(**{**content, "present": tuple(content["present"])})
        if frozen.sha256 != digest:
            raise ValueError("its content does not have the sha256 that it states")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"the frozen study {name} is damaged or was changed by hand ({error}): restore it "
            "from a copy of the store or from the artifacts of its MLflow run"
        ) from error
    return frozen


def plain(value: Any) -> Any:
    """Returns a value as it is read back from JSON."""
    return json.loads(json.dumps(value))
