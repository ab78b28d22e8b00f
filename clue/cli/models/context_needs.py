"""How many tokens each task asks of a model: of real prompts where the data are, else estimated.

A guide to choosing models; a dry run counts with the model's own tokenizer.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clue.backends.word_count import WordCount
from clue.common.file_cache import cached_text
from clue.config.schema import ModelConf, PromptConf, TaskConf
from clue.errors import ClueError
from clue.records import sha256
from clue.task import task_files
from clue.task.task import Task

MEAN_WORDS = {
    "mednli": 21,
    "meqsum": 61,
    "problem_summary": 124,
    "medisumqa": 1452,
    "medisumcode": 1515,
}
"""Words of a sample's input by task module, on average (Dada et al. 2025)."""
CHARACTERS_PER_TOKEN = 4
"""Of English text; a budget of 20,000 characters is about 5,000 tokens."""


@dataclass(frozen=True)
class Need:
    """What a task asks of a model's context in the paper's protocol."""

    task: str
    level: int
    tokens: int | None
    """Of a prompt and its answer; None = unknown: a task without data and without known sizes."""
    longest: bool
    """Whether it is the longest prompt of the data that are here; else one of average length."""


def needs(data: Path, cache: Path) -> Iterator[Need]:
    """What each task of the study needs.

    Args:
        data: folder of the data sets.
        cache: keeps what was measured, by data file and task settings.
    """
    for name in task_files.names():
        conf = task_files.load(name)
        try:
            yield Need(name, conf.level, _measured(Task(conf, PromptConf(), data), cache), True)
        except ClueError:  # not here, or not as released: `python -m clue data status` says which
            yield Need(name, conf.level, _estimated(conf), False)


def _measured(task: Task, cache: Path) -> int:
    """The longest prompt and its answer, in estimated tokens."""

    def longest() -> str:
        split = task.split()
        counter = WordCount(ModelConf())
        prompts = (task.prompt(sample, split.shots) for sample in split.scored)
        return str(max(counter.count(prompt) + prompt.max_new_tokens for prompt in prompts))

    return int(cached_text(task.path(), cache, ["tokens", sha256(vars(task.conf))], longest))


def _estimated(conf: TaskConf) -> int | None:
    """A prompt of average length and its answer."""
    if conf.budget:
        said = conf.budget / CHARACTERS_PER_TOKEN
    elif conf.module in MEAN_WORDS:
        said = MEAN_WORDS[conf.module] * WordCount.TOKENS_PER_WORD
    else:
        return None
    around = len(conf.user.split()) * WordCount.TOKENS_PER_WORD
    system = len(conf.system.split()) * WordCount.TOKENS_PER_WORD
    return round(system + (conf.shots + 1) * (said + around)) + conf.max_new_tokens
