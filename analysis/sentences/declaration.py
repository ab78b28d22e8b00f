"""Sentences about the declaration of a study and the stored cells that count."""

from collections.abc import Sequence

from clue.common.plural import counted
from clue.study.declaration import Declaration
from clue.study.membership import Trial


def declared(declaration: Declaration, present: int) -> str:
    """Returns the size of a study and the number of cells of its pairs that are stored.

    Args:
        declaration: the study.
        present: number of stored cells that count for its pairs.
    """
    pairs, tasks = counted(len(declaration.pairs), "pair"), counted(len(declaration.tasks), "task")
    prompts = ", ".join(declaration.prompts)
    setting = "prompt setting" if len(declaration.prompts) == 1 else "prompt settings"
    total = len(declaration.pair_keys)
    return (
        f"Study {declaration.name}: {pairs} on {tasks}, {setting} {prompts}; "
        f"{present} of {counted(total, 'cell')} of the pairs {'is' if present == 1 else 'are'} "
        "stored."
    )


def hypothesis_families(declaration: Declaration) -> str:
    """Returns the number of declared hypotheses, whatever is stored; empty without families."""
    sizes = {name: size for name, size in declaration.hypotheses().items() if size}
    if not sizes:
        return "The study declares no confirmatory hypothesis."
    parts = [f"{size} on {_FAMILIES[name]}" for name, size in sizes.items()]
    text = f"Holm's correction is over the declared hypotheses: {', '.join(parts)}."
    if declaration.conf.level_contrast is None:
        return text
    return f"{text} Exam questions minus clinical tasks is one more, tested by itself."


def trials_by_reason(trials: Sequence[Trial]) -> list[str]:
    """Returns a line for each model, prompt setting, reason and note, with the tasks."""
    tasks: dict[tuple[str, str, str], list[str]] = {}
    for trial in trials:
        facts = trial.table.facts
        text = f"{trial.reason} (note: {trial.note})" if trial.note else trial.reason
        key = (str(facts["model"]), str(facts["prompt"]), text)
        tasks.setdefault(key, []).append(str(facts["task"]))
    return [
        f"{model} on {', '.join(sorted(set(names)))} ({prompt}): {text}"
        for (model, prompt, text), names in tasks.items()
    ]


_FAMILIES = {"overall": "the overall score", "levels": "levels", "tasks": "tasks"}
