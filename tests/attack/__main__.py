"""Campaigns that are too long for the tests: `python -m tests.attack KILLS ARCHIVES`.

40 new stores whose first command is killed within ten seconds, and 100 rotten archives.
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from clue.cli.store import export
from clue.cli.store.parser import main as store_command
from clue.config.folders import ROOT

SECONDS = 10.0
COMMAND = ("backend=fake", "task=mednli", "limit=2", "paths.data=demo")


def kills(count: int, folder: Path) -> int:
    """Returns the number of new stores that a kill made unusable."""
    broken, draw = 0, random.Random(1)
    for number in range(count):
        command = [
            sys.executable,
            str(ROOT / "run.py"),
            *COMMAND,
            f"paths.mlruns={folder / str(number)}",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        process = subprocess.Popen(command, **quiet)  # type: ignore[call-overload]
        time.sleep(draw.uniform(0, SECONDS))
        process.kill()
        process.wait()
        broken += subprocess.run(command, check=False, **quiet).returncode != 0  # type: ignore[call-overload]
    return broken


def archives(count: int, folder: Path) -> int:
    """Returns the number of rotten archives that wrote outside of their store."""
    draw, wrong = random.Random(1), 0
    content = export.zip_bytes({"store.json": b'{"format": 2}\n', "analysis/a.csv": b"x" * 500})
    for number in range(count):
        place = folder / f"archive{number}"
        rotten = bytearray(content)
        for _ in range(draw.randint(1, 8)):
            rotten[draw.randrange(len(rotten))] = draw.randrange(256)
        place.mkdir()
        (place / "a.zip").write_bytes(rotten[: draw.randint(1, len(rotten))])
        store_command(["import", "--mlruns", str(place / "store"), str(place / "a.zip")])
        wrong += {path.name for path in place.iterdir()} > {"a.zip", "store"}
    return wrong


if __name__ == "__main__":
    of_kills, of_archives = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as temporary:
        broken = kills(of_kills, Path(temporary))
        wrong = archives(of_archives, Path(temporary))
    print(
        f"kills: {broken} of {of_kills} stores broken; archives: {wrong} of {of_archives} escaped"
    )
    sys.exit(int(broken + wrong > 0))
