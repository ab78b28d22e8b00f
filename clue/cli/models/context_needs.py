"""Context that each task needs in tokens: of real prompts if the data are here, else estimated.

A guide to the choice of models; a dry run counts with the model's own tokenizer.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from clue.backends.word_count import WordCount
from clue.common.file_cache import cached_text, checksum
from clue.config.schema import AUTO, ModelConf, PromptConf, TaskConf
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
    "medqa": 138,
    "pubmedqa": 219,
    "mmlu_medical": 66,
    "medec": 140,
    "aci_bench": 1316,
    "mts_dialog": 103,
}
"""Mean words of a sample's input by task module: Dada et al. 2025; of exams (question with options
or abstract) and open data sets counted in the released files."""
CHARACTERS_PER_TOKEN = 4
"""In English text; a budget of 20,000 characters is about 5,000 tokens."""


@dataclass(frozen=True)
class ContextNeed:
    """Tokens that a task needs in the paper's protocol."""

    task: str
    level: str | None
    tokens: int | None
    """Tokens of a prompt and its answer; None = unknown: no data and no published size."""
    longest: bool
    """True: the longest prompt of the data here; False: a prompt of average length."""


def context_needs(data: Path, cache: Path) -> Iterator[ContextNeed]:
    """Yields the context that each task of the study needs.

    Args:
        data: folder of the data sets.
        cache: folder of measured lengths, by data file and task settings.
    """
    for name in task_files.names():
        conf = task_files.load(name)
        try:
            yield ContextNeed(
                name, conf.level, _measured(Task(conf, data, PromptConf()), cache), True
            )
        except ClueError:  # missing or not as released: see `python -m clue data status`
            yield ContextNeed(name, conf.level, _estimated(conf), False)


def _measured(task: Task, cache: Path) -> int:
    """Returns the estimated tokens of the longest prompt and its answer."""

    def longest() -> str:
        split = task.split()
        counter = WordCount(ModelConf())
        prompts = task.prompts(split)
        return str(max(counter.count(prompt) + prompt.max_new_tokens for prompt in prompts))

    first, *others = task.all_files
    key = ["tokens", sha256(asdict(task.conf)), *map(checksum, others)]
    return int(cached_text(first, cache, key, longest))


def _estimated(conf: TaskConf) -> int | None:
    """Returns the estimated tokens of a prompt of average length and its answer."""
    if conf.budget and conf.budget != AUTO:
        input_tokens = conf.characters / CHARACTERS_PER_TOKEN
    elif conf.module in MEAN_WORDS:
        input_tokens = MEAN_WORDS[conf.module] * WordCount.TOKENS_PER_WORD
    else:
        return None
    template = len(conf.user.split()) * WordCount.TOKENS_PER_WORD
    system = len(conf.system.split()) * WordCount.TOKENS_PER_WORD
    return round(system + (conf.shots + 1) * (input_tokens + template)) + conf.max_new_tokens
