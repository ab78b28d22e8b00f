"""Questions on discharge letters, built as MeDiSumQA was: from the patient's instructions.

After Dada et al. 2025, section 3: the discharge instructions are split off, and a model states
their facts one by one and asks a question for each. Pairs are filtered, and those whose question
reveals least of its answer are kept. Prompts, filters and sizes are this project's own. All of it
is clinical text: it stays in files that only their owner can read.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clue.data.mimic.discharge_instructions import Letter
from clue.records import Completion, Message, Prompt

STATEMENT_WORDS = (4, 40)
SUPPORTED = 0.6
"""Least share of a statement's words in the instructions; below it, the statement is invented."""

STATEMENT_EXAMPLES = (
    Message(
        "system",
        "You list what a hospital told a patient at discharge: one short sentence for each fact.",
    ),
    Message(
        "user",
        "Hospital's letter:\nYou broke your wrist in a fall. The cast stays on for six weeks; keep "
        "it dry!",
    ),
    Message(
        "assistant",
        "You broke your wrist when you fell.\nThe cast stays on for six weeks.\n"
        "The cast must not get wet.",
    ),
    Message(
        "user",
        "Hospital's letter:\nYour blood sugar was far too high, so we gave you insulin. From now "
        "on, measure it before every meal and see your family doctor within a week.",
    ),
    Message(
        "assistant",
        "Your blood sugar was far too high.\nYou were given insulin.\n"
        "Measure your blood sugar before every meal.\nSee your family doctor within a week.",
    ),
)
"""Two examples: a small model repeats a single one as if it were the patient's."""
QUESTION_EXAMPLES = (
    Message(
        "system",
        "You turn what a hospital told a patient into the short question that the patient asked.",
    ),
    Message("user", "Answer: The cast must not get wet.\nQuestion:"),
    Message("assistant", "Can I take a shower as usual?"),
    Message("user", "Answer: Measure your blood sugar before every meal.\nQuestion:"),
    Message("assistant", "How often do I have to check myself for diabetes?"),
    Message("user", "Answer: We found a stone in your kidney.\nQuestion:"),
    Message("assistant", "Why did my back hurt so much?"),
)


@dataclass(frozen=True)
class QuestionAnswer:
    """A question and its answer."""

    letter: Letter
    question: str
    answer: str

    @property
    def overlap(self) -> float:
        """Jaccard index of the words of question and answer."""
        question, answer = words(self.question), words(self.answer)
        union = question | answer
        return len(question & answer) / len(union) if union else 1.0

    def row(self) -> dict[str, str]:
        """Row of the released file, as `clue.task.medisumqa` reads it."""
        return {
            "note_id": self.letter.note_id,
            "Question": self.question,
            "Answer": self.answer,
            "discharge_summary": self.letter.summary,
        }


def words(text: str) -> set[str]:
    """Returns the distinct words in lower case."""
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def statement_prompt(letter: Letter) -> Prompt:
    """Prompt for the facts of the instructions."""
    request = Message("user", f"Hospital's letter:\n{letter.instructions}")
    return Prompt(letter.note_id, (*STATEMENT_EXAMPLES, request), 384)


def read_statements(
    letter: Letter, completion: Completion, limit: int, counts: Counter[str]
) -> list[str]:
    """Returns the first `limit` distinct sentences of an answer that can be asked about.

    Left out: sentences of another length, questions, announcements ("as follows:"), a last sentence
    that the budget cut, and statements that are not in the instructions.
    """
    lines = completion.text.splitlines()
    bare = (re.sub(r"^\s*(?:[-*•]|\d+[.)])\s*", "", line) for line in lines)
    sentences = [part.strip() for line in bare for part in re.split(r"(?<=[.!?])\s+", line)]
    if completion.finish_reason == "length":
        sentences = sentences[:-1]
    low, high = STATEMENT_WORDS
    fitting = (sentence for sentence in sentences if low <= len(sentence.split()) <= high)
    candidates = list(dict.fromkeys(text for text in fitting if not text.endswith(("?", ":"))))
    supported = [sentence for sentence in candidates if _is_supported(sentence, letter)]
    invented = len(candidates) - len(supported)
    counts["statements that are not in the instructions, left out"] += invented
    return supported[:limit]


def question_prompt(letter: Letter, number: int, statement: str) -> Prompt:
    """Prompt for the question that a statement answers."""
    request = Message("user", f"Answer: {statement}\nQuestion:")
    return Prompt(letter.note_id, (*QUESTION_EXAMPLES, request), 64, repeat=number)


def read_question(text: str) -> str | None:
    """Returns the first sentence if it is a question of three words or more."""
    match = re.match(r"[\s\"'*]*(?:Question:\s*)?([^.!?\n]*\?)", text)
    return match[1] if match and len(match[1].split()) > 2 else None


def without_repeats(pairs: Iterable[QuestionAnswer], counts: Counter[str]) -> list[QuestionAnswer]:
    """Drops pairs that repeat a question or answer of their letter, in any order of words."""
    seen: set[tuple[str, str]] = set()
    distinct = []
    for pair in pairs:
        keys = {
            (pair.letter.note_id, " ".join(sorted(words(text))))
            for text in (pair.question, pair.answer)
        }
        if keys & seen:
            counts["repeated questions or answers, left out"] += 1
        else:
            distinct.append(pair)
            seen |= keys
    return distinct


def least_revealing(pairs: Sequence[QuestionAnswer], size: int) -> list[QuestionAnswer]:
    """Selects the pairs of least overlap; the result is ordered by letter and question."""
    ranked = sorted(pairs, key=lambda pair: (pair.overlap, pair.letter.note_id, pair.question))
    return sorted(ranked[:size], key=lambda pair: (pair.letter.note_id, pair.question))


def _is_supported(statement: str, letter: Letter) -> bool:
    stated = words(statement)
    return bool(stated) and len(stated & words(letter.instructions)) >= SUPPORTED * len(stated)
