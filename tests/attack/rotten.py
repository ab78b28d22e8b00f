"""Rotten stores: one damaged file of a complete store, then the same commands.

`store verify` names the damage, or nothing that counts has changed. The same command and the same
analysis give what they gave before, or say in a sentence what to do.
"""

from collections.abc import Iterator
from pathlib import Path

from tests.attack.campaign import Campaign, Case
from tests.attack.damage import damage
from tests.attack.forked import Ended
from tests.attack.stores import (
    Undisturbed,
    analyse,
    analysis,
    clue,
    copied,
    differing,
    evaluate,
    undisturbed,
)

KINDS = (
    *("cells/*/*/*/completions.jsonl", "cells/*/*/*/completions.jsonl"),
    *("cells/*/*/*/records-*.parquet", "cells/*/*/*/records-*.parquet"),
    *("cells/*/*/*/cell.json", "store.json", "annotations.json", "studies/*/*.json"),
    *("cache/features/*.sqlite", "cache/files/*", "mlflow.db", "mlflow.db"),
    *("hydra/**/outcomes.jsonl", "hydra/**/*.yaml", "analysis/files.json", "artifacts/**/*.json"),
)


def attempt(case: Case) -> Iterator[str]:
    """Damage a file, verify, repeat the command and the analysis."""
    base: Undisturbed = case.base
    store = copied(base, case.folder)
    pattern = case.draw.choice(KINDS)
    files = sorted(path for path in store.glob(pattern) if path.is_file())
    path = case.draw.choice(files)
    kind = damage(path, [other for other in files if other != path], case.draw)
    for problem in _problems(base, store, path):
        yield f"{path.relative_to(store)} {kind}: {problem}"


def _problems(base: Undisturbed, store: Path, damaged: Path) -> Iterator[str]:
    verified = clue(store, "store", "verify")
    analysed = analyse(store)
    yield from _unclear("verify", verified)
    yield from _unclear("analysis", analysed)
    same_analysis = analysed.code == 0 and analysis(store) == base.analysis
    if analysed.code == 0 and not same_analysis and not _warned(verified, analysed):
        yield f"the analysis differs without a word; verify: {verified.output[-300:]}"
    # `verify` does not read a report; the analysis that cannot replace it names the file
    if analysed.code != 0 and verified.code == 0 and str(damaged) not in analysed.output:
        yield f"verify sees nothing, the analysis fails: {analysed.output[-300:]}"
    repeated = evaluate(store)
    yield from _unclear("command", repeated)
    if repeated.code == 0:
        yield from differing(base.records, store)
        again = analyse(store)
        yield from _unclear("analysis after the command", again)
        if again.code == 0 and analysis(store) != base.analysis:
            yield "the analysis differs after the command was repeated"
    elif verified.code == 0 and str(damaged) not in repeated.output:
        yield f"verify sees nothing, the command fails: {repeated.output[-500:]}"


def _warned(verified: Ended, analysed: Ended) -> bool:
    """True if `verify` names a fault, and the analysis says which cell it leaves out."""
    return verified.code == 1 and "damaged" in analysed.output


def _unclear(name: str, ended: Ended) -> Iterator[str]:
    """A traceback, or a failure without a reason."""
    unforeseen = ended.unforeseen()
    if unforeseen:
        yield f"{name}: {unforeseen}"
    elif ended.code not in (0, 1):
        yield f"{name}: exit code {ended.code}: {ended.output[-300:]}"
    elif ended.code and not ended.output.strip():
        yield f"{name}: exit code 1 without a word"


CAMPAIGN = Campaign(120, attempt, undisturbed, minutes=40)
