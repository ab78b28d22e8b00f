"""Which documents a LongHealth prompt shows, in which order, and where they are cut.

All of it follows from the data set and the settings: the generator is seeded with patient, question
and repeat, and the budget is in characters, so no model's tokenizer or context changes what is
asked. The price: a budget that fits the shortest context of a comparison leaves room in the others.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from clue.config.schema import TaskConf
from clue.records import Sample

DISTRACTORS = 10
"""Documents of other patients, where they are shown (Dada et al. 2025, Level 2)."""
LEAST = 200
"""Characters of a document below which showing its beginning is of no use."""


@dataclass(frozen=True, slots=True)
class Question(Sample):
    """A question before its documents are chosen; `cluster` is the patient."""

    answering: tuple[str, ...] = ()
    """Documents of the patient that hold the answer."""
    others: tuple[str, ...] = ()
    """The patient's other documents."""


def present(
    questions: Sequence[Question], conf: TaskConf, separator: str | None = None
) -> tuple[list[Sample], list[str]]:
    """Each question `conf.repeats` times, with its documents as the field `documents`; and notes.

    The same generator and the same candidates give the same documents: with `per_patient` these
    are those of all the patient's questions together, so a prefix cache reads them once.

    Args:
        questions: of all patients, since the others' documents are the distractors.
        conf: the settings of the task.
        separator: stands between documents, as in the authors' scripts; None numbers them.
    """
    patients = _patients(questions)
    shown = [
        _Shown(conf, patients, question, repeat, separator)
        for question in questions
        for repeat in range(conf.repeats)
    ]
    crowded = sum(each.crowded for each in shown)
    note = (
        f"in {crowded} of {len(shown)} prompts the documents that hold the answer exceed "
        f"tasks.{conf.name}.budget={conf.budget} characters and are shortened evenly"
    )
    return [each.sample() for each in shown], [note] if crowded else []


def shortened(texts: Sequence[str], budget: int) -> list[str]:
    """Texts cut to one common length such that together they fit; shorter ones stay whole."""
    room = budget
    limit = budget
    for left, length in zip(range(len(texts), 0, -1), sorted(map(len, texts)), strict=True):
        limit = room // left
        if length > limit:
            break
        room -= length
    return [text if len(text) <= limit else _cut(text, limit) for text in texts]


def filled_up(
    needed: Sequence[str], fillers: Sequence[str], budget: int, order: random.Random
) -> list[str]:
    """The needed texts and as many fillers as fit, shuffled; the last filler may be cut.

    Needed texts are cut only where they exceed the budget alone, and then no filler is shown.
    """
    crowded = sum(map(len, needed)) > budget
    kept = shortened(needed, budget) if crowded else list(needed)
    for filler in [] if crowded else order.sample(fillers, len(fillers)):
        room = budget - sum(map(len, kept))
        if room < min(LEAST, len(filler)):
            break
        kept.append(filler if len(filler) <= room else _cut(filler, room))
    order.shuffle(kept)
    return kept


@dataclass(frozen=True)
class _Shown:
    conf: TaskConf
    patients: Mapping[str, Sequence[Question]]
    question: Question
    repeat: int
    separator: str | None

    def sample(self) -> Sample:
        """The question as it is asked."""
        fields = dict(self.question.fields)
        if self.conf.unanswerable:
            fields["option_f"] = self.conf.unanswerable
        shown = {
            "documents": _joined(self._documents(), self.separator),
            "options": "\n".join(_options(fields)),
        }
        return Sample(
            id=self.question.id,
            fields=fields | shown,
            target="F" if self.conf.documents == "foreign" else self.question.target,
            cluster=self.question.cluster,
            repeat=self.repeat,
        )

    def _documents(self) -> list[str]:
        order = random.Random(f"{self._seed}/{self.repeat}")
        own = self._needed() if self.conf.documents != "foreign" else []
        return filled_up(own, self._fillers(order), self.conf.budget or 0, order)

    @property
    def crowded(self) -> bool:
        """Whether the documents with the answer do not fit."""
        if self.conf.documents == "foreign":
            return False
        return sum(map(len, self._needed())) > (self.conf.budget or 0)

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


def _options(fields: Mapping[str, str]) -> Iterator[str]:
    for name, text in fields.items():
        if name.startswith("option_"):
            yield f"{name[-1].upper()}: {text}"


def _cut(text: str, length: int) -> str:
    """The text's beginning, of at most so many characters, up to the end of a word."""
    head = text[:length]
    whole_words = head.rsplit(maxsplit=1)
    return whole_words[0] if len(whole_words) == 2 else head
