"""Documents of a LongHealth prompt: their selection, order and length.

All three follow from the data set and the settings: the generator is seeded with patient, question
and repeat, and the budget is in characters, so no model's tokenizer or context changes the prompt.
Price: a budget for the shortest context of a comparison leaves the longer ones partly empty.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clue.config.schema import TaskConf
from clue.records import Sample
from clue.task.multiple_choice import option_lines

DISTRACTORS = 10
"""Number of documents of other patients in a prompt (Dada et al. 2025, Level 2)."""
MIN_CHARACTERS = 200
"""Least length of a document's beginning in a prompt; shorter ones are useless."""


@dataclass(frozen=True, slots=True)
class Question(Sample):
    """A question before its documents are chosen; `cluster` is the patient."""

    answering: tuple[str, ...] = ()
    """Documents of the patient that contain the answer."""
    others: tuple[str, ...] = ()
    """The patient's other documents."""

    def stripped(self) -> "Question":
        """Returns the question without white space around its texts and documents."""
        fields = {name: text.strip() for name, text in self.fields.items()}
        answering, others = (
            tuple(text.strip() for text in texts) for texts in (self.answering, self.others)
        )
        return replace(self, fields=fields, answering=answering, others=others)


@dataclass(frozen=True, slots=True)
class DoubleKeyQuestion(Question):
    """A question for which the authors' code expects another letter than the data set."""

    authors_target: str = ""
    """Their letter; empty: no option, so that every answer is wrong."""


@dataclass(frozen=True, slots=True)
class DoubleKeySample(Sample):
    """The sample of such a question."""

    authors_target: str = ""
    """As in `DoubleKeyQuestion`."""


def present(
    questions: Sequence[Question], conf: TaskConf, separator: str | None = None
) -> tuple[list[Sample], list[str]]:
    """Returns each question `conf.repeats` times with its field `documents`; and notes.

    The same generator and the same candidates give the same documents. With `per_patient` all
    questions of a patient share their documents, so a prefix cache computes them once.

    Args:
        questions: of all patients, since the others' documents are the distractors.
        conf: the settings of the task.
        separator: text between documents, as in the authors' scripts; None numbers them.
    """
    patients = _patients(questions)
    presentations = [
        _Presentation(conf, patients, question, repeat, separator)
        for question in questions
        for repeat in range(conf.repeats)
    ]
    crowded = sum(presentation.crowded for presentation in presentations)
    note = (
        f"in {crowded} of {len(presentations)} prompts the documents that hold the answer exceed "
        f"tasks.{conf.name}.budget={conf.characters} characters and are shortened evenly"
    )
    samples = [presentation.sample() for presentation in presentations]
    return samples, [note] if crowded else []


def shortened(texts: Sequence[str], budget: int) -> list[str]:
    """Cuts texts to one common length so that together they fit; shorter ones stay complete."""
    room = budget
    limit = budget
    for remaining, length in zip(range(len(texts), 0, -1), sorted(map(len, texts)), strict=True):
        limit = room // remaining
        if length > limit:
            break
        room -= length
    return [text if len(text) <= limit else _cut(text, limit) for text in texts]


def filled_up(
    needed: Sequence[str], fillers: Sequence[str], budget: int, order: random.Random
) -> list[str]:
    """Returns the needed texts and as many fillers as fit, shuffled; the last may be cut.

    Needed texts are cut only if they exceed the budget by themselves; then there is no filler.
    """
    crowded = sum(map(len, needed)) > budget
    selected = shortened(needed, budget) if crowded else list(needed)
    for filler in [] if crowded else order.sample(fillers, len(fillers)):
        room = budget - sum(map(len, selected))
        if room < min(MIN_CHARACTERS, len(filler)):
            break
        selected.append(filler if len(filler) <= room else _cut(filler, room))
    order.shuffle(selected)
    return selected


@dataclass(frozen=True)
class _Presentation:
    """One presentation of a question under the settings of a task."""

    conf: TaskConf
    patients: Mapping[str, Sequence[Question]]
    question: Question
    repeat: int
    separator: str | None

    def sample(self) -> Sample:
        """Returns the sample with its documents and options."""
        fields = dict(self.question.fields)
        if self.conf.unanswerable:
            fields["option_f"] = self.conf.unanswerable
        texts = {
            "documents": _joined(self._documents(), self.separator),
            "options": option_lines(fields),
        }
        unanswerable = self.conf.documents == "foreign"
        sample = Sample(
            id=self.question.id,
            fields=fields | texts,
            target="F" if unanswerable else self.question.target,
            cluster=self.question.cluster,
            repeat=self.repeat,
        )
        if unanswerable or not isinstance(self.question, DoubleKeyQuestion):
            return sample
        values = {name: getattr(sample, name) for name in Sample.__dataclass_fields__}
        return DoubleKeySample(**values, authors_target=self.question.authors_target)

    def _documents(self) -> list[str]:
        order = random.Random(f"{self._seed}/{self.repeat}")
        own = self._needed() if self.conf.documents != "foreign" else []
        return filled_up(own, self._fillers(order), self.conf.characters, order)

    @property
    def crowded(self) -> bool:
        """True if the documents that hold the answer exceed the budget."""
        if self.conf.documents == "foreign":
            return False
        return sum(map(len, self._needed())) > self.conf.characters

    @property
    def _seed(self) -> str:
        return self.question.id if self.conf.order == "per_question" else self.question.cluster

    def _needed(self) -> list[str]:
        if self.conf.order == "per_question":
            return list(self.question.answering)
        mates = self.patients[self.question.cluster]
        return list(dict.fromkeys(text for mate in mates for text in mate.answering))

    def _fillers(self, order: random.Random) -> list[str]:
        if self.conf.documents == "own":
            needed = set(self._needed())
            texts = (*self.question.answering, *self.question.others)
            return sorted(text for text in texts if text not in needed)
        foreign = [
            text
            for patient, (first, *_) in self.patients.items()
            if patient != self.question.cluster
            for text in sorted((*first.answering, *first.others))
        ]
        return order.sample(foreign, min(DISTRACTORS, len(foreign)))


def _patients(questions: Sequence[Question]) -> dict[str, list[Question]]:
    patients: dict[str, list[Question]] = {}
    for question in questions:
        patients.setdefault(question.cluster, []).append(question)
    return patients


def _joined(documents: Sequence[str], separator: str | None) -> str:
    if separator is not None:
        return f"\n\n{separator}\n\n".join(documents)
    numbered = (f"[Document {n}]\n{text}" for n, text in enumerate(documents, start=1))
    return "\n\n".join(numbered)


def _cut(text: str, length: int) -> str:
    """Returns the text's beginning, of at most so many characters, up to the end of a word."""
    head = text[:length]
    parts = head.rsplit(maxsplit=1)
    return parts[0] if len(parts) == 2 else head
