"""Registry of the data sets: files, rows, access and licence of every release."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

DEMO = Path(__file__).resolve().parent / "demo"
"""Folder of the package's fictional data; selected by `paths.data=demo`."""


@dataclass(frozen=True)
class Dataset:
    """Official release of a data set."""

    name: str
    """Also the folder's name in the data folder, upper or lower case."""
    files: Mapping[str, str]
    """Official file name by split."""
    rows: Mapping[str, int]
    """Official number of rows by split, if known."""
    access: Literal["open", "credentialed"]
    licence: str
    page: str
    version: str
    sha256: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, str] = field(default_factory=dict)
    """Address of the file's folder by split; empty for data sets that are built here."""
    other_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the split's file in other releases of the same content, by split."""

    def address(self, split: str) -> str:
        """Address of a split's file."""
        return f"{self.folders[split]}/{self.files[split]}"


PHYSIONET = "PhysioNet Credentialed Health Data License 1.5.0"
MEDAGENTS = (
    "https://raw.githubusercontent.com/gersteinlab/medagents-benchmark/"
    "f5e50b69be8ef617a6de613cc8035929448e2b3b/data"
)
"""Redistributor of MedQA and MMLU: the authors publish archives that no plain address leads to."""

DATASETS = {
    dataset.name: dataset
    for dataset in (
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
            name="medqa",
            files={"test": "test.jsonl"},
            rows={"test": 1273},
            access="open",
            licence="MIT",
            page="https://github.com/jind11/MedQA",
            version="US, 4 options; redistributed with the field realidx",
            sha256={"test": "b0536be0ff396be91eb0cf61a42056b0abef06a23e7e8be491d62fd959b77b72"},
            folders={"test": f"{MEDAGENTS}/medqa"},
            other_names={"test": ("phrases_no_exclude_test.jsonl",)},
        ),
        Dataset(
            name="pubmedqa",
            files={"train": "ori_pqal.json", "test": "test_ground_truth.json"},
            rows={"test": 500, "train": 500},
            access="open",
            licence="MIT",
            page="https://github.com/pubmedqa/pubmedqa",
            version="PQA-L",
            sha256={
                "test": "939fe566f09017d13b1ca64d2ddfee0bc2374b366048152997669cccedc44d51",
                "train": "8b3276be8942ebbd77f3ddcda12c1749bf0e490045a736fd8438ee40cf37a41d",
            },
            folders=dict.fromkeys(
                ("test", "train"),
                "https://raw.githubusercontent.com/pubmedqa/pubmedqa/"
                "1f00b98d5cc626844bf8c4ca513b6e62c40071ec/data",
            ),
        ),
        Dataset(
            name="mmlu_medical",
            files={"test": "test.jsonl"},
            rows={"test": 1089},
            access="open",
            licence="MIT",
            page="https://github.com/hendrycks/test",
            version="six subjects; redistributed as JSON lines",
            sha256={"test": "d1ac8949044ccd412b883b90ba918933531f5eaefb40166673c4989fa1bbf1b9"},
            folders={"test": f"{MEDAGENTS}/mmlu"},
            other_names={"test": ("test-00000-of-00001.parquet", "anatomy_test.csv")},
        ),
        Dataset(
            name="medmcqa",
            files={"test": "validation-00000-of-00001.parquet"},
            rows={"test": 4183},
            access="open",
            licence="Apache-2.0",
            page="https://huggingface.co/datasets/openlifescienceai/medmcqa",
            version="validation split; its sha256 is not known",
            folders={
                "test": "https://huggingface.co/datasets/openlifescienceai/medmcqa/resolve/"
                "91c6572c454088bf71b679ad90aa8dffcd0d5868/data"
            },
            other_names={"test": ("dev.json", "validation.jsonl")},
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
