"""A task on the data of one folder: samples, worked examples, prompts and protocol."""

import importlib
import logging
import random
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from clue.common.file_cache import checksum
from clue.common.plural import counted
from clue.config.schema import PromptConf, TaskConf
from clue.data.locate import locate
from clue.data.registry import DATASETS, DEMO, Dataset
from clue.errors import ConfigError, DataError
from clue.records import Message, Prompt, Role, Sample, sha256
from clue.task.templates import Wording, imported, own

log = logging.getLogger(__name__)


PRESENTATION = ("documents", "order", "budget", "unanswerable")
"""Settings that decide what a prompt of LongHealth holds; more repeats only add prompts."""


@dataclass(frozen=True)
class Split:
    """The samples of a cell."""

    shots: tuple[Sample, ...]
    """Worked examples, shown in every prompt, never scored."""
    scored: tuple[Sample, ...]
    notes: tuple[str, ...] = ()
    """What a reader of the scores should know of the data: other rows than officially, cuts."""


@dataclass(frozen=True)
class Task:
    """One task under one prompt setting on the data of one folder."""

    conf: TaskConf
    prompting: PromptConf
    data: Path
    limit: int | None = None

    @property
    def module(self) -> ModuleType:
        """The task's own reader and parser."""
        return importlib.import_module(f"clue.task.{self.conf.module}")

    @property
    def dataset(self) -> Dataset:
        """The official release that the task reads."""
        return DATASETS[self.module.DATASET]

    @property
    def access(self) -> str:
        """Access level of the data; the package's own are fictional."""
        return "open" if self.data == DEMO else self.dataset.access

    @property
    def shots(self) -> int:
        """Number of worked examples."""
        return self.conf.shots if self.prompting.shots is None else self.prompting.shots

    @cached_property
    def wording(self) -> Wording:
        """The task file's own words or the authors'; DataMissing tells how to import those."""
        return own(self.conf) if self.prompting.wording == "own" else imported(self.conf, self.data)

    def path(self, split: str = "test") -> Path:
        """Where a split's file lies; DataMissing tells where to get it."""
        return locate(self.dataset, split, self.data)

    def split(self) -> Split:
        """Worked examples and scored samples.

        The test file is shuffled with `random.Random(seed)` as in the authors' code; with
        `source=test` the first samples become the worked examples, so that the same items are
        scored as in the paper. A limit takes the first of the shuffled rest: a random sample, and
        the same for every model.

        Raises:
            DataError: the file is not as its official release, or holds too few samples.
        """
        samples, notes = self._read("test")
        if self.prompting.source == "train":
            examples, more = self._read("train")
            shots, notes = examples[: self.shots], [*notes, *more]
        else:
            shots, samples = samples[: self.shots], samples[self.shots :]
        if len(shots) < self.shots or not samples:
            raise DataError(
                f"{self.path()}: too few samples for {self.shots} worked examples and at least "
                "one question"
            )
        for note in notes:
            log.warning("%s: %s", self.conf.name, note)
        return Split(tuple(shots), tuple(samples[: self.least_limit]), tuple(notes))

    def prompt(self, sample: Sample, shots: tuple[Sample, ...]) -> Prompt:
        """The conversation that asks for one sample, worked examples first."""
        turns = [Message("system", self.wording.system)]
        for shot in shots:
            turns += [self._say("user", shot), self._say("assistant", shot)]
        messages = (*turns, self._say("user", sample))
        return Prompt(sample.id, messages, self.wording.max_new_tokens, sample.repeat)

    def protocol(self, shots: tuple[Sample, ...]) -> dict[str, Any]:
        """All of the task that can change a completion."""
        said = self.wording
        prompting = asdict(self.prompting) | {"name": None, "shots": self.shots}
        del prompting["wording"]  # what it chose is told instead, so that `own` is as it ever was
        return {
            "task": self.conf.name,
            "dataset_sha256": checksum(self.path()),
            "wording": [said.system, said.user, said.assistant],
            "shots": sha256([[shot.id, dict(shot.fields), shot.target] for shot in shots]),
            "prompting": prompting,
            "max_new_tokens": said.max_new_tokens,
            **self._presentation(),
            **said.origin(),
        }

    def _presentation(self) -> dict[str, Any]:
        if self.conf.documents is None:
            return {}
        presented = self._presented()
        return {name: getattr(presented, name) for name in PRESENTATION}

    def _presented(self) -> TaskConf:
        return replace(self.conf, unanswerable=self.wording.unanswerable)

    def _read(self, split: str) -> tuple[list[Sample], list[str]]:
        path = self.path(split)
        samples: list[Sample] = self.module.read(path)
        notes = []
        official = self.dataset.rows.get(split, len(samples))
        if len(samples) != official and self.data != DEMO:
            rows = counted(len(samples), "row")
            notes.append(f"{path.name} has {rows}, officially there are {official:,}")
        if self.conf.documents is not None:
            separator = self.wording.separator
            samples, crowded = self.module.present(samples, self._presented(), separator)
            notes += crowded
        random.Random(self.prompting.seed).shuffle(samples)
        return samples, notes

    @property
    def least_limit(self) -> int | None:
        """The smaller of the run's limit and the task's own; None = all samples are scored."""
        limits = [limit for limit in (self.limit, self.conf.limit) if limit is not None]
        return min(limits, default=None)

    def _say(self, role: Role, sample: Sample) -> Message:
        known = dict(sample.fields)
        template = self.wording.user
        if role == "assistant":
            template = self.wording.assistant
            known["target"] = self.wording.reference(sample.target)
        try:
            return Message(role, template.format_map(known))
        except (KeyError, ValueError, IndexError) as error:
            raise ConfigError(
                f"tasks.{self.conf.name}.{role} cannot be filled ({error!r}); it may name "
                f"{', '.join(known)}"
            ) from error
