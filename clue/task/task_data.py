"""Data of one task: the module that reads them, their files, terms and samples as released."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from clue.common.plural import counted
from clue.config.schema import TaskConf
from clue.data.left_out import Samples
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import ConfigError
from clue.records import Sample
from clue.task import table

PACKAGE = "package"
"""Source of worked examples: fictional items that come with the package."""
WORKED_EXAMPLES = "worked_examples.jsonl"
"""Fictional worked examples of a data set, in its folder in the package."""


@dataclass(frozen=True)
class TaskData:
    """Data of one task in one folder."""

    conf: TaskConf
    data: Path

    @property
    def module(self) -> ModuleType | table.Table:
        """Module with the task's reader and parser; for a table an object with the same functions.

        Raises:
            ConfigError: there is no such module.
        """
        return table.of_answer(self.conf) if self.conf.is_table else self._module

    @property
    def _module(self) -> ModuleType:
        try:
            return importlib.import_module(f"clue.task.{self.conf.module}")
        except ModuleNotFoundError as error:
            raise ConfigError(
                f"tasks.{self.conf.name}.reader={self.conf.module} is no module of clue/task; a "
                "file of your own has reader: table"
            ) from error

    @property
    def dataset(self) -> Dataset:
        """Official data set of the task, or the description of its table."""
        if self.conf.is_table:
            return table.dataset(self.conf)
        return DATASETS[self._module.DATASET]

    @property
    def fictional(self) -> bool:
        """The data are those that come with the package; a table of one's own never is."""
        return self.data == DEMO and not self.conf.is_table

    @property
    def access(self) -> str:
        """Access level of the data; the fictional data are open."""
        return "open" if self.fictional else self.dataset.access

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that hold the test split, the one that is named after it first.

        Raises:
            DataMissing: there is no such file; says where to get it.
        """
        return self.split_files("test")

    def path(self, split: str = "test") -> Path:
        """Returns the path of a split's file, of its first one if it has several.

        Raises:
            DataMissing: there is no such file; says where to get it.
        """
        return next(iter(self.paths(split).values()))

    def paths(self, split: str = "test") -> dict[str, Path]:
        """Returns the paths of a split's files: test sets that are asked together have several.

        Raises:
            DataMissing: a file is missing; says where to get it.
        """
        if split == PACKAGE:
            return {split: DEMO / self.dataset.name / WORKED_EXAMPLES}
        if self.conf.is_table:
            return {split: table.locate(self.conf, split, self.data)}
        return {part: locate(self.dataset, part, self.data) for part in self.dataset.splits(split)}

    def split_files(self, split: str) -> tuple[Path, ...]:
        """Returns the files of a split, each as often as it is read.

        Raises:
            DataMissing: a file is missing; says where to get it.
        """
        paths = self.paths(split).values()
        return tuple(file for path in paths for file in files_read(self.module, path))

    def read(self, split: str) -> tuple[list[Sample], list[str]]:
        """Returns the samples of a split's files in their order, and notes on the files."""
        samples: list[Sample] = []
        notes: list[str] = []
        paths = self.paths(split)
        for part, path in paths.items():
            file: Samples = self.module.read(path)
            prefix = f"{part}/" if len(paths) > 1 else ""
            samples += (sample.prefixed(prefix) for sample in file) if prefix else file
            notes += file.notes
            official = self.dataset.rows.get(part, file.rows)
            if file.rows != official and not self.fictional:
                rows = counted(file.rows, "row")
                notes.append(f"{path.name} has {rows}, officially there are {official:,}")
        return samples, notes


def files_read(module: object, path: Path) -> tuple[Path, ...]:
    """Returns the files that `module.read(path)` reads: those of `module.files`, else the path.

    Raises:
        DataError: a file that belongs to the path is missing.
    """
    paths: tuple[Path, ...] = module.files(path) if hasattr(module, "files") else (path,)
    return paths
