"""Damage of files as disks, copies and editors do it."""

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def flip(content: bytes, draw: random.Random) -> bytes:
    """Another bit in one to three places."""
    rotten = bytearray(content)
    for _ in range(draw.randint(1, 3)):
        rotten[draw.randrange(len(rotten))] ^= 1 << draw.randrange(8)
    return bytes(rotten)


def digit(content: bytes, draw: random.Random) -> bytes:
    """Another digit where the file has digits: text stays well-formed."""
    spots = [index for index, byte in enumerate(content) if 48 <= byte <= 57]
    if not spots:
        return flip(content, draw)
    rotten = bytearray(content)
    spot = draw.choice(spots)
    rotten[spot] = 48 + (rotten[spot] - 48 + draw.randint(1, 9)) % 10
    return bytes(rotten)


def letter(content: bytes, draw: random.Random) -> bytes:
    """Another small letter where the file has one: text stays well-formed."""
    spots = [index for index, byte in enumerate(content) if 97 <= byte <= 122]
    if not spots:
        return flip(content, draw)
    rotten = bytearray(content)
    spot = draw.choice(spots)
    rotten[spot] = 97 + (rotten[spot] - 97 + draw.randint(1, 25)) % 26
    return bytes(rotten)


def cut(content: bytes, draw: random.Random) -> bytes:
    """The beginning only."""
    return content[: draw.randrange(len(content))]


def halved(content: bytes, draw: random.Random) -> bytes:
    """The first half, up to the end of a line if there are lines."""
    half = content[: len(content) // 2]
    return half[: half.rfind(b"\n") + 1] or half


def emptied(content: bytes, draw: random.Random) -> bytes:
    """No bytes."""
    return b""


def zero_tail(content: bytes, draw: random.Random) -> bytes:
    """Zeros at the end, as after a power loss."""
    return (kept := cut(content, draw)) + bytes(len(content) - len(kept))


def hole(content: bytes, draw: random.Random) -> bytes:
    """A block of zeros."""
    start = draw.randrange(len(content))
    end = min(len(content), start + draw.choice((16, 512, 4096)))
    return content[:start] + bytes(end - start) + content[end:]


def grown(content: bytes, draw: random.Random) -> bytes:
    """More bytes at the end."""
    return content + draw.choice((b"\n", b"\0" * 100, b"{}\n", content, draw.randbytes(50)))


def without_line(content: bytes, draw: random.Random) -> bytes:
    """One line less."""
    lines = content.splitlines(keepends=True)
    del lines[draw.randrange(len(lines))]
    return b"".join(lines)


def swapped_lines(content: bytes, draw: random.Random) -> bytes:
    """Lines in another order."""
    lines = content.splitlines(keepends=True)
    draw.shuffle(lines)
    return b"".join(lines)


def other_value(content: bytes, draw: random.Random) -> bytes:
    """A whole file of another kind."""
    return draw.choice((b"null", b"[]", b"{}", b"[1]", b'"text"', b"[" * 100_000, b"\xff\xfe"))


BYTES: Mapping[str, Callable[[bytes, random.Random], bytes]] = {
    function.__name__: function
    for function in (
        *(flip, digit, letter, cut, halved, emptied, zero_tail, hole, grown),
        *(without_line, swapped_lines, other_value),
    )
}


def damage(path: Path, others: Sequence[Path], draw: random.Random) -> str:
    """Damage a file; returns a description. `others` are files of its kind, for an exchange."""
    kind = draw.choice([*BYTES, "deleted", "folder", "exchanged"])
    content = path.read_bytes()
    if kind == "deleted":
        path.unlink()
    elif kind == "folder":
        path.unlink()
        path.mkdir()
    elif kind == "exchanged" and others:
        other = draw.choice(others)
        path.write_bytes(other.read_bytes())
        other.write_bytes(content)
        return f"exchanged with {other}"
    else:
        path.write_bytes(BYTES.get(kind, flip)(content or b"0", draw))
    return kind
