"""Writes a page with every item of a pair: prompt, reference, both answers, scores and flags.

    python -m analysis view meditron7b                  all tasks of the pair
    python -m analysis view meditron7b mednli           one task
    python -m analysis view meditron7b:llama2_7b mednli study=demo prompt=cot paths.mlruns=DIR

PAIR is the name of the biomedical model, or tuned:base. Settings are those of `python -m analysis`.
The page is one file that opens from disk, mlruns/analysis/samples/<pair>.html, readable by its
owner only. It shows texts of open data. For credentialed data it shows scores and flags, unless
text=full declares that it stays where their texts may be read; text=none shows no texts. Prompts
and references need the data on this machine. docs/samples.md explains the page and the labels.

Exit code 0: written; 1: there is no such pair, or nothing to compare.
"""

import argparse

from clue.common.cli import Command
from clue.common.console import print_rows
from clue.config.overrides import as_settings
from clue.errors import ConfigError


def add(parser: argparse.ArgumentParser) -> None:
    """Adds the options of the command."""
    parser.add_argument("pair", metavar="PAIR", help="biomedical model, or tuned:base")
    parser.add_argument("words", nargs="*", metavar="TASK | key=value", help="a task, and settings")


def run(arguments: argparse.Namespace) -> int:
    """Runs the command; returns the exit code."""
    from analysis.configuration import configuration

    tasks = [word for word in arguments.words if "=" not in word]
    if len(tasks) > 1:
        raise ConfigError(f"one task or all: write one of {', '.join(tasks)}, or none")
    conf = configuration([word for word in arguments.words if "=" in word])
    from analysis.number_format import number
    from analysis.paired_study.cells_of_study import study_cells
    from analysis.samples.write_page import write_page

    path = write_page(study_cells(conf), conf, arguments.pair, tasks[0] if tasks else None)
    print_rows([f"Written: {path} ({number(path.stat().st_size / 1e6, 1)} MB)"])
    return 0


main = Command("python -m analysis view", __doc__, add, run, as_settings)
