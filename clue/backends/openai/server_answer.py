"""Fields of an answer of a server."""

from typing import NamedTuple

from clue.records import FinishReason


class ServerAnswer(NamedTuple):
    """Fields of a server's answer, checked against the request."""

    text: str
    thought: str | None
    """Thought that the server separated from the text."""
    reason: FinishReason
    sent: int
    """Tokens of the prompt."""
    new: int
    """Tokens of thought and answer."""
    thought_tokens: int | None
    """Tokens of the thought among them; None = the server does not report them."""
    ids: list[int] | None
    """Ids of the new tokens; None = the server does not return them."""
