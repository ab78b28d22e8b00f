"""Per-sample results of one model in one score, independent of the program that wrote them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from analysis.thinking import Thinking, ThoughtEnds
from clue.records import SampleKey
from clue.task.answers.thoughts import is_thought_alone


@dataclass(frozen=True, slots=True)
class SampleRow:
    """Identity of one answer, with digests that prove that another model got the same prompt."""

    sample_id: str
    repeat: int = 0
    cluster: str | None = None
    """Unit of independence; None: the file has none, and the sample is its own cluster."""
    digests: Mapping[str, str] = field(default_factory=dict)
    """Digests of `prompt`, `target` or `doc`; digests that both files have must be equal."""
    content: str | None = None
    """Digest of the complete item: two ids with the same digest are the same item."""
    wording: int = 0
    draw: int = 0
    prompt: str | None = None
    """Name of the prompt, or its text, if a field was named for it; equal in both files."""

    @property
    def key(self) -> SampleKey:
        """Sample and presentation."""
        return SampleKey.of(self)

    @property
    def identity(self) -> tuple[SampleKey, str]:
        """Key and prompt, which together occur once in a file."""
        return self.key, self.prompt or ""


@dataclass(frozen=True)
class AnswerFacts:
    """Facts about the answers of one model besides their scores; None: the file does not tell."""

    number: int
    """Of the answers."""
    unread_percent: float | None = None
    """Percentage of answers in which no answer of the requested form was found."""
    blank_percent: float | None = None
    distinct: int | None = None
    """Number of different answers."""
    thoughts: int = 0
    """Number of thoughts without an answer."""
    layout: str | None = None
    """Layout of the turns: `plain`, `chat template`."""
    thinking: Thinking | None = None
    """Way of thinking before the answers."""
    ends: ThoughtEnds | None = None
    """Ends of the thoughts; None also if there are none."""

    @classmethod
    def of_texts(
        cls, texts: Sequence[str], unread_percent: float | None = None
    ) -> "AnswerFacts | None":
        """Returns the facts of answers, which are not kept; None without an answer."""
        if not texts:
            return None
        blank = sum(not text.strip() for text in texts)
        thoughts = sum(map(is_thought_alone, texts))
        share = 100 * blank / len(texts)
        return cls(len(texts), unread_percent, share, len(set(texts)), thoughts)


@dataclass(frozen=True)
class ModelResults:
    """Results of one model in one file."""

    path: Path
    format: str
    """Name of the format for users: `CSV`, `lm-evaluation-harness samples`."""
    score: str
    """Name of the score that was read."""
    rows: tuple[SampleRow, ...]
    scores: tuple[float | None, ...]
    """Score of each row, finite; None: undefined for this sample whatever a model answers."""
    model: str | None = None
    """Name of the model in the file."""
    task: str | None = None
    """Name of the task in the file."""
    signature: str | None = None
    """Definition of the score (library, version, options), if the file has one."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of the generation without the model, if the file has them."""
    marks: tuple[str, ...] = ()
    """Marks of the answers and data, if the file tells that they are made up (`clue.marks`)."""
    unscored: int = 0
    """Answers in the file that were never scored (a technical error): they are missing."""
    planned: tuple[str, ...] = ()
    """Ids of the samples that the run was to answer, if the file lists them."""
    facts: tuple[str, ...] = ()
    """Sentences on the file that a reader of a comparison must know."""
    answers: AnswerFacts | None = None
    """None: the file has no answers."""

    @property
    def name(self) -> str:
        """Name of the model, or of the file."""
        return self.model or self.path.stem

    @property
    def scored(self) -> str:
        """Name of the task and the score."""
        if self.task is None:
            return self.score
        return self.task if self.score == "score" else f"{self.task} ({self.score})"


@dataclass(frozen=True)
class ReadRequest:
    """File and fields to read. A dot in the name of a field leads into a field with fields."""

    path: Path
    score: str | None = None
    """None: the only score of the file."""
    cluster: str | None = None
    """Field that names the unit of independence; None: `cluster`, if it exists."""
    sample_id: str | None = None
    """Field with the id of a sample; None: that of the format."""
    repeat: str | None = None
    """Column of a table with the number of a repeat; None: `repeat`, if it exists."""
    filter_name: str | None = None
    """Filter of lm-evaluation-harness whose lines are read; None: the only one."""
    prompt: str | None = None
    """Field with the prompt of a row, by name or as a text; None: prompts are not told apart."""
