"""What a server is and takes, asked once, with words of our own, before anything is generated."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.http_client import Refused, Transient, Wire
from clue.backends.openai.request_format import Dialect, read, request
from clue.checkpoints.chat_template import Chat
from clue.config.schema import ServerConf
from clue.errors import ConfigError, ModelError, ModelUnavailable
from clue.records import Message, Prompt

log = logging.getLogger(__name__)

PROBE = Prompt(
    "probe", (Message("system", "Answer in a word."), Message("user", "Is water wet?")), 1
)
DIALECTS = (
    Dialect("tokens", ids=True),
    Dialect("tokens", ids=False),
    Dialect("text", ids=True),
    Dialect("text", ids=False),
    Dialect("text", ids=False, bos="server's"),
    Dialect("chat", ids=True, bos="server's"),
    Dialect("chat", ids=False, bos="server's"),
)
"""The most exact first."""
VERSIONS = {"/version": "version", "/info": "version", "/props": "build_info"}
"""Where servers say their version: vLLM, TGI, llama.cpp."""
LOADER = "/load_model"
"""Path of `transformers serve`: it lists the hub's cache and serves any name that it can load."""
UNLISTED = {"owned_by": "transformers serve"}


@dataclass(frozen=True)
class Server:
    """What a server says of itself and how it takes prompts."""

    model: str
    """The name that it serves the model under."""
    owner: str | None
    """`owned_by` of the model: `vllm`, `llamacpp`, or whose model it is."""
    version: str | None
    context: int | None
    """Most tokens of prompt and answer; None = it does not say."""
    dialect: Dialect
    probe_tokens: int
    """Tokens that it counted in the probe; another number than ours means another template."""


def probe(wire: Wire, conf: ServerConf, checkpoint: Checkpoint) -> Server:
    """Find the model on the server and the most exact way to send prompts to it.

    Raises:
        ModelUnavailable: the server does not answer, or has no such model.
        ConfigError: it wants a key.
        ModelError: it takes prompts in none of the ways that are allowed.
    """
    model = checkpoint.setup.model
    wished = str(conf.model or model.repo)
    try:
        entry = _entry(wire, wished)
        version = _version(wire)
        dialect, tokens = _dialect(wire, conf.api, wished, checkpoint.chat)
    except Transient as problem:
        raise ModelUnavailable(
            f"{wire.base} gives no answer ({problem}). Start the server, for example `vllm serve "
            f"{model.repo} --dtype {model.dtype} --generation-config vllm`, wait until it has "
            "loaded the model, or name another with backend.url=<address>"
        ) from None
    except Refused as refusal:
        if refusal.status in (401, 403):
            raise ConfigError(
                f"{wire.base} does not take the key ({refusal}), which is read from the "
                f"variable {conf.key_env}: set it, or name another with backend.key_env=<name>"
            ) from None
        raise ModelError(
            f"{wire.base} is no OpenAI-compatible server: models: {refusal}. Its address ends in "
            "/v1 as a rule: backend.url=http://<host>:<port>/v1"
        ) from None
    return Server(
        wished, entry.get("owned_by"), version, entry.get("max_model_len"), dialect, tokens
    )


def _entry(wire: Wire, wished: str) -> Mapping[str, Any]:
    """What the server's list says of the model."""
    try:
        listed = {str(entry["id"]): entry for entry in wire.get("models")["data"]}
    except (KeyError, TypeError):
        raise Refused("an answer without a list") from None
    except Transient as problem:
        if problem.status is None or not _loads(wire):
            raise
        return UNLISTED
    if wished in listed:
        found: Mapping[str, Any] = listed[wished]
        return found
    if _loads(wire):
        return UNLISTED
    raise ModelUnavailable(
        f"{wire.base} has no model {wished}; it has {', '.join(listed) or 'none'}. Name one with "
        "backend.model=<name> (it must be the model that model=... stands for), or serve it"
    )


def _loads(wire: Wire) -> bool:
    """Whether the server loads what is asked for, so that its list does not tell."""
    try:
        return LOADER in wire.get("/openapi.json").get("paths", {})
    except (Refused, Transient):
        return False


def _version(wire: Wire) -> str | None:
    for path, name in VERSIONS.items():
        try:
            said = wire.get(path).get(name)
        except (Refused, Transient):
            continue
        if said:
            return str(said)
    return None


def _dialect(wire: Wire, api: str, served: str, chat: Chat) -> tuple[Dialect, int]:
    """The first way that the server takes, and the tokens that it then counted in the probe."""
    reasons = []
    for dialect in _allowed(api):
        try:
            asked = request(dialect, chat, PROBE, served)
            answer = wire.post(dialect.path, asked.body)
            sent = read(dialect, chat, asked, answer, 0.0).prompt_tokens
        except Refused as refusal:
            if refusal.status in (401, 403):
                raise
            reasons.append(f"{dialect.api}: {refusal} {refusal.said}".strip())
            continue
        except Transient as problem:
            if problem.status != 500:  # a busy server must not look like one that takes less
                raise
            reasons.append(f"{dialect.api}: {problem}")
            continue
        if dialect.api == "chat":
            log.warning(
                "%s lays out the turns by its own template: %d tokens of a probe, ours are %d",
                *(wire.base, sent, asked.tokens),
            )
        return dialect, sent
    raise ModelError(
        f"{wire.base} takes prompts to {served} in none of the ways that backend.api={api} "
        "allows:\n" + "\n".join(f"  {reason}" for reason in dict.fromkeys(reasons))
    )


def _allowed(api: str) -> Iterator[Dialect]:
    return (dialect for dialect in DIALECTS if api in ("auto", dialect.api))
