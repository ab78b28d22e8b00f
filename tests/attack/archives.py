"""Hostile and rotten archives: a sentence, nothing outside of the store, no half of an archive."""

import io
import json
import random
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from clue.cli.store import export
from tests.attack.campaign import Campaign, Case
from tests.attack.damage import BYTES
from tests.attack.forked import command
from tests.attack.stores import Undisturbed, undisturbed

Members = dict[str, bytes]
CELL = "cells/mednli/m/0123456789abcdef/cell.json"
NAMES = (
    *("../x", "cells/../../x", "analysis/../../x", "/tmp/attack-absolute", "//x", "C:\\x", "C:x"),
    *(
        "..\\x",
        "cells\\..\\..\\x",
        "analysis/..\\..\\x",
        "analysis/./x",
        "analysis//x",
        "analysis/",
    ),
    *("analysis/a\x01b", "cells/%2e%2e/x", "analysis/\u2025/x", "analysis/" + "y" * 300, "~/x"),
    *("studies/../1.json", "runs/../x.json", "store.json/x", "analysis/con", "analysis/-rf", ""),
    *("mlflow.db", "hydra/x", "cache/files/x.checked", "lock", ".initialise.lock", CELL + "/x"),
)


def attempt(case: Case) -> Iterator[str]:
    """Import an archive into an empty store, or into one that has its cells."""
    base: Undisturbed = case.base
    archive = case.folder / case.draw.choice(("a.zip", "a.zip", "a b.zip", "...zip", "-a.zip"))
    with zipfile.ZipFile(base.folder.parent / "study.zip") as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    kind, content = _archive(members, case.draw)
    archive.write_bytes(content)
    store = case.folder / "store"
    words = ["clue", "store", "import", str(archive.absolute()), f"paths.mlruns={store}"]
    ended = command(words, seconds=60, environment={"CLUE_MAX_GIB": "0.05"}, folder=case.folder)
    for problem in _problems(ended.code, ended.unforeseen(), ended.output, store, archive):
        yield f"{kind}: {problem}"


def _problems(
    code: int, unforeseen: str | None, output: str, store: Path, archive: Path
) -> Iterator[str]:
    if unforeseen:
        yield unforeseen
    elif code not in (0, 1):
        yield f"exit code {code}: {output[-300:]}"
    outside = {path for path in archive.parent.iterdir()} - {store, archive}
    outside |= {Path("/tmp/attack-absolute")} if Path("/tmp/attack-absolute").exists() else set()
    if outside:
        yield f"outside of the store: {sorted(map(str, outside))}"
    links = [path for path in store.rglob("*") if path.is_symlink()]
    if links:
        yield f"links: {links}"
    cells = [path for path in store.rglob("*") if path.is_file() and "cells" in path.parts]
    if code and cells:
        yield f"{len(cells)} files of cells after an error: {output[-300:]}"


def _archive(members: Members, draw: random.Random) -> tuple[str, bytes]:
    makers: Mapping[str, Callable[[Members, random.Random], bytes]] = {
        "bytes": _rotten,
        "name": _named,
        "manifest": _manifest,
        "content": _contents,
        "form": _forms,
    }
    kind = draw.choice([*makers, "bytes", "name"])
    state = draw.getrandbits(32)
    return f"{kind} {state}", makers[kind](members, random.Random(state))


def _rotten(members: Members, draw: random.Random) -> bytes:
    content = _zipped(members)
    for _ in range(draw.randint(1, 4)):
        content = BYTES[draw.choice(list(BYTES))](content or b"0", draw)
    return content


def _named(members: Members, draw: random.Random) -> bytes:
    files = {name: members[name] for name in members if name != export.MANIFEST}
    name = draw.choice(NAMES)
    return export.zip_bytes({**files, name: b"escaped"})


def _manifest(members: Members, draw: random.Random) -> bytes:
    sums = json.loads(members[export.MANIFEST])
    first = next(iter(sums))
    manifest = draw.choice(
        (
            *(b"", b"null", b"[]", b"7", b'"a"', b"{", b"[" * 100_000, b"\xff", b"9" * 9000),
            *(json.dumps(dict.fromkeys(sums, value)).encode() for value in (None, 1, [], {}, "")),
            json.dumps({**sums, first: sums[first].upper()}).encode(),
            json.dumps({**sums, "cells/none": sums[first]}).encode(),
            json.dumps({name: sums[name] for name in sums if name != first}).encode(),
        )
    )
    return _zipped({**members, export.MANIFEST: manifest})


def _contents(members: Members, draw: random.Random) -> bytes:
    """Right checksums of wrong files."""
    files = {name: members[name] for name in members if name != export.MANIFEST}
    for _ in range(draw.randint(1, 3)):
        name = draw.choice(sorted(files))
        files[name] = BYTES[draw.choice(list(BYTES))](files[name] or b"0", draw)
    return export.zip_bytes(files)


def _forms(members: Members, draw: random.Random) -> bytes:
    """Forms of members that a zip file may have, and an export never has."""
    link, extra = zipfile.ZipInfo("analysis/link"), zipfile.ZipInfo("analysis/extra")
    link.external_attr = 0o120777 << 16
    additions: Mapping[str, tuple[zipfile.ZipInfo | str, bytes, int]] = {
        "link": (link, b"../../../outside", zipfile.ZIP_STORED),
        "folder": ("analysis/x/", b"", zipfile.ZIP_STORED),
        "bomb": (extra, bytes(80_000_000), zipfile.ZIP_DEFLATED),
        "twice": (draw.choice(sorted(members)), b"second", zipfile.ZIP_DEFLATED),
        "nested": ("analysis/a.zip", _zipped(members), zipfile.ZIP_DEFLATED),
        "method": (extra, b"x" * 99, zipfile.ZIP_LZMA),
    }
    kind = draw.choice([*additions, "encrypted", "empty"])
    if kind == "empty":
        return _zipped({})
    if kind == "encrypted":
        return _encrypted(_zipped(members))
    buffer = io.BytesIO(_zipped(members))
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(*additions[kind])
    return buffer.getvalue()


def _encrypted(content: bytes) -> bytes:
    """Every member with the flag of encryption."""
    flagged = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = flagged.find(mark)
        while start >= 0:
            flagged[start + offset] |= 1
            start = flagged.find(mark, start + 4)
    return bytes(flagged)


def _zipped(members: Members) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


CAMPAIGN = Campaign(100, attempt, undisturbed)
