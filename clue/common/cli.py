"""Command lines, alike in help, options, messages and exit code.

A command is a module with `main = Command(...)`. One of several below a command, such as `fetch` of
`clue data`, is a module with `HELP`, `add(parser)` and `run(arguments) -> exit code`.
"""

import argparse
import logging
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

from clue.errors import ClueError


@dataclass(frozen=True)
class Command:
    """A command line: called with its arguments, it returns the exit code."""

    name: str
    """As it is typed."""
    help: str | None
    """The module's docstring."""
    add: Callable[[argparse.ArgumentParser], None]
    """Adds the options to a parser."""
    run: Callable[[argparse.Namespace], int] | None = None
    """Runs the command; None: the subcommands of the parser have their own."""
    rewrite: Callable[[Iterable[str]], list[str]] | None = None
    """Rewrites arguments before they are parsed; None: `as_options`."""

    def parser(self) -> argparse.ArgumentParser:
        """The parser of the command's options."""
        parser = argparse.ArgumentParser(
            self.name,
            description=self.help,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add(parser)
        if self.run:
            parser.set_defaults(run=self.run)
        return parser

    def __call__(self, arguments: Sequence[str] | None = None) -> int:
        """Run the command; returns 0, 1 after an error, 130 after Ctrl-C.

        Raises:
            SystemExit: with 2, the arguments are wrong.
        """
        logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
        words = sys.argv[1:] if arguments is None else arguments
        chosen = self.parser().parse_args((self.rewrite or as_options)(words))
        try:
            return int(chosen.run(chosen))
        except ClueError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped; give the same command again", file=sys.stderr)
            return 130


def add_subcommands(
    parser: argparse.ArgumentParser,
    modules: Mapping[str, ModuleType],
    shared: argparse.ArgumentParser,
    metavar: str = "COMMAND",
) -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    """Add subcommands to a parser.

    Args:
        parser: of the command that they belong to.
        modules: each with `HELP`, `add` and `run`, by the name that is typed.
        shared: options that all of them have.
        metavar: what the help calls one.
    """
    subparsers = parser.add_subparsers(metavar=metavar, required=True)
    for name, module in modules.items():
        subparser = subparsers.add_parser(
            name, help=module.HELP, description=module.HELP, parents=[shared]
        )
        module.add(subparser)
        subparser.set_defaults(run=module.run)
    return subparsers


def as_options(arguments: Iterable[str]) -> list[str]:
    """Arguments in which `paths.mlruns=DIR` is written as `--mlruns=DIR`.

    >>> as_options(["list", "paths.mlruns=/tmp/store"])
    ['list', '--mlruns=/tmp/store']
    """
    return [re.sub(r"^paths\.(\w+)=", r"--\1=", argument) for argument in arguments]
