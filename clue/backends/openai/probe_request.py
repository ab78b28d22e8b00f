"""Requests of a probe: a question of its own, no text of a data set."""

from dataclasses import replace
from typing import Any

from clue.backends.openai.answer_format import parse_answer
from clue.backends.openai.http_client import HttpClient, RequestRefused
from clue.backends.openai.request_builder import RequestBuilder
from clue.config.generation_schema import NONE, ThinkingConf
from clue.errors import ConfigError
from clue.records import Message, Prompt

PROBE = Prompt(
    "probe", (Message("system", "Answer in a word."), Message("user", "Is water wet?")), 1
)
NEUTRAL = {"top_k": 0, "top_p": 1.0, "temperature": 1.0}
"""Settings that a server may refuse, with the value that asks for nothing unusual."""
KEY = (401, 403)
"""Statuses of a server that does not accept the key."""


def probe_tokens(client: HttpClient, builder: RequestBuilder, thinking: ThinkingConf) -> int:
    """Returns the tokens that the server counted in the probe.

    Raises:
        RequestRefused: it does not take the form of the request.
        TransientError: no answer.
    """
    dialect, chat = builder.dialect, builder.chat
    if dialect.api == "chat" and thinking.mode != NONE:  # it may answer with a thought alone
        request = builder.both(replace(PROBE, thought_tokens=1), None)
    else:
        request = builder.answer(PROBE)
    answer = client.post(dialect.path, request.body)
    return parse_answer(dialect, chat, request, answer, 0.0).prompt_tokens


def check_sampling(client: HttpClient, builder: RequestBuilder, thinking: ThinkingConf) -> None:
    """Check that the server takes the settings of sampled answers; it took a greedy request before.

    Raises:
        ConfigError: it refuses them; names the setting to change.
        TransientError: no answer.
    """
    refusal = _refusal(client, builder, thinking)
    if refusal is None:
        return
    conf = builder.generation
    for name, neutral in NEUTRAL.items():
        value = getattr(conf, name)
        values: dict[str, Any] = {name: neutral}
        others = replace(conf, **values)
        if value != neutral and not _refusal(client, replace(builder, generation=others), thinking):
            raise ConfigError(
                f"{client.base_url} refuses generation.{name}={value:g} ({refusal}): set "
                f"generation.{name}={neutral:g} for both models, or use another server"
            )
    raise ConfigError(
        f"{client.base_url} refuses sampled answers with a temperature and a seed ({refusal}): set "
        "generation.temperature=0 and generation.draws=1, or use another server"
    )


def _refusal(client: HttpClient, builder: RequestBuilder, thinking: ThinkingConf) -> str | None:
    try:
        probe_tokens(client, builder, thinking)
    except RequestRefused as refusal:
        if refusal.status is None or refusal.status in KEY:  # no setting changes that
            raise
        return f"{refusal} {refusal.server_text}".strip()
    return None
