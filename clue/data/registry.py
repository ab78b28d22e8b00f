"""Registry of the data sets: files, rows, access and licence of every release."""

from collections.abc import Mapping, Sequence
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
    test_splits: Sequence[str] = ("test",)
    """Splits that a task asks together, in this order; a sample's id then begins with its split."""

    def splits(self, split: str) -> Sequence[str]:
        """Splits that are read for a split: the test splits for `test`, otherwise itself."""
        return self.test_splits if split == "test" else (split,)

    @property
    def test_rows(self) -> int | None:
        """Official number of test samples; None if it is unknown."""
        counts = [self.rows[split] for split in self.test_splits if split in self.rows]
        return sum(counts) if len(counts) == len(self.test_splits) else None

    def address(self, split: str) -> str:
        """Address of a split's file."""
        return f"{self.folders[split]}/{self.files[split]}"


PHYSIONET = "PhysioNet Credentialed Health Data License 1.5.0"
MEDAGENTS = (
    "https://raw.githubusercontent.com/gersteinlab/medagents-benchmark/"
    "f5e50b69be8ef617a6de613cc8035929448e2b3b/data"
)
"""Redistributor of MedQA and MMLU: the authors publish archives that no plain address leads to."""
GITHUB = "https://raw.githubusercontent.com"

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
            name="medec",
            files={
                "test": "MEDEC-MS-TestSet-with-GroundTruth-and-ErrorType.csv",
                "valid": "MEDEC-MS-ValidationSet-with-GroundTruth-and-ErrorType.csv",
            },
            rows={"test": 597, "valid": 574},
            access="open",
            licence="CC BY 4.0",
            page="https://github.com/abachaa/MEDEC",
            version="MEDEC-MS 2024",
            sha256={
                "test": "f35e2c3c1e4d98ca900394c4fcff14c2a84752e48ddc83698401da6a360c707e",
                "valid": "7571aec311e2fb88d9084082af2323aa579d102e1d5e1a06faf930fe4fd3977d",
            },
            folders=dict.fromkeys(
                ("test", "valid"),
                f"{GITHUB}/abachaa/MEDEC/70268d24e3ce0cd6d0e099ff7bfd4966f2bbcc28/MEDEC-MS",
            ),
        ),
        Dataset(
            name="aci_bench",
            files={
                "test1": "clinicalnlp_taskB_test1.csv",
                "test2": "clinicalnlp_taskC_test2.csv",
                "test3": "clef_taskC_test3.csv",
                "train": "train.csv",
                "valid": "valid.csv",
            },
            rows={"test1": 40, "test2": 40, "test3": 40, "train": 67, "valid": 20},
            access="open",
            licence="CC BY 4.0",
            page="https://github.com/wyim/aci-bench",
            version="2023",
            sha256={
                "test1": "5cc4008e68545f84913744a8e493a58bdf17ba7e1b7a0be46d6943d6bfca9471",
                "test2": "599e3330a14e25a0e056aee1365ffac7ebe50058f15821eae42a5513c2bb5a4f",
                "test3": "d3c18362a42124ea2bd1b2b4b66ba76a11bb123dfdb416471ae3b5924d1428ec",
                "train": "6c778d4ac5e6cc6f1964786f9286e8d765c210f22ed6b57f83aff8497409cea4",
                "valid": "6629e89e3fb409d2b3eceab60dc7b32fe1d3fb8d4e07795039284965522aa4d0",
            },
            folders=dict.fromkeys(
                ("test1", "test2", "test3", "train", "valid"),
                f"{GITHUB}/wyim/aci-bench/b909b2bb9cf1d19de08df15cddde7bd0179665e4/data/challenge_data",
            ),
            test_splits=("test1", "test2", "test3"),
        ),
        Dataset(
            name="mts_dialog",
            files={
                "test1": "MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv",
                "test2": "MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv",
                "train": "MTS-Dialog-TrainingSet.csv",
                "valid": "MTS-Dialog-ValidationSet.csv",
            },
            rows={"test1": 200, "test2": 200, "train": 1201, "valid": 100},
            access="open",
            licence="CC BY 4.0",
            page="https://github.com/abachaa/MTS-Dialog",
            version="EACL 2023",
            sha256={
                "test1": "b4d38dd2c99b2e9860099abcf653f1e0f3e9b69f9fcc45be2a2699b37a4d2f37",
                "test2": "226644466ed3af82382b327a3e684aab70aa605b96cfd93b04f584f1826ab1a6",
                "train": "65a28681dd59fc159681ea026e44610f2af7bc64a0e7f892d763eb03d9f503dc",
                "valid": "227206520c4534381c0d7fba6d3f09319a9af5a6d9603a93c0341af1198e3958",
            },
            folders=dict.fromkeys(
                ("test1", "test2", "train", "valid"),
                f"{GITHUB}/abachaa/MTS-Dialog/3ff0801933608d6f570468c13125125fb5cabdea/Main-Dataset",
            ),
            test_splits=("test1", "test2"),
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
