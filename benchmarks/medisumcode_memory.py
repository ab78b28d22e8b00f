"""Memory and time of building MeDiSumCode from files of MIMIC-IV's real dimensions.

    python -m benchmarks.medisumcode_memory [--scale 0.01] [--folder /var/tmp]

The files are synthetic, seeded, and deleted afterwards: 331,794 letters of 10,000 characters on
average, with text repeated from the demonstration data, and 4.76 million diagnoses of 430,852
admissions with real codes, 60 % of the admissions in ICD-9. At scale 1 they take 3.3 GB unpacked,
less than 1 GB packed. The peak is that of the building process alone.
"""

import argparse
import csv
import gzip
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from clue import icd
from clue.config.folders import ROOT
from clue.data.locate import locate
from clue.data.mimic.icd9 import equivalents
from clue.data.readers import csv_rows
from clue.data.registry import DATASETS, DEMO

LETTERS, ADMISSIONS, DIAGNOSES, PATIENTS = 331_794, 430_852, 4_756_326, 180_733
CHARACTERS = 10_000
ICD9_SHARE = 0.6
"""Share of the admissions that are coded in ICD-9."""
FILES = DATASETS["mimic"].files
COMMAND = ("-m", "clue.data", "build", "medisumcode")
FIRST_PATIENT, FIRST_ADMISSION = 10_000_000, 20_000_000


def patient(admission: int, scale: float) -> int:
    """Patient of an admission; every patient has two or three admissions."""
    return FIRST_PATIENT + admission % max(1, round(PATIENTS * scale))


def write_letters(path: Path, scale: float, seed: int = 1) -> int:
    """Write a letter for each of the first admissions; returns their number."""
    order = random.Random(seed)
    demo = [row["text"] for _, row in csv_rows(locate(DATASETS["mimic"], "notes", DEMO), ["text"])]
    source = "\n".join(demo)
    texts = [_quoted(_cut(source, order)) for _ in range(200)]
    with gzip.open(path, "wt", compresslevel=1, newline="") as file:
        file.write("note_id,subject_id,hadm_id,note_type,note_seq,charttime,storetime,text\n")
        for number in range(round(LETTERS * scale)):
            subject = patient(number, scale)
            admission = FIRST_ADMISSION + number
            head = f"{subject}-DS-{number},{subject},{admission},DS,{number},2150-01-01,,"
            file.write(head + order.choice(texts))
    return round(LETTERS * scale)


def write_diagnoses(path: Path, scale: float, seed: int = 1) -> int:
    """Write diagnoses in the order of the admissions; returns their number."""
    order = random.Random(seed)
    codes = {
        "10": _sample_codes(order, icd.code_list().billable),
        "9": _sample_codes(order, equivalents()),
    }
    admissions, rows = round(ADMISSIONS * scale), 0
    with gzip.open(path, "wt", compresslevel=1, newline="") as file:
        file.write("subject_id,hadm_id,seq_num,icd_code,icd_version\n")
        for number in range(admissions):
            version = "9" if order.random() < ICD9_SHARE else "10"
            size = round(order.triangular(1, 2 * DIAGNOSES / ADMISSIONS - 1))
            head = f"{patient(number, scale)},{FIRST_ADMISSION + number}"
            diagnoses = order.choices(codes[version], k=size)
            file.write("".join(f"{head},{n},{c},{version}\n" for n, c in enumerate(diagnoses, 1)))
            rows += size
    return rows


def build(folder: Path, icd9: str) -> float:
    """Run the command in its own process; returns seconds."""
    out = folder / f"{icd9}.json"
    command = [sys.executable, *COMMAND, "--data", str(folder), "--out", str(out), "--icd9", icd9]
    started = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT)
    return time.perf_counter() - started


def main() -> None:
    """Write the files, build without ICD-9 admissions and then with mapped ones."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the real dimensions")
    parser.add_argument("--folder", type=Path, help="folder of the temporary files")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as name:
        mimic = Path(name) / "mimic"
        mimic.mkdir()
        letters = write_letters(mimic / FILES["notes"], arguments.scale)
        rows = letters + write_diagnoses(mimic / FILES["diagnoses"], arguments.scale)
        packed = sum(path.stat().st_size for path in mimic.iterdir())
        print(f"{rows:,} rows, {letters:,} of them letters, {packed / 2**20:.0f} MiB packed")
        for icd9 in ("exclude", "map"):
            seconds = build(Path(name), icd9)
            # kibibytes on Linux; the largest child so far, so the second figure covers both
            peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**10
            print(
                f"--icd9 {icd9}: {seconds:.0f} s, {rows / seconds:,.0f} rows/s, "
                f"peak {peak:.0f} MiB",
                flush=True,
            )


def _cut(text: str, order: random.Random) -> str:
    start = order.randrange(len(text))
    return (text[start:] + text)[: round(order.gauss(CHARACTERS, CHARACTERS / 4))]


def _quoted(text: str) -> str:
    cell = io.StringIO()
    csv.writer(cell, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow([text])
    return cell.getvalue()


def _sample_codes(order: random.Random, codes: Iterable[str]) -> list[str]:
    """About as many distinct codes as MIMIC has."""
    return order.sample(sorted(codes), 10_000)


if __name__ == "__main__":
    main()
