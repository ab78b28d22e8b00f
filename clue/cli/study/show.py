"""`python -m clue study show`: everything that a study declares, as YAML."""

import argparse

import yaml

from clue.cli.study.resolved import resolved
from clue.common.console import print_lines
from clue.study.freeze import declaration_content


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", help="name of a file in conf/study")


def run(arguments: argparse.Namespace) -> int:
    """Print the declaration."""
    study = resolved(arguments.study, arguments)
    content = declaration_content(study.resolver)
    print_lines(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100).rstrip())
    for sentence in study.statement:
        print_lines(f"# {sentence}")
    return 0
