"""Locate a data set's file, or explain how to get it."""

import shlex
from pathlib import Path

from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import DataMissing


def data_root(setting: str) -> Path:
    """The data folder that `paths.data` names: a folder, or `demo`."""
    return DEMO if setting == "demo" else Path(setting).expanduser().resolve()


def locate(dataset: Dataset, split: str, root: Path) -> Path:
    """Path of a split's file under `<root>/<dataset>/`.

    The official name comes first, at any depth and plain or gzipped; else, for a data set of one
    file, the only one of the same ending serves, since copies get renamed. Hidden files are none:
    they are unfinished downloads.

    Raises:
        DataMissing: with the paths tried, the page and the terms.
    """
    if split not in dataset.files:
        raise DataMissing(
            f"{dataset.name} has no {split} split (it has {', '.join(dataset.files)}); use "
            "prompt.source=test"
        )
    official = dataset.files[split]
    folders = [
        path for path in _children(root) if path.name.lower() == dataset.name and path.is_dir()
    ]
    for folder in folders:
        named = _named(folder, official)
        if named:
            return named[0]
        alike = sorted(folder.glob(f"[!.]*{Path(official).suffix}"))
        if len(dataset.files) == 1 and len(alike) == 1:
            return alike[0]
    raise DataMissing(_advice(dataset, official, root, folders))


def _named(folder: Path, official: str) -> list[Path]:
    """Files of the official name, plain or gzipped, at any depth: the shallowest first."""
    plain = official.removesuffix(".gz")
    found = [path for name in (official, plain, f"{plain}.gz") for path in folder.rglob(name)]
    return sorted(filter(Path.is_file, dict.fromkeys(found)), key=lambda path: len(path.parts))


def command(dataset: Dataset, root: Path) -> str:
    """What to run to have the data set in a data folder."""
    where = f" --data {shlex.quote(str(root))}"
    if not dataset.folders:
        build = f"python -m clue data build {dataset.name}{where}"
        return f"{command(DATASETS['mimic'], root)} && {build}"
    user = " --user NAME" if dataset.access == "credentialed" else ""
    return f"python -m clue data fetch {dataset.name}{user}{where}"


def _children(root: Path) -> list[Path]:
    return sorted(root.iterdir()) if root.is_dir() else []


def _advice(dataset: Dataset, official: str, root: Path, folders: list[Path]) -> str:
    tried = [folder / official for folder in folders] or [root / dataset.name / official]
    access = {"open": "Get it", "credentialed": f"Apply for access at {dataset.page}, then get it"}
    terms = f"({dataset.licence}, {dataset.page})"
    return (
        f"the file of {dataset.name} is not at {' nor at '.join(map(str, tried))}.\n"
        f"{access[dataset.access]} with `{command(dataset, root)}` {terms}, "
        f"or name the folder that holds {dataset.name}/ with paths.data=<folder> or "
        "CLUE_DATA=<folder>. paths.data=demo runs on fictional data."
    )
