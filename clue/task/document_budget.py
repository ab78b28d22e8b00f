"""Budget `auto` of a task with documents: as many characters as every model of a study can read.

All models of a study see the same documents, so the shortest context decides. The number of
characters is part of the fingerprint: with another shortest context it is another cell.
"""

from dataclasses import replace

from clue.config.schema import AUTO, TaskConf
from clue.config.study_pairs import declared_pair, models_with_files
from clue.config.study_schema import StudyConf
from clue.errors import ConfigError

LEAST_CONTEXT = 8192
"""Shortest context for which the paper's Level 2 is meant (Dada et al. 2025); models with less do
not run a task with documents, so they do not count."""
CHARACTERS_PER_TOKEN = 2.5
"""Fewest to expect. Letters have about 3.4 by a vocabulary of 49,000 tokens (SmolLM2) and less by
one of 32,000. Price: about a quarter of a context stays empty."""
RESERVED_TOKENS = 512
"""For the wording, the chat layout, the question and its options."""


def resolved(task: TaskConf, study: StudyConf) -> TaskConf:
    """Returns the task with its budget in characters.

    Raises:
        ConfigError: the budget is `auto`, and no model file of the study gives a context that is
            long enough.
    """
    if task.budget != AUTO:
        return task
    contexts = sorted(context for context in _contexts(study) if context >= LEAST_CONTEXT)
    if not contexts:
        raise ConfigError(
            f"tasks.{task.name}.budget=auto: no model file of the study {study.name!r} has "
            f"a context of {LEAST_CONTEXT:,} tokens or more. Give the budget in characters, e.g. "
            f"tasks.{task.name}.budget=20000"
        )
    tokens = contexts[0] - task.max_new_tokens - RESERVED_TOKENS
    return replace(task, budget=int(tokens * CHARACTERS_PER_TOKEN))


def _contexts(study: StudyConf) -> list[int]:
    """Returns the contexts of a study's pairs in tokens, as the model files give them."""
    models = models_with_files(study, {})
    pairs = (
        declared_pair(entry, models, study.comparator)
        for entry in study.models
        if entry.partition(":")[0] in models
    )
    contexts = (models[name].context for pair in pairs for name in pair if name in models)
    return [context for context in contexts if context]
