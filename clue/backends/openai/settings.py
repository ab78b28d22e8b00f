"""Limits of backend=openai and checks of its settings; no message repeats a value with a key."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from clue.config.schema import BackendConf, ModelConf

MAX_FAILURES_IN_A_ROW = 8
"""Prompts without an answer after which the server is considered broken."""
PERMANENT = (401, 403, 404)
"""Statuses that the next prompt would get too."""


def setting_problems(model: ModelConf, backend: BackendConf) -> Iterator[str]:
    """Yields a line for every setting that a server cannot use."""
    if model.quantization:
        yield (
            "model.quantization is ignored by openai, whose engine quantises itself: leave it null"
        )
    if model.chat_template and backend.api == "chat":
        yield (
            "model.chat_template is ignored with backend.api=chat, where the server lays out the "
            "turns: start the server with it (vLLM: --chat-template), or use backend.api=auto"
        )
    example = "e.g. backend.url=http://127.0.0.1:8000/v1"
    if backend.url is None:
        yield f"backend.url is not set: backend=openai needs the server's address, {example}"
        return
    try:
        parts = urlsplit(backend.url)
        is_address = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        yield f"backend.url is not the address of a server, {example}"
    elif parts.username or parts.password or parts.query:
        yield (
            "backend.url has more parts than an address: set a key in an environment variable "
            "(backend.key_env)"
        )
