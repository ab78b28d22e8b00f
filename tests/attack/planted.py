"""Small data sets of all tasks with a planted word in every text, id, label and extra column."""

import json
from pathlib import Path

from tests import tiny

WORD = "qzvex"
"""Part of every planted word; nothing else in the project contains it."""
SIZE = 7
CREDENTIALED = ("mednli", "problem_summary", "medisumqa", "medisumcode")
FILES = {
    "mednli": "mednli/mli_test_v1.jsonl",
    "meqsum": "meqsum/MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx",
    "problem_summary": "problem_summary/BioNLP2023-1A-Test.csv",
    "longhealth1": "longhealth/benchmark_v5.json",
    "medisumqa": "medisumqa/MeDiSumQA.json",
    "medisumcode": "medisumcode/MeDiSumCode.json",
}
"""File of each task below the data folder."""


def study(data: Path) -> Path:
    """Write every data set into a folder; returns it."""
    tiny.study(data)
    labels = ("entailment", "neutral", "contradiction")
    tiny.lines(
        data / FILES["mednli"],
        [
            {
                "gold_label": labels[number % 3],
                "pairID": word("pair", number),
                "sentence1": f"{word('name', number)} has a swollen knee.",
                "sentence2": f"The knee of {word('name', number)} hurts.",
                word("field", 0): word("extra", number),
            }
            for number in range(SIZE)
        ],
    )
    rows = [
        (word("file", n), f"my {word('q', n)} hurts?", f"Does {word('s', n)} hurt?")
        for n in range(SIZE)
    ]
    tiny.workbook(data / FILES["meqsum"], [("File", "CHQ", "Summary"), *rows])
    tiny.table(
        data / FILES["problem_summary"],
        [
            {
                "File ID": word("note", number),
                "Subjectives": f'says "{word("subjective", number)}",\nslept badly',
                "Objectives": word("objective", number),
                "Assessment": f"{word('assessment', number)}, swollen",
                "Summary": f"{word('problem', number)}; fever",
                word("column", 0): word("cell", number),
            }
            for number in range(SIZE)
        ],
    )
    tiny.document(
        data / FILES["medisumqa"],
        [
            {
                "note_id": word("letter", number // 2),
                "Question": f"What is {word('question', number)}?",
                "Answer": f"It is {word('answer', number)}.",
                "discharge_summary": f"{word('summary', number // 2)}: the knee is swollen.",
                word("key", 0): word("value", number),
            }
            for number in range(SIZE)
        ],
    )
    tiny.document(
        data / FILES["medisumcode"],
        [
            {
                "hadm_id": word("stay", number),
                "subject_id": word("patient", number // 2),
                "text": f"{word('course', number)}: the knee hurts.",
                "icd_codes": [{"code": "M25.562", "description": word("code", number)}],
                word("key", 1): word("value", number),
            }
            for number in range(SIZE)
        ],
    )
    path = data / FILES["longhealth1"]
    text = path.read_text().replace("Letter ", f"{WORD}letter ").replace("mg ", f"{WORD}mg ")
    tiny.document(path, json.loads(text))
    return data


def word(kind: str, number: int) -> str:
    """A planted word."""
    return f"{WORD}{kind}{'abcdefghijklmnopqrstuvwxyz'[number]}"
