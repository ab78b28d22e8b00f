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
from collections.abc import Sequence

from hydra import compose, initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from analysis.settings import AnalysisConf, validate
from clue.common.cli import Command
from clue.config.folders import CONF, ROOT
from clue.config.overrides import as_settings, check_overrides, explain
from clue.errors import ConfigError

OmegaConf.register_new_resolver("project", lambda name: str(ROOT / name), replace=True)
ConfigStore.instance().store(name="analysis_schema", node=AnalysisConf)


def settings(overrides: Sequence[str]) -> AnalysisConf:
    """Settings of conf/analysis.yaml with what the command line says.

    Raises:
        ConfigError: a setting is unknown or out of range.
    """
    for override in overrides:
        if override.startswith("~") or "=" not in override:
            raise ConfigError(f"{override}: settings are not removed; write key=value")
    check_overrides(overrides, AnalysisConf)
    try:
        with initialize_config_dir(str(CONF), version_base="1.3"):
            made = OmegaConf.to_object(compose("analysis", overrides=list(overrides)))
    except (HydraException, OmegaConfBaseException) as error:
        raise ConfigError(explain(error, CONF)) from error
    assert isinstance(made, AnalysisConf)
    validate(made)
    return made


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("settings", nargs="*", metavar="key=value", help="of conf/analysis.yaml")
    parser.add_argument("--cfg", action="store_true", help="print the settings and stop")


def run(chosen: argparse.Namespace) -> int:
    """Run the command; returns the exit code."""
    conf = settings(chosen.settings)
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
