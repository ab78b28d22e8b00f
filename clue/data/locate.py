"""Location of a data set's file, or the command that gets it."""

import shlex
from pathlib import Path

from clue.common.paths import absolute_path
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import DataMissing


def data_root(setting: str) -> Path:
    """Returns the data folder for a value of `paths.data`: a folder, or `demo`."""
    return DEMO if setting == "demo" else absolute_path(setting)


def locate(dataset: Dataset, split: str, root: Path) -> Path:
    """Returns the path of a split's file under `<root>/<dataset>/`.

    A file of the official name is preferred, at any depth, plain or gzipped, then one of the names
    in other releases. For a data set of one file, the only file of the same ending is accepted too,
    since copies get renamed. Hidden files are ignored: they are unfinished downloads.

    Raises:
        DataMissing: there is no such file; gives the paths tried, the page and the terms.
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
        for name in (official, *dataset.other_names.get(split, ())):
            official_paths = _official_paths(folder, name)
            if official_paths:
                return official_paths[0]
        same_suffix = sorted(folder.glob(f"[!.]*{Path(official).suffix}"))
        if len(dataset.files) == 1 and len(same_suffix) == 1:
            return same_suffix[0]
    raise DataMissing(_advice(dataset, official, root, folders))


def _official_paths(folder: Path, official: str) -> list[Path]:
    """Files of the official name, plain or gzipped, at any depth; the shallowest first."""
    plain = official.removesuffix(".gz")
    paths = [path for name in (official, plain, f"{plain}.gz") for path in folder.rglob(name)]
    return sorted(filter(Path.is_file, dict.fromkeys(paths)), key=lambda path: len(path.parts))


def download_command(dataset: Dataset, root: Path) -> str:
    """Returns the command that downloads or builds a data set in a data folder."""
    option = f" --data {shlex.quote(str(root))}"
    if not dataset.folders:
        build = f"python -m clue data build {dataset.name}{option}"
        return f"{download_command(DATASETS['mimic'], root)} && {build}"
    user = " --user NAME" if dataset.access == "credentialed" else ""
    return f"python -m clue data fetch {dataset.name}{user}{option}"


def _children(root: Path) -> list[Path]:
    return sorted(root.iterdir()) if root.is_dir() else []


def _advice(dataset: Dataset, official: str, root: Path, folders: list[Path]) -> str:
    tried = [folder / official for folder in folders] or [root / dataset.name / official]
    access = {"open": "Get it", "credentialed": f"Apply for access at {dataset.page}, then get it"}
    terms = f"({dataset.licence}, {dataset.page})"
    return (
        f"the file of {dataset.name} is not at {' nor at '.join(map(str, tried))}.\n"
        f"{access[dataset.access]} with `{download_command(dataset, root)}` {terms}, "
        f"or name the folder that contains {dataset.name}/ with paths.data=<folder> or "
        "CLUE_DATA=<folder>. paths.data=demo runs on fictional data."
    )
