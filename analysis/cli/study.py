"""The paired study of a store's finished cells: each biomedical model against its base.

    python -m analysis                          every pair, the store in mlruns/
    python -m analysis comparator=ancestor      against the model that was trained on
    python -m analysis paths.mlruns=DIR output=DIR

Prints the answer, a sentence per pair, level and task, and what is missing with the command that
makes it; writes cells.csv, cells.parquet, summary.json and the report (`report=false`: without).
Settings are those of conf/analysis.yaml; `--cfg` prints them.

Exit code 0: done; 1: nothing could be compared, or some cells of a pair are not comparable.
"""

import argparse

from omegaconf import OmegaConf

from analysis.configuration import configuration
from analysis.settings import AnalysisConf
from clue.common.cli import Command
from clue.config.overrides import as_settings


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("settings", nargs="*", metavar="key=value", help="of conf/analysis.yaml")
    parser.add_argument("--cfg", action="store_true", help="print the settings and stop")


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    conf = configuration(chosen.settings)
    if chosen.cfg:
        print(OmegaConf.to_yaml(OmegaConf.structured(conf)), end="")
        return 0
    return _analyse(conf)


def _analyse(conf: AnalysisConf) -> int:
    from analysis.cells import read_cells
    from analysis.paired_study import run
    from analysis.paired_study.output import write_study
    from analysis.paired_study.summary import summary
    from analysis.report.formats.console import alone, lines
    from clue.task.task_files import study

    cells = read_cells(conf.paths.store)
    results = run(cells, study(), conf)
    for line in lines(results):
        print(line)
    said = summary(results, conf, study())
    paths = write_study(conf.folder, results.rows, said)
    if conf.report:
        from analysis import report
        from analysis.report import mlflow_run

        paths = [*paths, *report.write(results, conf, study(), conf.folder)[:1]]
        mlflow_run.log_run(results, conf, said)
    if not results.rows:
        print("\n".join(alone(cells, results)))
    print("Written:", *paths)
    return int(bool(results.refused) or not results.rows)


main = Command("python -m analysis", __doc__, add, run, as_settings)
