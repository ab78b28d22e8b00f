"""The pair and the tasks of a page, chosen by name from the cells of a study."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from analysis.errors import PairingError
from analysis.names import display_order
from analysis.paired_study.cells_of_study import StudyCells
from analysis.paired_study.matching import align_all, undecided
from analysis.paired_study.pairs import ModelPair
from analysis.paired_study.series import AlignedPair, task_score
from analysis.settings import AnalysisConf
from clue.common.suggestion import unknown
from clue.errors import ConfigError


@dataclass(frozen=True)
class PairTasks:
    """A pair under one prompt setting, with the tasks on which its answers can be compared."""

    pair: ModelPair
    tasks: Sequence[AlignedPair]
    """In the order of the literature, at least one."""
    is_declared: bool
    """False if the prompt setting is not the declared one."""


def pair_tasks(study: StudyCells, conf: AnalysisConf, name: str, task: str | None) -> PairTasks:
    """Returns the pair that a person names, under the declared setting or the first that it has.

    Args:
        study: its cells.
        conf: validated settings.
        name: biomedical model, or `tuned:base`.
        task: None = every task that both models have.

    Raises:
        ConfigError: the study has no such pair.
        PairingError: the store has nothing to compare; gives the reasons.
    """
    pairs = _named(study.pairs, name)
    aligned, refused = align_all(replace(study, pairs=pairs), conf)
    usable = [one for one in aligned if task_score(one) and task in (None, one.match.task)]
    if not usable:
        reasons = [
            f"{one.task}: {one.reason}"
            for one in [*refused, *undecided(replace(study, pairs=pairs))]
            if task in (None, one.task)
        ]
        raise PairingError("\n".join([_nothing(pairs[0], task, study), *dict.fromkeys(reasons)]))
    prompts = sorted({one.match.pair.prompt for one in usable})
    declared = conf.declared_prompt
    prompt = declared if declared in prompts else prompts[0]
    tasks = [one for one in usable if one.match.pair.prompt == prompt]
    tasks.sort(key=lambda one: display_order(one.match.task))
    return PairTasks(tasks[0].match.pair, tasks, prompt == declared)


def _named(pairs: Sequence[ModelPair], name: str) -> list[ModelPair]:
    tuned, _, base = name.partition(":")
    named = [pair for pair in pairs if pair.tuned == tuned and base in ("", pair.base)]
    bases = sorted({pair.base for pair in named})
    if not named:
        choices = sorted({pair.tuned for pair in pairs})
        if tuned in choices:
            choices = sorted({f"{pair.tuned}:{pair.base}" for pair in pairs if pair.tuned == tuned})
        raise ConfigError(f"pair of the study: {unknown(name, choices)}")
    if len(bases) > 1:
        raise ConfigError(
            f"{name} has several bases: write one of "
            + ", ".join(f"{tuned}:{other}" for other in bases)
        )
    return named


def _nothing(pair: ModelPair, task: str | None, study: StudyCells) -> str:
    words = f"{pair.tuned} and {pair.base} have no comparable cells"
    words += f" of {task}" if task else ""
    trials = {one.table.facts["model"] for one in study.trials} & {pair.tuned, pair.base}
    if trials:
        return f"{words} in this study; trials are shown with include_trials=true"
    command = f"python run.py -m model={pair.tuned},{pair.base} task={task or 'all'}"
    return f"{words}: run both, e.g. {command}"
