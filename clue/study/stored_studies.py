"""The cells of a store in every declared study: those that count, open choices, trials."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from clue.config.locations import options
from clue.config.schema import PathsConf
from clue.errors import ClueError
from clue.store.stored_tables import StoredTable
from clue.study.declaration import CellKey, declare, load, names
from clue.study.freeze import FrozenStudy, files, read
from clue.study.membership import Ambiguity, Chooser, Membership, membership
from clue.study.resolution import Resolution, resolve
from clue.study.stored_models import stored_models


@dataclass(frozen=True)
class StoredStudy:
    """A declared study with the tables of a store."""

    resolution: Resolution
    members: Membership

    @cached_property
    def keys(self) -> Mapping[Path, Sequence[CellKey]]:
        """Path of each table that counts to the declared cells that it is."""
        keys: dict[Path, list[CellKey]] = {}
        for key, table in self.members.counted.items():
            keys.setdefault(table.path, []).append(key)
        return keys

    @cached_property
    def ambiguous(self) -> Mapping[Path, Sequence[Ambiguity]]:
        """Path of each table between which a person must choose to its cases."""
        cases: dict[Path, list[Ambiguity]] = {}
        for case in self.members.ambiguous:
            for table in case.tables:
                cases.setdefault(table.path, []).append(case)
        return cases

    @cached_property
    def reasons(self) -> Mapping[Path, str]:
        """Path of each trial to the reason why it does not count."""
        return {trial.table.path: trial.reason for trial in self.members.trials}


@dataclass(frozen=True)
class StoredStudies:
    """Every study of `conf/study` that can be used."""

    studies: Mapping[str, StoredStudy]
    """By name."""
    problems: Mapping[str, str]
    """Name of each study that cannot be used to the reason, a line each."""
    superseded: Mapping[str, FrozenStudy]
    """Last frozen declaration of each study that has changed since or has no file."""
    paths: PathsConf
    """Locations of the data and the store."""

    def counting(self, path: Path) -> list[str]:
        """Names of the studies in which a table counts."""
        return [name for name, study in self.studies.items() if path in study.keys]

    def undecided(self, path: Path) -> list[str]:
        """Names of the studies in which a person must choose between this table and others."""
        return [name for name, study in self.studies.items() if path in study.ambiguous]

    def warnings(self) -> Iterator[str]:
        """A line for each study that cannot be used."""
        for name, problem in self.problems.items():
            yield f"study {name} is left out: {problem}"


def stored_studies(
    tables: Sequence[StoredTable], paths: PathsConf, chosen: Chooser = lambda tables: None
) -> StoredStudies:
    """Sorts the tables of a store for every study file.

    Args:
        tables: of the store.
        paths: locations of the data and the store.
        chosen: the choices of a person, `Annotations.chosen`.
    """
    studies: dict[str, StoredStudy] = {}
    problems: dict[str, str] = {}
    superseded: dict[str, FrozenStudy] = {}
    for name in sorted({*names(), *_frozen_names(paths.store)}):
        try:
            if name in names():
                studies[name] = _stored_study(name, tables, paths, chosen)
            if name not in studies or studies[name].resolution.changes:
                superseded[name] = read(paths.store, name)[-1]
        except ClueError as error:
            problems[name] = " ".join(str(error).split())
    return StoredStudies(studies, problems, superseded, paths)


def _stored_study(
    name: str, tables: Sequence[StoredTable], paths: PathsConf, chosen: Chooser
) -> StoredStudy:
    declaration = declare(load(name), stored_models(tables))
    resolution = resolve(declaration, paths)
    locations = options(paths, "mlruns", "data")
    expected = resolution.resolver.cell
    return StoredStudy(resolution, membership(declaration, tables, expected, chosen, locations))


def _frozen_names(mlruns: Path) -> list[str]:
    """Names of the studies that were frozen in a store."""
    return sorted({path.parent.name for path in files(mlruns)})
