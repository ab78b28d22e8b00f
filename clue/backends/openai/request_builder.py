"""Requests for answers and thoughts, to one model on a server."""

from dataclasses import dataclass, field, replace
from typing import Any

from clue.backends.draw_key import request_seed
from clue.backends.openai.request_format import (
    MAX_STOPS,
    SEED,
    Dialect,
    OneRequest,
    Request,
    exact_text,
    stop_strings,
    text_ids,
)
from clue.backends.two_phases import Thought, ThoughtReader
from clue.checkpoints.chat_template import Chat
from clue.checkpoints.thought_form import ThoughtForm
from clue.config.generation_schema import GenerationConf
from clue.records import Prompt


@dataclass(frozen=True)
class RequestBuilder:
    """Requests for prompts to one model on a server."""

    dialect: Dialect
    chat: Chat
    model: str
    """Name of the model on the server."""
    generation: GenerationConf = field(default_factory=GenerationConf)
    label: str = ""
    """Name of the model here, see `request_seed`."""

    def answer(self, prompt: Prompt) -> Request:
        """Request an answer, without the penalties that a generation config may have.

        Raises:
            RequestRefused: the tokenizer does not convert our text back to our ids.
        """
        return self._request(prompt, prompt.max_new_tokens)

    def both(self, prompt: Prompt, form: ThoughtForm | None) -> Request:
        """Request a thought and its answer, of a server that lays out turns."""
        thinking = OneRequest(form, prompt.max_new_tokens)
        request = self._request(prompt, prompt.thought_tokens + prompt.max_new_tokens)
        return replace(request, thinking=thinking)

    def thought(self, prompt: Prompt, reader: ThoughtReader) -> Request:
        """Request a thought alone.

        A server that returns the answer's ids ends it at its mark. Another one would not tell the
        mark from the end of a turn, so it generates on, and the text is cut here.

        Raises:
            RequestRefused: the tokenizer does not convert our text back to our ids.
        """
        request = self._request(prompt, prompt.thought_tokens)
        if not self.dialect.ids:
            return request
        stops = [*stop_strings(self.dialect, self.chat), *reader.stop_strings][:MAX_STOPS]
        marks = {"stop": stops} if stops else {}
        ids = {"stop_token_ids": [*self.chat.stop_ids, *reader.stop_ids]}
        body = {**request.body, **ids, **marks, "skip_special_tokens": False}
        return replace(request, body=body)

    def behind(self, prompt: Prompt, thought: Thought) -> Request:
        """Request the answer behind a thought.

        Raises:
            RequestRefused: the tokenizer does not convert our text back to our ids.
        """
        request = self._request(prompt, prompt.max_new_tokens, thought.part)
        if self.dialect.api == "tokens":
            ids = [*request.body["prompt"], *thought.ids]
            return replace(request, body={**request.body, "prompt": ids}, tokens=len(ids))
        # a generated text need not be split into the tokens that it was generated in
        text = request.body["prompt"] + thought.text
        tokens = len(text_ids(self.dialect, self.chat, text))
        return replace(request, body={**request.body, "prompt": text}, tokens=tokens)

    def _request(self, prompt: Prompt, budget: int, part: str = "") -> Request:
        dialect, chat = self.dialect, self.chat
        ids = chat.render(prompt.messages)
        body: dict[str, Any] = {
            "model": self.model,
            "max_tokens": budget,
            "frequency_penalty": 0,
            **self._choice(prompt, part),
        }
        if stops := stop_strings(dialect, chat):
            body["stop"] = stops
        if dialect.ids:
            body |= {"stop_token_ids": chat.stop_ids, "return_token_ids": True}
            body |= {"presence_penalty": 0, "repetition_penalty": 1}
        if dialect.api == "chat":
            body["messages"] = [turn._asdict() for turn in chat.fold(prompt.messages)]
            if dialect.ids and chat.switches:
                body["chat_template_kwargs"] = chat.switches
        elif dialect.api == "tokens":
            body["prompt"] = ids
        else:
            body |= {"add_special_tokens": False} if dialect.ids else {}
            body["prompt"] = exact_text(dialect, chat, ids)
        return Request(body, len(ids), budget)

    def _choice(self, prompt: Prompt, part: str) -> dict[str, Any]:
        """Fields for the choice of tokens."""
        conf = self.generation
        if not conf.is_sampled:
            return {"temperature": 0, "seed": SEED}
        fields: dict[str, Any] = {
            **{"temperature": conf.temperature, "top_p": conf.top_p},
            "seed": request_seed(conf, self.label, prompt, part),
        }
        if self.dialect.ids:  # else vLLM takes them from a generation config
            return {**fields, "top_k": conf.top_k or -1, "min_p": 0}
        # the interface of OpenAI has no top_k
        return fields | ({"top_k": conf.top_k} if conf.top_k else {})
