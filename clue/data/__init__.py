"""The data sets: which files hold them and under which terms to get them."""

import hashlib
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from clue.errors import DataMissing

DEMO = Path(__file__).resolve().parent / "demo"
"""The fictional data of the package; chosen by `paths.data=demo`."""


@dataclass(frozen=True)
class Dataset:
    """An official release."""

    name: str
    """Folder under the data folder, in any case."""
    files: Mapping[str, str]
    """Split to official file name."""
    rows: Mapping[str, int]
    """Split to official number of rows, where it is known."""
    access: Literal["open", "credentialed"]
    licence: str
    page: str
    version: str
    sha256: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    """Split to the address of the folder that offers its file; none for what is built here."""

    def address(self, split: str) -> str:
        """Where a split's file is downloaded from."""
        return f"{self.folders[split]}/{self.files[split]}"


PHYSIONET = "PhysioNet Credentialed Health Data License 1.5.0"

DATASETS = {
    made.name: made
    for made in (
        Dataset(
            name="mednli",
            files={split: f"mli_{split}_v1.jsonl" for split in ("test", "train", "dev")},
            rows={"test": 1422, "train": 11232, "dev": 1395},
            access="credentialed",
            licence=PHYSIONET,
            page="https://physionet.org/content/mednli/1.0.0/",
            version="1.0.0",
            folders=dict.fromkeys(
                ("test", "train", "dev"), "https://physionet.org/files/mednli/1.0.0"
            ),
        ),
        Dataset(
            name="meqsum",
            files={"test": "MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx"},
            rows={"test": 1000},
            access="open",
            licence="CC BY 4.0",
            page="https://github.com/abachaa/MeQSum",
            version="ACL 2019",
            sha256={"test": "abedd939d5014306ca576522416bf69103e85dc8fcf1668a4099e8b84a39eeea"},
            folders={"test": "https://raw.githubusercontent.com/abachaa/MeQSum/master"},
        ),
        Dataset(
            name="problem_summary",
            files={"test": "BioNLP2023-1A-Test.csv", "train": "BioNLP2023-1A-Train.csv"},
            rows={"test": 237, "train": 768},
            access="credentialed",
            licence=PHYSIONET,
            page="https://physionet.org/content/bionlp-workshop-2023-task-1a/2.0.0/",
            version="2.0.0",
            folders=dict.fromkeys(
                ("test", "train"),
                "https://physionet.org/files/bionlp-workshop-2023-task-1a/2.0.0",
            ),
        ),
        Dataset(
            name="longhealth",
            files={"test": "benchmark_v5.json"},
            rows={"test": 400},
            access="open",
            licence="Apache-2.0",
            page="https://github.com/kbressem/LongHealth",
            version="v5",
            folders={"test": "https://raw.githubusercontent.com/kbressem/LongHealth/main/data"},
        ),
        Dataset(
            name="medisumqa",
            files={"test": "MeDiSumQA.json"},
            rows={"test": 416},
            access="credentialed",
            licence=PHYSIONET,
            page="https://physionet.org/content/medisumqa/1.0.0/",
            version="1.0.0",
            folders={"test": "https://physionet.org/files/medisumqa/1.0.0"},
        ),
        Dataset(
            name="medisumcode",
            files={"test": "MeDiSumCode.json"},
            rows={"test": 500},
            access="credentialed",
            licence=PHYSIONET,
            page="https://physionet.org/content/mimic-iv-note/2.2/",
            version="built from MIMIC-IV 2.2",
        ),
        Dataset(
            name="mimic",
            files={"notes": "discharge.csv.gz", "diagnoses": "diagnoses_icd.csv.gz"},
            rows={"notes": 331794, "diagnoses": 4756326},
            access="credentialed",
            licence=PHYSIONET,
            page="https://physionet.org/content/mimic-iv-note/2.2/",
            version="2.2",
            folders={
                "notes": "https://physionet.org/files/mimic-iv-note/2.2/note",
                "diagnoses": "https://physionet.org/files/mimiciv/2.2/hosp",
            },
        ),
    )
}


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
        build = f"python -m clue.data build {dataset.name}{where}"
        return f"{command(DATASETS['mimic'], root)} && {build}"
    user = " --user NAME" if dataset.access == "credentialed" else ""
    return f"python -m clue.data fetch {dataset.name}{user}{where}"


def checksum(path: Path) -> str:
    """Sha256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
