"""`python -m clue study show`: everything that a study declares, as YAML."""

import argparse

import yaml

from clue.cli.study.resolved import resolved
from clue.study.freeze import declaration_content

HELP = "print everything that a study declares, resolved, and when it was frozen"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("study", help="name of a file in conf/study")


def run(arguments: argparse.Namespace) -> int:
    """Print the declaration."""
    study = resolved(arguments.study, arguments)
    content = declaration_content(study.resolver)
    print(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100), end="")
    for sentence in study.statement:
        print(f"# {sentence}")
    return 0
