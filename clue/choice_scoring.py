"""Choice of the cells whose options are scored by their likelihood, and the stored values.

It is asked for by `scoring.choice=true`. It changes no answer, so it is no part of a fingerprint.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from clue.backends import Backend
from clue.checkpoints import continuation
from clue.config.schema import Config
from clue.errors import ConfigError
from clue.records import Prompt, Sample, sha256
from clue.store.likelihoods import Likelihoods, LikelihoodStore, LineKey
from clue.task import choices
from clue.task.task import Task

Options = Mapping[str, str]
"""Reference to the beginning of the answer that expresses it."""


class CellOptions(NamedTuple):
    """The options of a cell's samples."""

    options: tuple[Options, ...] = ()
    """One per sample; empty if they are not scored."""
    note: str = ""
    """Reason why they are not scored although it was asked for."""


def is_requested(config: Config, task: Task) -> bool:
    """True if the options of a task are to be scored: it was asked for, and the task is closed."""
    return config.scoring.choice and choices.is_closed(task)


def options_of(task: Task, samples: Sequence[Sample]) -> CellOptions:
    """Returns the options of samples; none, with the reason, if they cannot be compared."""
    options = tuple(choices.options(task.module, sample) for sample in samples)
    problem = choices.problem(options)
    return CellOptions((), _note(problem)) if problem else CellOptions(options)


def cell_options(
    config: Config, task: Task, samples: Sequence[Sample], backend: Backend
) -> CellOptions:
    """Returns the options that a backend scores.

    A baseline has no probabilities and goes on without them, since it stands in sweeps beside
    models.

    Raises:
        ConfigError: the backend gives no log-probabilities.
    """
    if not is_requested(config, task):
        return CellOptions()
    if task.thought_tokens:
        raise ConfigError(
            f"scoring.choice=true reads the probabilities of options at once, and {task.conf.name} "
            "is answered behind a thought: set scoring.choice=false or thinking.mode=none"
        )
    of_samples = options_of(task, samples)
    if not of_samples.options or backend.replays:
        return of_samples
    if config.model.baseline:
        return CellOptions((), _note("a rule has no probabilities"))
    problem = backend.likelihood_problem()
    if problem:
        raise ConfigError(
            f"scoring.choice=true: backend={config.backend.name}: {problem}. Use a backend that "
            "gives log-probabilities (transformers, vllm, a server for completions), or set "
            "scoring.choice=false"
        )
    return of_samples


def if_stored(options: CellOptions, prompts: Sequence[Prompt], folder: Path) -> CellOptions:
    """Returns options if all of their values are stored: a replay computes none."""
    stored = LikelihoodStore(folder).likelihoods()
    lacking = sum(
        line_key(prompt, texts) not in stored
        for prompt, texts in zip(prompts, options.options, strict=True)
    )
    if not lacking:
        return options
    return CellOptions(
        (),
        _note(
            f"{lacking} of {len(prompts)} prompts have no stored log-probabilities; the command "
            "that generated the answers computes them with scoring.choice=true"
        ),
    )


def line_key(prompt: Prompt, options: Options) -> LineKey:
    """Returns the key of a prompt's values: rules and texts of another kind have another one."""
    rules = [choices.VERSION, continuation.VERSION, "float32"]
    # all draws of a prompt have the same values
    return prompt.key._replace(draw=0), prompt.sha256, sha256([rules, dict(options)])


def in_order(names: Sequence[str], likelihoods: Likelihoods) -> Likelihoods:
    """Returns likelihoods in the order of the options."""
    return {name: likelihoods[name] for name in names}


def _note(reason: str) -> str:
    return f"not scored by likelihood: {reason}"
