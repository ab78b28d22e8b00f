"""Frozen records: Sample, Prompt, Completion, Record; standard library only.

A `Sample` becomes a `Prompt`, a `Prompt` becomes a `Completion`, and the three with the scores
become a `Record`. Records of two models pair by task and `SampleKey`: (sample_id, repeat, wording,
draw). Equal `prompt_sha256` and `target_sha256` prove that both models saw the same question and
were compared with the same reference answer.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from math import fsum
from typing import Any, Literal, NamedTuple

FinishReason = Literal["stop", "length"]
ThoughtEnd = Literal["closed", "cut", "open", "absent"]
"""End of a thought: `closed` by the model; `cut`, closed in its place when the budget was used up;
`open`, its turn ended within the thought, and there is no answer; `absent`, it did not think."""
Role = Literal["system", "user", "assistant"]


def sha256(value: Any) -> str:
    """Returns the hex digest of a value's canonical JSON (sorted keys, no spaces, UTF-8).

    A text is JSON too: its quotation marks are part of what is hashed.

    >>> sha256({"b": 1, "a": 2}) == sha256({"a": 2, "b": 1})
    True
    >>> sha256("knee")[:16]
    '4b00825c352b75bd'
    """
    canonical = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def dotted(value: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields dotted keys and values of nested mappings.

    >>> dict(dotted({"a": {"b": 1}, "c": 2}))
    {'a.b': 1, 'c': 2}
    """
    for key, entry in value.items():
        if isinstance(entry, Mapping):
            yield from dotted(entry, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", entry


class SampleKey(NamedTuple):
    """Identity of a record within a task: the sample, its presentation, and the answer to it.

    The only list of a key's fields: stored lines, tables and files for a comparison take their
    names from it. Files that are older than a field lack it and read as its default.

    >>> SampleKey("knee-7", 0)
    SampleKey(sample_id='knee-7', repeat=0, wording=0, draw=0)
    """

    sample_id: str
    """`Sample.id`: the data set's own identifier."""
    repeat: int
    """`Sample.repeat`: number of the presentation that the data set prescribes."""
    wording: int = 0
    """Index of the wording among those that the task asks in; 0 is the first."""
    draw: int = 0
    """Index of the answer among those that are sampled for one prompt; 0 is the first."""

    @classmethod
    def of(cls, holder: object) -> "SampleKey":
        """Returns the key of an object that has the key's fields as attributes."""
        return cls(*(getattr(holder, name) for name in cls._fields))

    @property
    def digested(self) -> tuple[Any, ...]:
        """The key as digests contain it: of a first wording and draw, the sample and repeat alone.

        Digests are therefore those of the time before a key had more fields.

        >>> SampleKey("a", 1).digested
        ('a', 1)
        >>> SampleKey("a", 1, draw=2).digested
        ('a', 1, 0, 2)
        """
        first = SampleKey(self.sample_id, self.repeat)
        return (self.sample_id, self.repeat) if self == first else tuple(self)


class Message(NamedTuple):
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One item of a data set."""

    id: str
    """The data set's own identifier, unique within the task."""
    fields: Mapping[str, str]
    """Texts that the prompt templates may name, e.g. `question`."""
    target: str
    """The reference answer."""
    cluster: str
    """Unit of independence: premise, note or patient; otherwise the sample's id."""
    repeat: int = 0
    """Number of the presentation of the item (LongHealth shuffles documents five times)."""

    @property
    def key(self) -> SampleKey:
        """The key of the sample's first wording and draw."""
        return SampleKey(self.id, self.repeat)

    def prefixed(self, prefix: str) -> "Sample":
        """Returns the sample with text before its id: ids of two files may be equal.

        The cluster stays: the same dialogue in two files is one cluster.
        """
        return replace(self, id=f"{prefix}{self.id}")

    def stripped(self) -> "Sample":
        """Returns the sample without white space around its texts."""
        fields = {name: text.strip() for name, text in self.fields.items()}
        return replace(self, fields=fields, target=self.target.strip())


@dataclass(frozen=True)
class Prompt:
    """Messages to a model, before any chat template."""

    sample_id: str
    """`Sample.id`."""
    messages: tuple[Message, ...]
    """The conversation; the last turn is the user's."""
    max_new_tokens: int
    """Maximum length of the answer in tokens of the model."""
    repeat: int = 0
    """`Sample.repeat`."""
    wording: int = 0
    """Index of the wording, see `SampleKey`."""
    draw: int = 0
    """Index of the sampled answer that the prompt asks for, see `SampleKey`."""
    thought_tokens: int = 0
    """Maximum length of the thought before the answer; 0 = the answer at once. It is part of the
    fingerprint and not of the digest: a model that thinks and one that does not have one prompt."""

    @property
    def room(self) -> int:
        """Maximum length of thought and answer together."""
        return self.max_new_tokens + self.thought_tokens

    @cached_property
    def sha256(self) -> str:
        """Digest of messages and budget: equal for every model that gets the same prompt."""
        return sha256([self.messages, self.max_new_tokens])

    @property
    def name(self) -> str:
        """Name for messages: the first digits of `prompt_sha256`; an id may be an admission."""
        return f"prompt {self.sha256[:12]}"

    @property
    def key(self) -> SampleKey:
        """The identity of the record that the prompt leads to."""
        return SampleKey.of(self)


@dataclass(frozen=True, slots=True)
class Completion:
    """Output of a model for one prompt."""

    text: str
    """The answer, decoded without special tokens, cut before a stop string."""
    finish_reason: FinishReason
    """`stop`: the model ended its turn; `length`: the token budget was used up."""
    prompt_tokens: int
    """Tokens of the prompt, chat template included."""
    new_tokens: int
    """Tokens of the answer, the end-of-turn token included."""
    seconds: float
    """This completion's share of its batch's wall time."""
    thought: str | None = None
    """The thought before the answer, which no parser reads; None if there is none."""
    thought_tokens: int = 0
    """Tokens of the thought with its tags, in addition to `new_tokens`."""
    thought_end: ThoughtEnd | None = None
    """End of the thought; None = the model was to answer at once."""

    @property
    def all_tokens(self) -> int:
        """Tokens of thought and answer."""
        return self.new_tokens + self.thought_tokens

    def row(self) -> dict[str, Any]:
        """Returns the fields by name; those of a thought only if the model was to think.

        Lines and tables without thoughts are those of the time before there were thoughts.
        """
        fields = asdict(self)
        if self.thought_end is None:
            for name in THOUGHT_FIELDS:
                del fields[name]
        return fields


THOUGHT_FIELDS = ("thought", "thought_tokens", "thought_end")
"""Fields of a completion that only a model that was to think has."""


class TokenLogProbs(NamedTuple):
    """A continuation of a prompt in tokens of a model, each with its log-probability."""

    ids: tuple[int, ...]
    """Token ids behind the context that all continuations of the prompt share, shape (n,)."""
    logprobs: tuple[float, ...]
    """Natural logarithms in float32, not above 0, shape (n,)."""

    @property
    def total(self) -> float:
        """Log-probability of the complete continuation.

        >>> TokenLogProbs((7, 8), (-0.5, -1.0)).total
        -1.5
        """
        return fsum(self.logprobs)


@dataclass(frozen=True, slots=True)
class Record:
    """One scored sample of one cell: a row of the records table."""

    task: str
    """Name of the task file."""
    model: str
    """Name of the model file, or a name derived from the checkpoint's id."""
    sample_id: str
    """`Sample.id`."""
    repeat: int
    """`Sample.repeat`."""
    cluster: str
    """`Sample.cluster`."""
    prompt_sha256: str
    """`Prompt.sha256`."""
    target_sha256: str
    """Digest of the reference answer."""
    completion: Completion
    """Output of the model, with its tokens and seconds."""
    answer: str | None
    """Answer that the task's parser extracted from the completion; None if there is none."""
    scores: Mapping[str, float | None] = field(default_factory=dict)
    """Metric name to this sample's score, 0 to 1, full precision, never NaN; None if the
    reference alone leaves the metric undefined, for every model."""
    flags: Mapping[str, bool] = field(default_factory=dict)
    """Properties of the answer: `empty`, `truncated`, `unparsed`, `looped`, and the task's own."""
    measures: Mapping[str, float] = field(default_factory=dict)
    """Other numbers of the answer: `words`, `repeated_4grams`."""
    wording: int = 0
    """`Prompt.wording`."""
    draw: int = 0
    """`Prompt.draw`."""

    @property
    def key(self) -> SampleKey:
        """The record's identity within its task."""
        return SampleKey.of(self)

    def row(self) -> dict[str, Any]:
        """Returns one flat row: completion fields by name, `score_`, `flag_`, `measure_<name>`."""
        flat = {name: getattr(self, name) for name in _IDENTITY}
        flat |= self.completion.row() | {"answer": self.answer}
        flat |= {f"score_{name}": value for name, value in self.scores.items()}
        flat |= {f"flag_{name}": value for name, value in self.flags.items()}
        return flat | {f"measure_{name}": value for name, value in self.measures.items()}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Record":
        """Builds a record from its row; the inverse of `row`, also for rows of older tables."""
        row = SampleKey._field_defaults | dict(row)
        fields = Completion.__dataclass_fields__
        completion = Completion(**{name: row[name] for name in fields if name in row})
        return cls(
            **{name: row[name] for name in _IDENTITY},
            completion=completion,
            answer=row["answer"],
            scores=_prefixed(row, "score_"),
            flags=_prefixed(row, "flag_"),
            measures=_prefixed(row, "measure_"),
        )


_IDENTITY = ("task", "model", *SampleKey._fields, "cluster", "prompt_sha256", "target_sha256")


def _prefixed(row: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value for name, value in row.items() if name.startswith(prefix)
    }
