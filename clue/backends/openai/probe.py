"""Probe of a server: its model, version and accepted requests, before anything is generated.

The probe sends a question of its own, no text of a data set.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clue.backends.huggingface.checkpoint import Checkpoint
from clue.backends.openai.http_client import HttpClient, RequestRefused
from clue.backends.openai.probe_request import PROBE, check_sampling, probe_tokens
from clue.backends.openai.request_builder import RequestBuilder
from clue.backends.openai.request_format import Dialect
from clue.common.retry import TransientError
from clue.config.generation_schema import NATIVE, ThinkingConf
from clue.config.schema import ServerConf
from clue.errors import ConfigError, ModelError, ModelUnavailable

log = logging.getLogger(__name__)

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
"""Path and field of a server's version: vLLM, TGI, llama.cpp."""
LOADER = "/load_model"
"""Path of `transformers serve`, which lists the hub's cache and serves any model it can load."""
UNLISTED = {"owned_by": "transformers serve"}


@dataclass(frozen=True)
class ServerInfo:
    """Facts that a server reports, and the form of prompts that it accepts."""

    model: str
    """Name of the model on the server."""
    owner: str | None
    """`owned_by` of the model: `vllm`, `llamacpp`, or the name of its owner."""
    version: str | None
    context: int | None
    """Most tokens of prompt and answer; None = not reported."""
    dialect: Dialect
    probe_tokens: int
    """Tokens that it counted in the probe; a number other than ours shows another template."""


def probe_server(client: HttpClient, conf: ServerConf, checkpoint: Checkpoint) -> ServerInfo:
    """Find the model on the server and the most exact way to send prompts to it.

    Raises:
        ModelUnavailable: the server does not answer, or has no such model.
        ConfigError: it requires a key.
        ModelError: it accepts prompts in none of the allowed forms.
    """
    model = checkpoint.setup.model
    name = str(conf.model or model.repo)
    try:
        entry = _entry(client, name)
        version = _version(client)
        forms = _allowed(conf.api, has_own_template=bool(model.chat_template))
        builders = [RequestBuilder(form, checkpoint.chat, name) for form in forms]
        dialect, tokens = _dialect(client, builders, checkpoint.setup.thinking)
        if checkpoint.setup.generation.is_sampled:
            generation = checkpoint.setup.generation
            sampled = RequestBuilder(dialect, checkpoint.chat, name, generation)
            check_sampling(client, sampled, checkpoint.setup.thinking)
    except TransientError as problem:
        raise ModelUnavailable(
            f"{client.base_url} does not answer ({problem}). Start the server, for example `vllm "
            f"serve {model.repo} --dtype {model.dtype} --generation-config vllm`, wait until it "
            "has loaded the model, or set another address with backend.url=<address>"
        ) from None
    except RequestRefused as refusal:
        if refusal.status in (401, 403):
            raise ConfigError(
                f"{client.base_url} does not accept the key ({refusal}), which is read from "
                f"the variable {conf.key_env}: set it, or name another with backend.key_env=<name>"
            ) from None
        raise ModelError(
            f"{client.base_url} is no OpenAI-compatible server: models: {refusal}. Its address "
            "usually ends in /v1: backend.url=http://<host>:<port>/v1"
        ) from None
    return ServerInfo(
        name, entry.get("owned_by"), version, entry.get("max_model_len"), dialect, tokens
    )


def _entry(client: HttpClient, name: str) -> Mapping[str, Any]:
    """Entry of the model in the server's list."""
    try:
        listed = {str(item["id"]): item for item in client.get("models")["data"]}
    except (KeyError, TypeError):
        raise RequestRefused("an answer without a list") from None
    except TransientError as problem:
        if problem.status is None or not _loads(client):
            raise
        return UNLISTED
    if name in listed:
        entry: Mapping[str, Any] = listed[name]
        return entry
    if _loads(client):
        return UNLISTED
    raise ModelUnavailable(
        f"{client.base_url} has no model {name}; it has {', '.join(listed) or 'none'}. Name one "
        "with backend.model=<name> (it must be the same model as model=...), or serve it"
    )


def _loads(client: HttpClient) -> bool:
    """True if the server loads any requested model, also one that is not in its list."""
    try:
        return LOADER in client.get("/openapi.json").get("paths", {})
    except (RequestRefused, TransientError):
        return False


def _version(client: HttpClient) -> str | None:
    for path, field in VERSIONS.items():
        try:
            version = client.get(path).get(field)
        except (RequestRefused, TransientError):
            continue
        if version:
            return str(version)
    return None


def _dialect(
    client: HttpClient, builders: Sequence[RequestBuilder], thinking: ThinkingConf
) -> tuple[Dialect, int]:
    """The first form that the server accepts, and the tokens that it counted in the probe."""
    reasons = []
    for builder in builders:
        dialect, chat = builder.dialect, builder.chat
        try:
            sent = probe_tokens(client, builder, thinking)
        except RequestRefused as refusal:
            if refusal.status in (401, 403):
                raise
            reasons.append(f"{dialect.api}: {refusal} {refusal.server_text}".strip())
            continue
        except TransientError as problem:
            if problem.status != 500:  # a busy server may accept this form later
                raise
            reasons.append(f"{dialect.api}: {problem}")
            continue
        if dialect.api == "chat":
            log.warning(
                "%s uses its own chat template: %d tokens for a probe, %d by ours",
                *(client.base_url, sent, len(chat.render(PROBE.messages))),
            )
            if chat.switches and not dialect.ids:
                log.warning(
                    "%s gets no %s with a prompt: start it with that value, so that it %s before "
                    "it answers",
                    *(client.base_url, chat.switches),
                    "thinks" if thinking.mode == NATIVE else "does not think",
                )
        return dialect, sent
    raise ModelError(
        f"{client.base_url} accepts prompts to {builders[0].model} in none of the allowed forms "
        f"(backend.api={', '.join(dict.fromkeys(one.dialect.api for one in builders))}):\n"
        + "\n".join(f"  {reason}" for reason in dict.fromkeys(reasons))
    )


def _allowed(api: str, *, has_own_template: bool) -> list[Dialect]:
    """Forms of `backend.api`; turns for the server's template only if that is the model's own."""
    forms = [form for form in DIALECTS if api in ("auto", form.api)]
    return [form for form in forms if not (form.api == "chat" and has_own_template)]
