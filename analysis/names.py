"""Tasks, data sets and levels as the literature writes them: in sentences, tables and figures."""

from clue.task.levels import OVERALL

NAMES = {
    "mednli": "MedNLI",
    "meqsum": "MeQSum",
    "problem_summary": "Problem Summary",
    "longhealth": "LongHealth",
    "longhealth1": "LongHealth 1",
    "longhealth2": "LongHealth 2",
    "longhealth3": "LongHealth 3",
    "medisumqa": "MeDiSumQA",
    "medisumcode": "MeDiSumCode",
    "medqa": "MedQA",
    "pubmedqa": "PubMedQA",
    "mmlu_medical": "MMLU, medical",
    "medmcqa": "MedMCQA",
    "medec": "MEDEC",
    "aci_bench": "ACI-BENCH",
    "mts_dialog": "MTS-Dialog",
    "level1": "Level 1",
    "level2": "Level 2",
    "exam": "Exams",
    "open": "Open tasks",
    OVERALL: "Overall",
}
"""In the order of the literature; a task that is not listed is shown by its own name."""
IN_SENTENCES = {OVERALL: "the overall score", "exam": "the exams", "open": "the open tasks"}
"""Names that differ within a sentence."""


def display_name(task: str) -> str:
    """Name of a task, data set or level in a heading."""
    return NAMES.get(task, task)


def in_sentence(task: str) -> str:
    """Name of a task, data set or level within a sentence."""
    return IN_SENTENCES.get(task, display_name(task))


def display_order(task: str) -> tuple[int, str]:
    """Sort key of a task in tables and figures."""
    names = list(NAMES)
    return (names.index(task) if task in NAMES else len(names), task)
