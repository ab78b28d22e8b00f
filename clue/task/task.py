"""Task on the data of one folder: samples, worked examples, prompts and protocol."""

import logging
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

from clue.config.generation_schema import COT, NATIVE, NATIVE_BUDGET, ThinkingConf
from clue.config.schema import CROSSED, ONE, SPREAD, Config, PromptConf, TaskConf
from clue.data.left_out import LEFT_OUT
from clue.data.locate import data_root
from clue.errors import DataError
from clue.records import Prompt, Sample, sha256
from clue.task.document_budget import resolved
from clue.task.population import Population
from clue.task.prompt_messages import PromptMessages, requesting
from clue.task.sample_split import SampleSplit
from clue.task.task_data import TaskData
from clue.task.templates import PromptTemplates, imported, own
from clue.task.wordings import wordings

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task(TaskData):
    """One task under one prompt setting on the data of one folder."""

    prompting: PromptConf
    limit: int | None = None
    draws: int = 1
    """Answers to each prompt."""
    thinking: ThinkingConf = field(default_factory=ThinkingConf)

    @classmethod
    def of(cls, config: Config, name: str) -> "Task":
        """Returns a task of a configuration, with its settings resolved.

        Raises:
            ConfigError: its budget is `auto`, and its study does not determine one.
        """
        conf = resolved(config.tasks[name], config.study)
        ways = config.generation.draws, config.thinking
        return cls(conf, data_root(config.paths.data), config.prompt, config.limit, *ways)

    @property
    def unlimited(self) -> "Task":
        """The task without limits of samples."""
        return replace(self, limit=None, conf=replace(self.conf, limit=None))

    @property
    def shots(self) -> int:
        """Number of worked examples."""
        return self.conf.shots if self.prompting.shots is None else self.prompting.shots

    @cached_property
    def templates(self) -> PromptTemplates:
        """Templates of the task file or of the authors.

        Raises:
            DataMissing: the authors' templates are not imported; says how to import them.
        """
        return own(self.conf) if self.prompting.wording == "own" else imported(self.conf, self.data)

    @cached_property
    def population(self) -> Population | None:
        """The prompts that items are asked with; None: one prompt asks all of them.

        Raises:
            ConfigError: the task has no wordings, or one of them asks something else.
        """
        if not self.prompting.is_population:
            return None
        labels = tuple(self.conf.labels) or getattr(self.module, "LABELS", ())
        texts = wordings(self.conf, labels)
        return Population.drawn(self.conf, texts, self.templates, self.prompting, self.shots)

    @property
    def source(self) -> str:
        """Source of the worked examples: a split of the data, or `PACKAGE`.

        A task that never shows items of its test file replaces `test` by a source of its own.
        """
        return (self.conf.source or "test") if self.prompting.source == "test" else "train"

    @property
    def splits(self) -> tuple[str, ...]:
        """Splits whose files are read: worked examples that are not shown need no file."""
        return ("test", self.source) if self.shots and self.source != "test" else ("test",)

    @property
    def all_files(self) -> tuple[Path, ...]:
        """All files that are read, also those of worked examples; each once.

        Raises:
            DataMissing: there is no such file; says where to get it.
        """
        paths = (path for split in self.splits for path in self.split_files(split))
        return tuple(dict.fromkeys(paths))

    @property
    def data_key(self) -> str:
        """Digest of everything that samples and prompts depend on; of files size and time.

        Raises:
            OSError: a file is missing.
        """
        stats = [(path, path.stat()) for path in self.all_files]
        files = [[str(path), stat.st_size, stat.st_mtime_ns] for path, stat in stats]
        settings = [asdict(self.conf), asdict(self.prompting), asdict(self.thinking), self.draws]
        return sha256([settings, self.limit, files])

    def split(self, *, quiet: bool = False) -> SampleSplit:
        """Reads the data and splits them into worked examples and scored samples.

        The test file is shuffled with `random.Random(seed)` as in the authors' code. With
        `source=test` the first samples become the worked examples, so that the same items are
        scored as in the paper. A limit takes the first of the shuffled rest: a random sample that
        is the same for every model. Other sources of worked examples are shuffled in the same way,
        and all of the test file is scored.

        Args:
            quiet: log no notes, because the settings are not those of the user.

        Raises:
            DataError: the file differs from its official release, or has too few samples.
        """
        samples, notes = self._read("test")
        pool = self.population.pool if self.population else self.shots
        if self.source == "test":
            shots, samples, least = samples[:pool], samples[pool:], pool
        else:
            examples, source_notes = self._read(self.source) if self.shots else ([], [])
            shots, notes, least = examples[:pool], [*notes, *source_notes], self.shots
        if len(shots) < least or not samples:
            raise DataError(
                f"{self.path(self.source)}: too few samples for {least} worked examples and "
                "at least one question"
            )
        for note in () if quiet else notes:
            log.warning("%s: %s", self.conf.name, note)
        rule = getattr(self.module, "reference_upstream", None)
        entries = self._asked(samples)
        return SampleSplit(
            shots=tuple(shots),
            scored=tuple(sample for sample, *_ in entries),
            wordings=tuple(number for _, number, _ in entries),
            draws=tuple(draw for *_, draw in entries),
            notes=tuple(notes),
            left_out=tuple(note for note in notes if note.startswith(LEFT_OUT)),
            has_authors_references=any(rule(one) != one.target for one in samples if rule),
        )

    def _asked(self, samples: Sequence[Sample]) -> list[tuple[Sample, int, int]]:
        """Samples with the numbers of their prompts and draws; those of one prompt stand together.

        What prompts share is then read once.
        """
        scored = samples[: self.effective_limit]
        numbers = self.population.numbers(samples) if self.population else {}
        pairs = [(one, number) for one in scored for number in numbers.get(one.key, (0,))]
        pairs.sort(key=lambda one: one[1])
        return [(sample, number, draw) for sample, number in pairs for draw in range(self.draws)]

    def prompts(self, split: SampleSplit) -> tuple[Prompt, ...]:
        """Returns the prompts of a split, one per scored sample, in their order."""
        entries = zip(split.scored, split.wordings, split.draws, strict=True)
        return tuple(
            replace(self.prompt(sample, split.shots, number), draw=draw)
            for sample, number, draw in entries
        )

    def prompt(self, sample: Sample, shots: tuple[Sample, ...], number: int = 0) -> Prompt:
        """Returns the prompt of one sample, with the worked examples first.

        Args:
            sample: the question.
            shots: `SampleSplit.shots`.
            number: of the prompt in the population.
        """
        templates = self.templates
        if self.population is None:
            turns = PromptMessages(self.conf.name, templates, templates.system)
        else:
            turns = self.population.all_messages[number]
            shots = self.population.worked_examples(number, shots)
        messages = requesting(turns.of(sample, shots), self.thought_request)
        return Prompt(
            *(sample.id, messages, templates.max_new_tokens, sample.repeat, number),
            thought_tokens=self.thought_tokens,
        )

    @property
    def thought_request(self) -> str:
        """Sentence that asks for a chain of thought; empty = nothing asks for one."""
        return self.conf.thought_request if self.thinking.mode == COT else ""

    @property
    def thought_tokens(self) -> int:
        """Most tokens of a thought before an answer; 0 = the answer at once."""
        if self.thinking.mode == NATIVE:
            return self.thinking.budget or NATIVE_BUDGET
        return (self.thinking.budget or self.conf.thought_tokens) if self.thought_request else 0

    @property
    def presented(self) -> TaskConf:
        """The task's settings with the option of unanswerable questions as prompts show it."""
        return replace(self.conf, unanswerable=self.templates.unanswerable)

    def _read(self, split: str) -> tuple[list[Sample], list[str]]:
        samples, notes = self.read(split)
        if self.templates.words_sha256 is None:  # the authors' prompts keep white space
            samples = [sample.stripped() for sample in samples]
        if self.conf.documents is not None:
            separator = self.templates.separator
            samples, shortened = self._module.present(samples, self.presented, separator)
            notes += shortened
        random.Random(self.prompting.seed).shuffle(samples)
        return samples, notes

    @property
    def row_limit(self) -> int | None:
        """Upper bound of scored prompts: each sample may be asked with several prompts."""
        return None if self.effective_limit is None else self.effective_limit * self.prompts_each

    @property
    def prompts_each(self) -> int:
        """Prompts that each sample is asked with."""
        conf = self.prompting
        return {ONE: 1, SPREAD: conf.per_item, CROSSED: conf.population}[conf.design]

    @property
    def effective_limit(self) -> int | None:
        """The smaller of the run's limit and the task's limit; None = all samples are scored."""
        limits = [limit for limit in (self.limit, self.conf.limit) if limit is not None]
        return min(limits, default=None)
