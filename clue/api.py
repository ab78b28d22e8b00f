"""The Python interface of `clue`, for notebooks and scripts; `from clue import evaluate, ...`.

Nothing is printed: progress and warnings go to the loggers below `clue`. Errors are those of
`clue.errors`.
"""

import os
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clue.common.paths import absolute_path

if TYPE_CHECKING:  # importing the interface is quick; using it imports what it needs
    import pandas as pd

    from clue.config.schema import Config
    from clue.errors import StoreError
    from clue.evaluation.job import Job
    from clue.evaluation.outcome import Outcome
    from clue.store.progress_files import ProgressFolder
    from clue.study.record_tables import NamedTable

TEXTS = ("text", "answer")
"""Columns of records that may restate clinical notes."""


def evaluate(
    model: str | Sequence[str],
    task: str | Sequence[str] = "all",
    settings: Mapping[str, Any] | None = None,
) -> "list[Outcome]":
    """Evaluates models on tasks, as `python run.py` does, one model after the other.

    Cells that are finished are read from the store; the others are generated, scored and tracked.

    Args:
        model: names of model files, of `conf/model` or of a folder in CLUE_CONFIG_DIR.
        task: names of task files, also lists of tasks such as `level1`.
        settings: any other setting of `python run.py` by its dotted name, for example
            `{"backend": "fake", "limit": 20, "paths.data": "demo", "tasks.meqsum.shots": 1}`;
            `{"study": "demo"}` takes over what a study fixes for its tasks. The store is
            `paths.mlruns`: by default `mlruns/` of the checkout, or of the working directory if
            the package was installed from a wheel.

    Returns:
        What became of every cell, with its scores in points (0 to 100); a cell that failed has the
        status `failed` and the reason in `note`.

    Raises:
        ConfigError: a name or a setting is unknown or out of range.
        ClueError: nothing of a model can run: its weights, the data, the tracking store, the disk.
    """
    from clue.config.composition import as_overrides
    from clue.errors import ConfigError
    from clue.evaluation.steps import outcomes as outcomes_of
    from clue.launch.job_report import reported
    from clue.launch.reporter import reporting

    outcomes: list[Outcome] = []
    _check_names("model", model)
    _check_names("task", task)
    choices = dict(settings or {})
    if twice := {"model", "task"} & set(choices):
        raise ConfigError(f"{twice.pop()} is an argument of evaluate, not one of its settings")
    choices = _study_settings(choices, task) | choices
    names = [model] if isinstance(model, str) else list(model)
    configs = [_config(as_overrides({"model": name, "task": task, **choices})) for name in names]
    with reporting(terminal=False) as report:
        report.open(*_sweep(configs))
        for number, (name, config) in enumerate(zip(names, configs, strict=True)):
            job = _job(config, f"clue.evaluate({name!r}, {task!r}, {settings!r})")
            assert report.folder
            with reported(job, report.folder, number):
                outcomes += outcomes_of(job)
    return outcomes


def _job(config: "Config", command: str) -> "Job":
    from clue.evaluation.job import Job

    config.on_overflow = config.on_overflow or "error"
    return Job(config, command)


def _sweep(configs: "Sequence[Config]") -> "tuple[ProgressFolder, dict[str, Any]]":
    """Folder and content of the files that show the progress of these jobs to `clue status`."""
    from clue.store.progress_files import ProgressFolder

    name = Path(f"evaluate-{socket.gethostname()}-{os.getpid()}-{time.time_ns()}")
    store = configs[0].paths.store if configs else absolute_path("mlruns")
    jobs = [
        {
            **{"number": number, "model": config.model.label, "prompt": config.prompt.name},
            **{"tasks": list(config.tasks), "parameters": config.model.parameters},
        }
        for number, config in enumerate(configs)
    ]
    return ProgressFolder.of(store, name), {"command": "clue.evaluate", "jobs": jobs}


def models() -> "pd.DataFrame":
    """The model files that name a checkpoint: a row each, families together.

    Returns:
        A column per field of `clue.config.schema.ModelConf`, besides `family`, `fits` (names of
        tasks whose prompts fit the context, by the fictional data) and `weights` (`package`,
        `folder`, `cache`, or None where they are not on this machine).
    """
    import pandas as pd

    from clue.cli.models.context_needs import context_needs
    from clue.cli.models.overview import model_overviews
    from clue.data.registry import DEMO

    paths = _config([]).paths
    sizes = list(context_needs(DEMO, paths.store / "cache"))
    overview = model_overviews([], sizes, absolute_path(paths.models))
    return pd.DataFrame([row.facts() for row in overview])


def tasks() -> "pd.DataFrame":
    """The task files: a row each, by level.

    Returns:
        Columns `task`, `level`, `dataset`, `access` (`open` or `credentialed`), `rows` (official
        number of test samples, missing for a table of one's own), `shots`, `max_new_tokens`,
        `score` (metrics whose mean is the task score) and `metrics` (all that are computed).
    """
    import pandas as pd

    from clue.cli.tasks.overview import task_facts

    return pd.DataFrame(list(task_facts()))


def read_records(  # noqa: PLR0913  each is an option that a caller names
    mlruns: str | Path,
    *,
    model: str | None = None,
    task: str | None = None,
    prompt: str | None = None,
    study: str | None = None,
    fingerprint: str | None = None,
    text: bool = False,
) -> "pd.DataFrame":
    """Reads the records of a store's finished cells: a row per sample and presentation.

    Args:
        mlruns: the store.
        model: only of this model.
        task: only of this task.
        prompt: only under this prompt setting.
        study: only of the cells that count in this study, under their declared names; None: of
            all cells, under the names of their evaluation. The study's data are those of
            CLUE_DATA, else `data/`.
        fingerprint: only of this cell, by the first digits that `clue store list` shows, at least
            4; `<fingerprint>/<table>` is one of several tables of a cell.
        text: include the answers, which may restate clinical notes.

    Returns:
        The fields of `clue.records.Record`, scores (0 to 1) as `score_<metric>`, flags as
        `flag_<name>`, measures as `measure_<name>`, besides `prompt`, the prompt setting.

    Raises:
        ConfigError: there is no such study, or it cannot be used.
        StoreError: there is no such store, its format is newer than this version, it has no such
            cell, a table is damaged, or several tables of a model, task and prompt setting have
            different records.
    """
    from clue.config.composition import as_overrides
    from clue.study.record_tables import RecordFilter, only_tables, tables_of_study

    store = absolute_path(mlruns)
    chosen = RecordFilter(model, task, prompt, fingerprint)
    if study is None:
        tables = only_tables(store, chosen)
    else:
        paths = _config(as_overrides({"paths.mlruns": store})).paths
        tables = tables_of_study(study, paths, chosen)
    if not tables:
        raise _no_cell(store, {**chosen.criteria(), **({"study": study} if study else {})})
    records = _frame(tables)
    return records if text else records.drop(columns=list(TEXTS))


def _frame(tables: "Sequence[NamedTable]") -> "pd.DataFrame":
    """Rows of tables, each with the model and the prompt setting that the table stands for."""
    import pandas as pd

    keys = [table.key for table in tables for _ in table.table.records]
    records = pd.DataFrame([record.row() for table in tables for record in table.table.records])
    return records.assign(model=[key.model for key in keys], prompt=[key.prompt for key in keys])


def _no_cell(store: Path, criteria: Mapping[str, str]) -> "StoreError":
    from clue.errors import StoreError
    from clue.store.generations import generations

    cells = sorted({cell.name for cell in generations(store) if cell.tables()})
    return StoreError(
        f"{store} has no finished cell of {dict(criteria)}; models and tasks there: "
        f"{', '.join(cells) or 'none'}"
    )


def _study_settings(choices: Mapping[str, Any], task: str | Sequence[str]) -> dict[str, Any]:
    """Settings that a chosen study fixes for these tasks; none without a study."""
    from clue.config.composition import as_overrides
    from clue.study.declaration import load
    from clue.study.expected import study_settings

    if "study" not in choices:
        return {}
    study = load(str(choices["study"]))
    tasks = _config(as_overrides({"task": task})).tasks
    return {"scoring": study.scoring, **study_settings(study.settings, tasks)}


def _check_names(setting: str, names: object) -> None:
    from clue.errors import ConfigError

    listed = [names] if isinstance(names, str) else names
    if not isinstance(listed, Sequence) or not all(isinstance(name, str) for name in listed):
        raise ConfigError(f"{setting}={names!r}: a name or a list of names of conf/{setting}")


def _config(overrides: Sequence[str]) -> "Config":
    from clue.config.composition import composed
    from clue.config.schema import Config

    return composed("config", Config, overrides)
