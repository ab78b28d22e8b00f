"""Paired study of the finished cells of a store: each biomedical model against its base.

    python -m analysis                          all pairs of the store in mlruns/
    python -m analysis comparator=ancestor      against the model whose training was continued
    python -m analysis paths.mlruns=DIR output=DIR

Prints the answer, a sentence per pair, level and task, and the commands for missing cells. Writes
cells.csv, cells.parquet, prompt_settings.csv, summary.json, files.json (what each file shows) and
the report (`report=false`: no report); the report of an earlier analysis in the same folder is
removed. The settings are in conf/analysis.yaml; `--cfg` prints them.

Exit code 0: done; 1: nothing could be compared, or some cells of a pair are not comparable.
"""

import argparse
from typing import TYPE_CHECKING

from clue.common.cli import Command
from clue.common.console import print_lines, print_rows
from clue.config.overrides import as_settings

if TYPE_CHECKING:  # --help imports nothing of the analysis
    from analysis.settings import AnalysisConf


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument(
        "settings", nargs="*", metavar="key=value", help="settings of conf/analysis.yaml"
    )
    parser.add_argument("--cfg", action="store_true", help="print the settings and stop")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from analysis.configuration import configuration

    conf = configuration(arguments.settings)
    if arguments.cfg:
        from omegaconf import OmegaConf

        print_lines(OmegaConf.to_yaml(OmegaConf.structured(conf)).rstrip())
        return 0
    return _analyse(conf)


def _analyse(conf: "AnalysisConf") -> int:
    from analysis.paired_study import run, study_cells
    from analysis.paired_study.output import declare_files, remove_report, write_study
    from analysis.paired_study.summary import summary
    from analysis.report.formats.console import study_lines
    from analysis.report.formats.next_step import no_pair_lines

    results = run(study_cells(conf), conf)
    print_rows(study_lines(results, conf))
    document = summary(results, conf)
    remove_report(conf.folder)
    paths = write_study(conf.folder, results.rows, document, results.tables)
    report_paths = []
    if conf.report:
        from analysis import report

        report_paths = report.write(results, conf, conf.folder)
    declare_files(conf.folder, [*paths, *report_paths], conf.shown_answers)
    if conf.report:
        from analysis.report import mlflow_run

        mlflow_run.log_run(results, conf, document)
    print_rows([" ".join(["Written:", *map(str, [*paths, *report_paths[:1]])])])
    if not results.rows:
        print_rows(no_pair_lines(results, conf))
    return int(bool(results.refused) or not results.rows)


main = Command("python -m analysis", __doc__, add, run, as_settings)
