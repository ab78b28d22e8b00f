"""Malformed copies of data files, drawn by format: CSV, JSON, JSON lines, Excel; and any bytes."""

import csv
import gzip
import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.attack.damage import BYTES
from tests.attack.planted import WORD

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2.5, 10**20, float("nan"), float("inf"), "", " ", "\u00a0", "\u200b"),
    *(
        [],
        {},
        [f"{WORD}list"],
        {f"{WORD}name": f"{WORD}value"},
        "\ud800",
        f"a\x00{WORD}",
        f"{WORD}\x1b[31m",
    ),
    f"{WORD} " * 50_000,
)


def malform(path: Path, draw: random.Random) -> str:
    """Replace a data file by a malformed copy; returns its description."""
    by_suffix: Mapping[str, Callable[[Path, random.Random], str]] = {
        ".csv": _csv,
        ".json": _json,
        ".jsonl": _lines,
        ".xlsx": _workbook,
    }
    if draw.random() < 0.35:
        return _anything(path, draw)
    return by_suffix[path.suffix](path, draw)


def _anything(path: Path, draw: random.Random) -> str:
    content = path.read_bytes()
    text = content.decode("utf-8", "replace")
    files: Mapping[str, Callable[[], bytes]] = {
        "bom": lambda: b"\xef\xbb\xbf" + content,
        "utf-16": lambda: text.encode("utf-16"),
        "utf-32": lambda: text.encode("utf-32"),
        "latin-1": lambda: text.replace("e", "é").encode("latin-1", "replace"),
        "crlf": lambda: content.replace(b"\n", b"\r\n"),
        "cr": lambda: content.replace(b"\n", b"\r"),
        "nul": lambda: content.replace(b"e", b"\0", 3),
        "gzip": lambda: gzip.compress(content),
        "cut gzip": lambda: gzip.compress(content)[:-20],
        "gzip with a rest": lambda: gzip.compress(content) + b"rest",
        "web page": lambda: f"<!DOCTYPE html><html><body>{WORD}</body></html>".encode(),
        "other archive": lambda: _zip({"a.txt": content}),
        "old Excel": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000),
        "long line": lambda: content + WORD.encode() * 10**6,
        "surrogates": lambda: content.replace(b"swollen", b"\xed\xa0\x80"),
    }
    special = ("folder", "pipe", "link to itself", "device")
    kind = draw.choice([*files, *BYTES, *special])
    if kind in special:
        path.unlink()
        if kind == "folder":
            path.mkdir()
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to(path if kind == "link to itself" else "/dev/zero")
        return kind
    path.write_bytes(files[kind]() if kind in files else BYTES[kind](content, draw))
    return kind


def _csv(path: Path, draw: random.Random) -> str:
    rows = list(csv.reader(io.StringIO(path.read_text(), newline="")))
    spot, column = draw.randrange(1, len(rows)), draw.randrange(len(rows[0]))
    odd = str(draw.choice([value for value in ODD if value != "\ud800"]))
    blank = [[], [], [" "] * len(rows[0])]
    changes: Mapping[str, Callable[[], list[list[str]]]] = {
        "semicolon": lambda: rows,
        "tab": lambda: rows,
        "open quote": lambda: rows,
        "repeated column": lambda: [[*row, row[column]] for row in rows],
        "missing column": lambda: [[*row[:column], *row[column + 1 :]] for row in rows],
        "other case": lambda: [[name.upper() for name in rows[0]], *rows[1:]],
        "padded names": lambda: [[f" {name} " for name in rows[0]], *rows[1:]],
        "repeated row": lambda: [*rows[:spot], rows[spot], *rows[spot:]],
        "blank rows": lambda: [*rows[:spot], *blank, *rows[spot:]],
        "commas": lambda: [*rows, *([""] * len(rows[0]) for _ in range(3))],
        "extra cell": lambda: _with_row(rows, spot, [*rows[spot], WORD]),
        "missing cell": lambda: _with_row(rows, spot, rows[spot][:-1]),
        "odd cell": lambda: _with_row(rows, spot, _with_cell(rows[spot], column, odd)),
        "long cell": lambda: _with_row(rows, spot, _with_cell(rows[spot], column, WORD * 40_000)),
        "header only": lambda: rows[:1],
        "header twice": lambda: [*rows[:spot], rows[0], *rows[spot:]],
        "no header": lambda: rows[1:],
    }
    kind = draw.choice([*changes, "odd cell", "odd cell"])
    text = io.StringIO(newline="")
    delimiter = {"semicolon": ";", "tab": "\t"}.get(kind, ",")
    csv.writer(text, delimiter=delimiter).writerows(changes[kind]())
    content = text.getvalue()
    if kind == "open quote":
        content = content.replace('"', "", 1) if draw.random() < 0.5 else content + f'"{WORD}'
    path.write_text(content, newline="")
    return f"{kind}, row {spot}, column {column}"


def _with_row(rows: list[list[str]], spot: int, row: list[str]) -> list[list[str]]:
    return [*rows[:spot], row, *rows[spot + 1 :]]


def _with_cell(row: list[str], column: int, cell: str) -> list[str]:
    return [*row[:column], cell, *row[column + 1 :]]


def _json(path: Path, draw: random.Random) -> str:
    value = json.loads(path.read_text())
    kind, value = _changed(value, draw)
    text = json.dumps(value)
    path.write_text(_digits(text, draw), errors="surrogatepass")
    return kind


def _lines(path: Path, draw: random.Random) -> str:
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    kind, rows = _changed(rows, draw)
    lines = [json.dumps(row) for row in (rows if isinstance(rows, list) else [rows])]
    path.write_text(_digits("\n".join(lines) + draw.choice(("\n", "", "\n\n\n")), draw))
    return kind


def _digits(text: str, draw: random.Random) -> str:
    """A number of more digits than Python reads, in some of the files."""
    return (
        text.replace(": ", f": {'9' * 5000}, {json.dumps(WORD)}: ", 1)
        if draw.random() < 0.1
        else text
    )


def _changed(value: Any, draw: random.Random) -> tuple[str, Any]:
    """One change at a random depth."""
    places = list(_places(value, draw))
    kind = draw.choice(
        ("value", "value", "value", "missing", "renamed", "repeated", "nested", "top")
    )
    if kind == "top":
        return kind, draw.choice(({}, [], None, WORD, 3, {"data": value}, [value], [[]], [None]))
    holder, key = draw.choice(places)
    if kind == "missing":
        del holder[key]
    elif kind == "renamed" and isinstance(holder, dict):
        holder[f"{WORD}other"] = holder.pop(key)
    elif kind == "repeated" and isinstance(value, list):
        value.append(value[0])
    elif kind == "nested":
        deep: Any = WORD
        for _ in range(500):
            deep = [deep]
        holder[key] = deep
    else:
        holder[key] = draw.choice(ODD)
    return f"{kind} {key}", value


def _places(value: Any, draw: random.Random) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in list(items):
        yield value, key
        if isinstance(child, dict | list):
            yield from _places(child, draw)


def _workbook(path: Path, draw: random.Random) -> str:
    import datetime

    import openpyxl

    if draw.random() < 0.4:
        return _parts(path, draw)
    book = openpyxl.load_workbook(path)
    sheet: Any = book.active
    row, column = draw.randint(2, sheet.max_row), draw.randint(1, sheet.max_column)
    cell = sheet.cell(row, column)
    values = {
        **{"number": 2.5, "date": datetime.datetime(2020, 1, 1), "bool": True, "formula": "=1/0"},
        **{"error": "#REF!", "empty": None, "long": WORD * 6000, "spaces": "\u00a0 "},
        "markup": f"<{WORD}>&amp;_x000D_",
    }
    copied = [sheet.cell(row, number).value for number in (1, 2, 3)]
    changes: Mapping[str, Callable[[], object]] = {
        "merged": lambda: sheet.merge_cells(f"A{row}:C{row}"),
        "sheet before": lambda: book.create_sheet(WORD, 0),
        "column before": lambda: sheet.insert_cols(1),
        "repeated column": lambda: sheet.cell(1, 4, sheet.cell(1, column).value),
        "missing column": lambda: sheet.delete_cols(column),
        "repeated row": lambda: sheet.append(copied),
        "blank rows": lambda: sheet.insert_rows(row, 3),
        "no rows": lambda: sheet.delete_rows(2, 100),
        "other case": lambda: sheet.cell(1, column, str(sheet.cell(1, column).value).upper()),
        "hidden": lambda: setattr(sheet.row_dimensions[row], "hidden", True),
    }
    kind = draw.choice([*values, *changes])
    if kind in values:
        cell.value = values[kind]
    else:
        changes[kind]()
    book.save(path)
    return f"{kind}, row {row}, column {column}"


def _parts(path: Path, draw: random.Random) -> str:
    """A workbook of which one part is damaged, missing or another."""
    with zipfile.ZipFile(path) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    name = draw.choice(sorted(parts))
    kind = draw.choice([*BYTES, "missing", "entities", "dimension"])
    if kind == "missing":
        del parts[name]
    elif kind == "entities":
        entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        head = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "{WORD}">{entities}]><x>&a9;</x>'
        parts[name] = head.encode()
    elif kind == "dimension":
        sheet = "xl/worksheets/sheet1.xml"
        parts[sheet] = parts[sheet].replace(b"A1:C8", b"A1:A2")
    else:
        parts[name] = BYTES[kind](parts[name], draw)
    path.write_bytes(_zip(parts))
    return f"part {name} {kind}"


def _zip(parts: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
