"""`python -m clue store use`: choose the stored cell that counts where several fit a declared one.

The choice is written into the store; the analysis and its report say so.
"""

import argparse
import logging
from collections.abc import Iterator, Sequence

from clue.cli.store.arguments import add_data, add_fingerprint, paths_of, store_of
from clue.common.console import print_lines
from clue.config.locations import options
from clue.errors import StoreError
from clue.store import annotations_file
from clue.store.addresses import Address, distinct, parse, resolve
from clue.store.annotations import StoreChoice
from clue.store.generations import generations
from clue.store.stored_tables import StoredTable, stored_tables
from clue.study.ambiguity import table_differences
from clue.study.membership import Ambiguity
from clue.study.stored_studies import StoredStudies, stored_studies

log = logging.getLogger(__name__)


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_fingerprint(parser)
    add_data(parser)
    parser.add_argument("--undo", action="store_true", help="take the choice of this cell back")


def run(arguments: argparse.Namespace) -> int:
    """Write or take back a choice; prints what was chosen against what."""
    return _undo(arguments) if arguments.undo else _use(arguments)


def _use(arguments: argparse.Namespace) -> int:
    mlruns, paths = store_of(arguments), paths_of(arguments)
    list(generations(mlruns))  # the store exists
    tables = stored_tables(mlruns)
    studies = stored_studies(tables, paths)  # without the choices of now: they can be changed
    for line in studies.warnings():
        log.warning("%s", line)
    cases = list(_cases(studies))
    chosen = _chosen(arguments.fingerprint, cases, tables, studies)
    cases = [case for case in cases if chosen in case.tables]
    candidates = {table.address: table for case in cases for table in case.tables}
    others = [table for table in candidates.values() if table is not chosen]
    addresses = {table.address: str(distinct(table.address, candidates)) for table in others}
    address = str(distinct(chosen.address, candidates))
    choice = StoreChoice(address, tuple(sorted(addresses.values())), annotations_file.now())
    annotations_file.update(mlruns, lambda annotations: annotations.choose(choice))
    print_lines(f"{address} counts as {', '.join(dict.fromkeys(case.key.name for case in cases))}")
    for other in others:
        print_lines(f"  not {addresses[other.address]}: {table_differences(chosen, other)}")
    print_lines(
        f"To take it back: python -m clue store use --undo {address}{options(paths, 'mlruns')}"
    )
    return 0


def _undo(arguments: argparse.Namespace) -> int:
    mlruns = store_of(arguments)
    choices = annotations_file.read(mlruns).choices
    described = {parse(choice.chosen): f"not {', '.join(choice.rejected)}" for choice in choices}
    if not described:
        raise StoreError(f"nothing was chosen in {mlruns}: there is no choice to take back")
    address = str(resolve(arguments.fingerprint, described))
    after = annotations_file.update(mlruns, lambda annotations: annotations.undo(address))
    for choice in choices:
        if choice.chosen == address:
            rest = after.decision(choice.candidates)
            now = f"{rest} is chosen again" if rest else "one of them is to be chosen again"
            print_lines(f"{address} is no longer chosen over {', '.join(choice.rejected)}: {now}")
    return 0


def _cases(studies: StoredStudies) -> Iterator[Ambiguity]:
    for study in studies.studies.values():
        yield from study.members.ambiguous


def _chosen(
    text: str, cases: Sequence[Ambiguity], tables: Sequence[StoredTable], studies: StoredStudies
) -> StoredTable:
    """The candidate that a person named.

    Raises:
        StoreError: it is none, or several; lists them.
    """
    candidates = {table.address: table for case in cases for table in case.tables}
    names = {address: f"{table.name}, {table.backend}" for address, table in candidates.items()}
    if not any(map(parse(text).matches, names)):
        for table in tables:
            if parse(text).matches(table.address):
                raise StoreError(_no_candidate(table, studies, names))
    if not names:
        raise StoreError("no declared cell has several stored cells that fit: nothing to choose")
    return candidates[resolve(text, names)]


def _no_candidate(
    table: StoredTable, studies: StoredStudies, candidates: dict[Address, str]
) -> str:
    """Explains why a stored cell cannot be chosen."""
    counting = studies.counting(table.path)
    standing = f"counts in {', '.join(counting)}" if counting else "fits no declared cell"
    reasons = [
        f"{name}: {study.reasons[table.path]}"
        for name, study in studies.studies.items()
        if not counting and table.path in study.reasons
    ]
    lines = [f"  {distinct(one, candidates)}  {name}" for one, name in candidates.items()]
    rest = ["cells between which one can choose:", *lines] if lines else ["nothing is to choose"]
    parts = [f"{table.fingerprint} ({table.name}) {standing}", *reasons, *rest]
    return "\n".join(parts)
