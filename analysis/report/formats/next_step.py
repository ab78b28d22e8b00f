"""The next command if no pair could be compared, as lines of text."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from analysis.configuration import command
from analysis.paired_study.missing import study_command
from analysis.paired_study.results import StudyResults
from analysis.settings import AnalysisConf
from clue.store import annotations_file
from clue.store.stored_tables import stored_tables
from clue.study.declaration import DEFAULT
from clue.study.stored_studies import stored_studies

PAIR = 2
"""Models of one pair; of more, the command of the study evaluates them."""


def no_pair_lines(results: StudyResults, conf: AnalysisConf) -> Iterator[str]:
    """Says that nothing was compared, and the command that leads to a comparison."""
    yield f"No pair could be compared. Next: {_next_command(results, conf)}"


def _next_command(results: StudyResults, conf: AnalysisConf) -> str:
    """The half of a pair that is missing, else another study of these cells, else trials."""
    if results.missing:
        return results.missing[0].command
    counts = _cells_by_study(conf)
    counts.pop(conf.study.name, None)
    if counts:
        name = max(counts, key=lambda name: (counts[name], name == DEFAULT, name))
        return command(replace(conf, chosen=[f"study={name}"]))
    models = {trial.table.address.model for trial in results.study.trials}
    if len(models) > 1 and not conf.include_trials:
        return command(replace(conf, include_trials=True))
    if 0 < len(results.unevaluated) <= PAIR:
        return results.unevaluated[0].command
    return study_command(conf)


def _cells_by_study(conf: AnalysisConf) -> "Counter[str]":
    """Number of the store's cells that count in each declared study."""
    tables = stored_tables(conf.paths.store)
    chosen = annotations_file.read(conf.paths.store).chosen
    studies = stored_studies(tables, conf.paths, chosen)
    return Counter(name for table in tables for name in studies.counting(table.path))
