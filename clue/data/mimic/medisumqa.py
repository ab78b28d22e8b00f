"""Build questions on discharge letters as MeDiSumQA was: from what the letter tells the patient.

After Dada et al. 2025, section 3: the discharge instructions are split off, a model states their
facts one by one and asks a question for each; pairs are filtered, and those whose question gives
the answer away least are kept. Wording, filters and sizes are this project's own. Everything here
is clinical text: it stays in files that only their owner reads.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from clue.data.mimic.discharge_instructions import Letter
from clue.records import Completion, Message, Prompt

STATEMENT_WORDS = (4, 40)
SUPPORTED = 0.6
"""Share of a statement's words that must stand in the instructions; else it is invented."""

STATE_EXAMPLES = (
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
"""Two, since a small model repeats a single one as if it were the patient's."""
ASK_EXAMPLES = (
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
class Pair:
    """A question and its answer."""

    letter: Letter
    question: str
    answer: str

    @property
    def overlap(self) -> float:
        """Share of the words of both that both have (Jaccard)."""
        asked, told = words(self.question), words(self.answer)
        return len(asked & told) / len(asked | told) if asked | told else 1.0

    def row(self) -> dict[str, str]:
        """As the released file has it and `clue.task.medisumqa` reads it."""
        return {
            "note_id": self.letter.note_id,
            "Question": self.question,
            "Answer": self.answer,
            "discharge_summary": self.letter.summary,
        }


def words(text: str) -> set[str]:
    """Distinct words in small letters."""
    return set(re.findall(r"[a-z0-9]+", text.lower()))


def state(letter: Letter) -> Prompt:
    """Asks for the facts of the instructions."""
    request = Message("user", f"Hospital's letter:\n{letter.instructions}")
    return Prompt(letter.note_id, (*STATE_EXAMPLES, request), 384)


def statements(
    letter: Letter, completion: Completion, most: int, counts: Counter[str]
) -> list[str]:
    """The first sentences of an answer that can be asked about, each once.

    Not those of another length, questions, announcements ("as follows:"), the sentence in which
    the budget ended the answer, and what the instructions do not say.
    """
    lines = completion.text.splitlines()
    bare = (re.sub(r"^\s*(?:[-*•]|\d+[.)])\s*", "", line) for line in lines)
    sentences = [part.strip() for line in bare for part in re.split(r"(?<=[.!?])\s+", line)]
    if completion.finish_reason == "length":
        sentences = sentences[:-1]
    low, high = STATEMENT_WORDS
    usable = (each for each in sentences if low <= len(each.split()) <= high)
    once = list(dict.fromkeys(each for each in usable if not each.endswith(("?", ":"))))
    found = [each for each in once if _supported(each, letter)]
    counts["statements that are not in the instructions, left out"] += len(once) - len(found)
    return found[:most]


def ask(letter: Letter, number: int, statement: str) -> Prompt:
    """Asks for the question that a statement answers."""
    request = Message("user", f"Answer: {statement}\nQuestion:")
    return Prompt(letter.note_id, (*ASK_EXAMPLES, request), 64, repeat=number)


def question(text: str) -> str | None:
    """The first sentence, if it is a question of three words or more."""
    found = re.match(r"[\s\"'*]*(?:Question:\s*)?([^.!?\n]*\?)", text)
    return found[1] if found and len(found[1].split()) > 2 else None


def distinct(pairs: Iterable[Pair], counts: Counter[str]) -> list[Pair]:
    """Pairs of which a letter has neither question nor answer before, in any order of words."""
    seen: set[tuple[str, str]] = set()
    found = []
    for pair in pairs:
        marks = {
            (pair.letter.note_id, " ".join(sorted(words(text))))
            for text in (pair.question, pair.answer)
        }
        if marks & seen:
            counts["repeated questions or answers, left out"] += 1
        else:
            found.append(pair)
            seen |= marks
    return found


def selected(pairs: Sequence[Pair], size: int) -> list[Pair]:
    """The pairs whose question shares least with its answer, ordered by letter and question."""
    ranked = sorted(pairs, key=lambda pair: (pair.overlap, pair.letter.note_id, pair.question))
    return sorted(ranked[:size], key=lambda pair: (pair.letter.note_id, pair.question))


def _supported(statement: str, letter: Letter) -> bool:
    said = words(statement)
    return bool(said) and len(said & words(letter.instructions)) >= SUPPORTED * len(said)
