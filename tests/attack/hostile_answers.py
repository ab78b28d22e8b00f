"""Answers of broken and hostile servers, drawn at random; each is the raw bytes of a connection."""

import copy
import gzip
import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any, NamedTuple

STATUSES = (
    *(100, 101, 199, 200, 201, 202, 204, 206, 226, 300, 301, 302, 303, 304, 307, 308),
    *(400, 401, 402, 403, 404, 405, 408, 409, 413, 418, 422, 425, 429, 431, 451),
    *(500, 501, 502, 503, 504, 507, 520, 599, 600, 999),
)
PERMANENT = (401, 403, 404)
NUMBERS: tuple[Any, ...] = (
    *(-1, 0, 1, 2**31, 2**63, 2**70, 10**400, 1e30, 1e308, -0.0, 0.5, 3.0, True, False, None),
    *(float("nan"), float("inf"), "3", "", [3], {"n": 3}),
)
TEXTS: tuple[Any, ...] = (
    *(
        "",
        " ",
        "a\x00b",
        "\ud800",
        "\udfff tail",
        "\u202e\x1b[31m",
        "\ufffe",
        "\r\n",
        "\x1b]0;x\x07",
    ),
    *(
        "x" * 3_000_000,
        None,
        7,
        True,
        [],
        {},
        ["entailment"],
        [{"type": "text", "text": "neutral"}],
    ),
    *(
        "=cmd|'/c calc'!A1",
        "<script>alert(1)</script>",
        "<think>because",
        "</think>",
        "\N{BELL}" * 40,
    ),
)
ODD: tuple[Any, ...] = (*NUMBERS, *TEXTS)


class Raw(NamedTuple):
    """Bytes that a server writes, one part after the other, before it hangs up."""

    kind: str
    parts: Iterable[bytes]
    pause: float = 0.0
    """Seconds between two parts."""
    status: int | None = None


def draw_answer(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    """Draws an answer in the place of a valid one.

    Args:
        draw: randomness.
        valid: the right answer to the request.
        echo: text of the request, which a server may repeat.
    """
    kinds: tuple[Callable[[random.Random, Mapping[str, Any], str], Raw], ...] = (
        *(_status, _fields, _fields, _fields, _body, _body, _transport, _transport, _slow),
    )
    return draw.choice(kinds)(draw, valid, echo)


def whole(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None, length: int = -1
) -> bytes:
    """Returns an answer with its length, right unless another is given."""
    stated = {"Content-Length": str(len(content) if length < 0 else length)}
    lines = [f"{name}: {value}" for name, value in {**stated, **(headers or {})}.items()]
    return f"HTTP/1.1 {status} X\r\n{chr(10).join(lines)}\r\n\r\n".encode() + content


def _status(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    status = draw.choice(STATUSES)
    bodies = (
        json.dumps({"error": {"message": f"cannot process: {echo}"}}).encode(),
        f"<html><body>{echo}</body></html>".encode(),
        *(b"", b"\xff\xfe\x00", json.dumps(valid).encode(), b"[" * 50_000),
    )
    waits = ("-5", "nan", "1e400", "x", "", "Fri, 31 Dec 9999 23:59:59 GMT", echo[:60])
    headers = draw.choice(
        (
            {},
            {"Retry-After": " ".join(draw.choice(waits).split())},
            {"Location": "http://127.0.0.1:9/v1/completions"},
            {"Location": "file:///etc/passwd"},
            {"Content-Type": "text/html; charset=nothing"},
        )
    )
    return Raw(f"status {status}", [whole(draw.choice(bodies), status, headers)], status=status)


def _fields(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    """A valid answer in which one to three fields are missing, odd or new."""
    answer: Any = copy.deepcopy(dict(valid))
    changes = []
    for _ in range(draw.randint(1, 3)):
        place = draw.choice(list(_objects(answer)))
        names = [*place, *("reasoning_content", "reasoning", "refusal", "tool_calls", "model")]
        name = draw.choice(names)
        if draw.random() < 0.2:
            place.pop(name, None)
        else:
            place[name] = _value(draw, place.get(name), echo)
        changes.append(name)
    try:
        content = json.dumps(answer, ensure_ascii=draw.random() < 0.8)
    except (ValueError, TypeError):
        content = "{}"
    return Raw(f"fields {changes}", [whole(content.encode(errors="surrogatepass"))])


def _value(draw: random.Random, before: Any, echo: str) -> Any:
    """An odd value, or one near the right one."""
    if isinstance(before, list) and before and draw.random() < 0.6:
        return draw.choice(
            ([], before * 2, before[:-1], before * 100_000, [*before[:-1], draw.choice(NUMBERS)])
        )
    if type(before) is int and draw.random() < 0.6:
        return before + draw.choice((-2, -1, 1, 2, 1000))
    if draw.random() < 0.1:
        return echo
    return draw.choice(ODD)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value:
        if isinstance(child, dict | list):
            yield from _objects(child)


def _body(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    """A body that is no JSON object, or one that is cut, nested or packed."""
    text = json.dumps(valid)
    bodies: Mapping[str, bytes] = {
        "cut": text[: draw.randrange(len(text))].encode(),
        "echo": echo.encode(),
        "utf-16": text.encode("utf-16"),
        "latin": text.replace("e", "é").encode("latin-1"),
        "bom": b"\xef\xbb\xbf" + text.encode(),
        "nested": b'{"choices": ' * 60_000,
        "nested lists": b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}",
        "digits": b'{"usage": ' + b"9" * 100_000 + b"}",
        "twice": text.encode() * 2,
        "keys twice": ("{" + '"choices": [], ' * 3 + text[1:]).encode(),
        "nan": text.replace("3", "NaN").encode(),
        "null": b"null",
        "array": f"[{text}]".encode(),
        "nothing": b"",
        "zeros": bytes(4000),
        "noise": draw.randbytes(3000),
        "events": f"data: {text}\n\ndata: [DONE]\n\n".encode(),
    }
    kind = draw.choice(list(bodies))
    return Raw(f"body {kind}", [whole(bodies[kind])])


def _transport(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    """An answer whose length, packing or head is wrong."""
    content = json.dumps(valid).encode()
    head = b"HTTP/1.1 200 OK\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    gzipped = {"Content-Encoding": "gzip"}
    answers: Mapping[str, list[bytes]] = {
        "too long": [whole(content, length=len(content) + 500)],
        "too short": [whole(content, length=len(content) // 2)],
        "length of words": [head + b"Content-Length: many\r\n\r\n" + content],
        "negative length": [head + b"Content-Length: -1\r\n\r\n" + content],
        "huge length": [head + b"Content-Length: 9" + b"9" * 30 + b"\r\n\r\n" + content],
        "chunks of noise": [chunked + draw.randbytes(200)],
        "negative chunk": [chunked + b"-5\r\nabc\r\n0\r\n\r\n"],
        "huge chunk": [chunked + b"fffffffffffffffff\r\n" + content],
        "cut chunk": [chunked + b"%x\r\n" % (len(content) + 9) + content],
        "no gzip": [whole(content, headers=gzipped)],
        "cut gzip": [whole(gzip.compress(content)[:-9], headers=gzipped)],
        "bomb": [whole(gzip.compress(bytes(40_000_000)), headers=gzipped)],
        "unknown packing": [whole(content, headers={"Content-Encoding": "br, zstd, x"})],
        "hang-up": [b""],
        "half a head": [b"HTTP/1.1 200"],
        "no head": [content],
        "status of words": [b"HTTP/1.1 OK OK\r\n\r\n" + content],
        "head of noise": [draw.randbytes(300)],
        "long header": [head + b"X: " + b"y" * 100_000 + b"\r\n\r\n" + content],
        "many headers": [head + b"X: y\r\n" * 300 + b"\r\n" + content],
        "continues": [b"HTTP/1.1 100 Continue\r\n\r\n" * 500 + whole(content)],
        "rest": [whole(content) + b"HTTP/1.1 500 X\r\n\r\n" + echo.encode()],
        "redirect to itself": [whole(b"", 302, {"Location": "/v1/completions"})],
    }
    kind = draw.choice(list(answers))
    return Raw(f"transport {kind}", answers[kind])


def _slow(draw: random.Random, valid: Mapping[str, Any], echo: str) -> Raw:
    """An answer that drips, never begins or never ends."""
    content = whole(json.dumps(valid).encode())
    head = b"HTTP/1.1 200 OK\r\n"
    endless: Mapping[str, Iterable[bytes]] = {
        "drips": (content[index : index + 1] for index in range(len(content))),
        "head without end": repeat(b"X-Y: z\r\n"),
        "body without end": (
            part for parts in ([head + b"\r\n"], repeat(b" " * 99)) for part in parts
        ),
        "silent": repeat(b""),
    }
    kind = draw.choice(list(endless))
    return Raw(f"slow {kind}", endless[kind], 0.1)
