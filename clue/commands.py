"""Command lines, alike in help, messages and exit code.

A parser's default `run(arguments) -> exit code` says what it does. One of several commands
(`python -m clue.data fetch ...`) is a module with `HELP`, `add(parser)` and such a `run`.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from types import ModuleType

from clue.errors import ClueError


def parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """A command line whose help is its module's docstring."""
    return argparse.ArgumentParser(
        f"python -m {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    module: ModuleType,
    where: argparse.ArgumentParser,
) -> None:
    """Add a command.

    Args:
        commands: of the parser that it belongs to.
        name: as it is typed.
        module: what it does.
        where: options that all commands share.
    """
    made = commands.add_parser(name, help=module.HELP, description=module.HELP, parents=[where])
    module.add(made)
    made.set_defaults(run=module.run)


def run(made: argparse.ArgumentParser, arguments: Sequence[str] | None) -> int:
    """Run the command that is named; returns its exit code, 1 after an error, 130 after Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    chosen = made.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except ClueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; give the same command again", file=sys.stderr)
        return 130
