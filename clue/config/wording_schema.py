"""Schema of a wording, `conf/wording/<task>/<id>.yaml`: one way to ask what a task asks."""

from dataclasses import dataclass

from clue.config.ranges import NotEmpty, OneOf, setting

KINDS = ("terse", "formal", "clinician", "question_first", "user_turn", "plain")
"""Ways to ask: few words; precise and impersonal; as a clinician writes to a colleague; the request
before the text; without a system turn; everyday language."""
ORIGINS = ("author", "clinician", "generated")


@dataclass
class WordingConf:
    """The text of a wording and where it comes from."""

    kind: str = setting("", OneOf(KINDS))
    origin: str = setting("", OneOf(ORIGINS))
    """`author` of the project, a `clinician`, or `generated` by a language model: a wording may
    favour models of the family that wrote it."""
    by: str = setting("", NotEmpty())
    """Person or model that wrote it."""
    date: str = setting("", NotEmpty())
    """Day on which it was written, ISO 8601."""
    licence: str = setting("", NotEmpty())
    """SPDX identifier."""
    note: str = ""
    """What is peculiar to it."""
    system: str = ""
    """System turn; empty = there is none."""
    user: str = setting("", NotEmpty())
    """User turn; `{field}` names a field of the sample, the same fields as in the task file."""
