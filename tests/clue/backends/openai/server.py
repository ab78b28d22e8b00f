"""An OpenAI-compatible server on this machine with a tiny real model and errors on demand."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import torch

from clue.backends import Setup
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.config.schema import BackendConf, ModelConf

VLLM_ONLY = {
    *("stop_token_ids", "return_token_ids", "add_special_tokens", "repetition_penalty"),
    *("chat_template_kwargs", "skip_special_tokens", "min_p"),
}


@dataclass(frozen=True)
class Trouble:
    """Response that replaces the regular answer to a request."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = '{"error": "trouble"}'
    drop: bool = False
    """Announce an answer, send its first byte, hang up."""
    wait: threading.Event | None = None
    """Answer when this is set."""
    change: Mapping[str, Any] = field(default_factory=dict)
    """Wrong fields of the answer, its usage or its choice."""


@dataclass
class Habits:
    """Kind of server; vLLM's by default."""

    takes: tuple[str, ...] = ("tokens", "text", "chat")
    refuses: int = 400
    """Status for requests that it does not accept."""
    ids: bool = True
    """Knows vLLM's own fields; else it refuses them."""
    bos: bool = False
    """Puts a BOS before every text, asked or not (TGI, llama.cpp)."""
    models: tuple[str, ...] = ("tiny",)
    loads: bool = False
    """Serves models that are not in its list (`transformers serve`)."""
    key: str | None = None
    card: dict[str, Any] = field(default_factory=lambda: {"owned_by": "vllm"})
    version: str | None = "0.0.1"
    echo: bool = True
    """Repeats a prompt with its log-probabilities; else it ignores that it is asked to."""
    unknown: tuple[str, ...] = ()
    """Fields that it refuses."""
    says: Callable[[str], str] | None = None
    """Continuation of a prompt's text, in the place of the model's."""
    separates: str | None = None
    """Closing tag behind which its parser of thoughts begins the answer."""
    field: str = "reasoning_content"
    """Field of the separated thoughts; empty = it keeps them to itself."""
    reports: bool = False
    """Reports the tokens of thoughts."""


def continuation(
    checkpoint: Checkpoint, ids: list[int], fields: Mapping[str, Any], says: Any = None
) -> list[int]:
    """New ids of the model, or of what it is to say, by the fields of a request.

    They end at the first end or stop string.
    """
    tokenizer = checkpoint.chat.tokenizer
    stops, budget = fields.get("stop") or [], fields["max_tokens"]
    end_ids = [*(fields.get("stop_token_ids") or []), tokenizer.eos_token_id]
    if says is None:
        new = generated(checkpoint, ids, {**fields, "stop_token_ids": end_ids})
    else:
        text = says(tokenizer.decode(ids, skip_special_tokens=False))
        new = [*tokenizer(text, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        end = next(n for n, token in enumerate(new) if token in end_ids)
        new = new[: end + 1][:budget]
    lengths = range(1, len(new) + 1)
    ends = (n for n in lengths if any(stop in tokenizer.decode(new[:n]) for stop in stops))
    return new[: next(ends, len(new))]


def generated(checkpoint: Checkpoint, ids: list[int], fields: Mapping[str, Any]) -> list[int]:
    """New ids of the library's own `generate`, up to the first end."""
    prompt = torch.tensor([ids])
    choice: dict[str, Any] = {"do_sample": False}
    if fields.get("temperature"):
        torch.manual_seed(fields["seed"])
        choice = {"do_sample": True, "temperature": fields["temperature"]}
        choice |= {"top_p": fields["top_p"], "top_k": max(fields.get("top_k", 0), 0)}
    out = checkpoint.model.generate(
        input_ids=prompt,
        attention_mask=torch.ones_like(prompt),
        **choice,
        max_new_tokens=fields["max_tokens"],
        eos_token_id=list(fields["stop_token_ids"]),
        pad_token_id=0,
    )
    return list(out[0, len(ids) :].tolist())


def token_logprobs(checkpoint: Checkpoint, ids: list[int]) -> list[float]:
    """Log-probabilities of all tokens but the first, by the library's own forward pass."""
    with torch.inference_mode():
        logits = checkpoint.model(input_ids=torch.tensor([ids])).logits[0, :-1]
    values = logits.float().log_softmax(-1)
    return [values[n, token].item() for n, token in enumerate(ids[1:])]


class Server:
    """Its model is the checkpoint in `folder`."""

    def __init__(self, folder: Path, habits: Habits | None = None) -> None:
        self.habits = habits or Habits()
        setup = Setup(ModelConf(repo=str(folder), dtype="float32"), BackendConf(), folder, folder)
        self.checkpoint = Checkpoint(setup)
        self.requests: list[dict[str, Any]] = []
        """Bodies of the requests, probes first."""
        self.keys: list[str | None] = []
        self.troubles: dict[str, list[Trouble]] = {}
        """Of prompts that contain the text; one after the other, the last is not repeated."""
        self._one = threading.Lock()
        self._http = ThreadingHTTPServer(
            ("127.0.0.1", 0), type("Handler", (_Handler,), {"of": self})
        )
        self._http.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    @contextmanager
    def running(self) -> Iterator["Server"]:
        thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._http.shutdown()
            self._http.server_close()
            thread.join(10)

    def trouble(self, body: Mapping[str, Any]) -> Trouble:
        """Response that replaces the answer to a request."""
        prompt = body.get("prompt") or body["messages"][-1]["content"]
        text = prompt if isinstance(prompt, str) else self.checkpoint.chat.tokenizer.decode(prompt)
        for part, troubles in self.troubles.items():
            if part in text and troubles:
                return troubles.pop(0)
        return Trouble()

    def refusal(self, body: Mapping[str, Any]) -> tuple[int, str] | None:
        """Status and reason if a request is not accepted."""
        api = _api(body)
        if body["model"] not in self.habits.models and not self.habits.loads:
            return 404, f"no model {body['model']}"
        if api not in self.habits.takes:
            return self.habits.refuses, f"no {api} here"
        if not self.habits.ids and VLLM_ONLY & set(body):
            return 422, f"unknown fields {sorted(VLLM_ONLY & set(body))}"
        if set(self.habits.unknown) & set(body):
            return 400, f"unknown fields {self.habits.unknown}"
        return None

    def answer(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Answer of the model."""
        chat = self.checkpoint.chat
        with self._one:
            ids = self._ids(body)
            end_ids = [*body.get("stop_token_ids", []), chat.tokenizer.eos_token_id]
            new = continuation(self.checkpoint, ids, body, self.habits.says)
            skips = body.get("skip_special_tokens", True)
            text = chat.tokenizer.decode(new, skip_special_tokens=skips)
        stops = [stop for stop in body.get("stop", []) if stop in chat.tokenizer.decode(new)]
        ended = new[-1] in end_ids or bool(stops)
        for stop in stops:
            text = text.partition(stop)[0]
        choice = {"finish_reason": "stop" if ended else "length", "index": 0}
        message, thought = self._message(text)
        choice |= {"message": message} if _api(body) == "chat" else {"text": text}
        if body.get("echo") and self.habits.echo:
            with self._one:
                values = token_logprobs(self.checkpoint, [*ids, *new])
            choice |= {"logprobs": {"token_logprobs": [None, *values]}}
        if body.get("return_token_ids"):
            choice |= {"token_ids": new}
        usage: dict[str, Any] = {"prompt_tokens": len(ids), "completion_tokens": len(new)}
        if self.habits.reports:
            count = len(chat.tokenizer(thought, add_special_tokens=False)["input_ids"])
            usage["completion_tokens_details"] = {"reasoning_tokens": count}
        return {"model": body["model"], "choices": [choice], "usage": usage}

    def _message(self, text: str) -> tuple[dict[str, Any], str]:
        """A message, and its thought with the closing tag if the server separates thoughts."""
        habits = self.habits
        if habits.separates is None:
            return {"content": text}, ""
        thought, closing, answer = text.partition(habits.separates)
        fields = {habits.field: thought.removeprefix("<think>")} if habits.field else {}
        return {"content": answer or None, **fields}, thought + closing

    def _ids(self, body: Mapping[str, Any]) -> list[int]:
        chat = self.checkpoint.chat
        if _api(body) == "tokens":
            return list(body["prompt"])
        if _api(body) == "chat":  # as servers do: the template's text, and no BOS but its own
            text = chat.tokenizer.apply_chat_template(
                body["messages"],
                tokenize=False,
                add_generation_prompt=True,
                **body.get("chat_template_kwargs", {}),
            )
            return list(chat.tokenizer(text, add_special_tokens=False)["input_ids"])
        adds = self.habits.bos or body.get("add_special_tokens", True)
        return list(chat.tokenizer(body["prompt"], add_special_tokens=adds)["input_ids"])


class _Handler(BaseHTTPRequestHandler):
    of: Server
    timeout = 20
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        habits = self.of.habits
        cards = [{"id": name, **habits.card} for name in habits.models]
        paths = {"/load_model": {}} if habits.loads else {}
        answers: dict[str, Any] = {
            "/v1/models": {"data": cards},
            "/openapi.json": {"paths": paths},
        }
        if habits.version:
            answers["/version"] = {"version": habits.version}
        if self._unknown():
            self._send(401, {})
        elif self.path in answers:
            self._send(200, answers[self.path])
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        self.of.requests.append(body)
        self.of.keys.append(self.headers.get("Authorization"))
        if self._unknown():
            return self._send(401, {})
        trouble = self.of.trouble(body)
        if trouble.wait:
            trouble.wait.wait(20)
        if trouble.drop:
            return self._drop()
        if trouble.status != 200:
            return self._send(trouble.status, trouble.text, trouble.headers)
        refusal = self.of.refusal(body)
        if refusal:
            return self._send(refusal[0], {"error": refusal[1]})
        return self._send(200, _changed(self.of.answer(body), trouble.change))

    def _unknown(self) -> bool:
        key = self.of.habits.key
        return key is not None and self.headers.get("Authorization") != f"Bearer {key}"

    def _drop(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"{")
        self.close_connection = True

    def _send(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        content = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | dict(headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""


def _api(body: Mapping[str, Any]) -> str:
    if "messages" in body:
        return "chat"
    return "text" if isinstance(body["prompt"], str) else "tokens"


def _changed(answer: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    for part in (answer, answer["usage"], answer["choices"][0]):
        part |= {name: value for name, value in change.items() if name in part}
    return answer
