"""Shared command line: help, options, messages and exit codes of every command.

A command is a module with `main = Command(...)`. One of several below a command, such as `fetch` of
`clue data`, is a `Subcommand`: a module with `add(parser)` and `run(arguments) -> exit code`.
"""

import argparse
import importlib
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from clue.common import console
from clue.common.atomic_write import private_files
from clue.common.paths import expanded
from clue.errors import ClueError, ConfigError, explain_os_error

CONFIG_DIR = "CLUE_CONFIG_DIR"
"""Environment variable with folders of own configuration files, see `clue.config.files`."""
CONFIG_DIR_OPTION = "--config-dir"
"""Option of every command that sets the variable, so that all processes of the command have it."""


@dataclass(frozen=True)
class Command:
    """A command line; calling it with arguments returns the exit code."""

    name: str
    """As typed by the user."""
    help: str | None
    """The module's docstring."""
    add: Callable[[argparse.ArgumentParser], None]
    """Adds the options to a parser."""
    run: Callable[[argparse.Namespace], int] | None = None
    """Runs the command; None if the parser has subcommands, which have their own."""
    rewrite: Callable[[Iterable[str]], list[str]] | None = None
    """Rewrites arguments before parsing; None = `as_options`."""

    def parser(self) -> argparse.ArgumentParser:
        """Returns the parser of the command's options."""
        parser = console.VisibleParser(
            self.name,
            description=self.help,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self.add(parser)
        parser.add_argument(  # for the help: `take_config_dir` has taken it out before
            CONFIG_DIR_OPTION,
            metavar="DIR",
            help="folder of your own task/*.yaml, model/*.yaml, ...; may be repeated (default: "
            f"{CONFIG_DIR})",
        )
        if self.run:
            parser.set_defaults(run=self.run)
        return parser

    def __call__(self, arguments: Sequence[str] | None = None) -> int:
        """Run the command; returns 0, 1 after an error, 130 after Ctrl-C, 141 without a reader.

        Files that it writes can be read by their owner only: they may name samples.

        Raises:
            SystemExit: with code 2 if the arguments are wrong.
        """
        with private_files():
            return self._run(arguments)

    def _run(self, arguments: Sequence[str] | None) -> int:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(console.VisibleFormatter("%(message)s"))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
        console.accept_all_texts()
        words = sys.argv[1:] if arguments is None else arguments
        try:
            words = take_config_dir(words)
            parsed = self.parser().parse_args((self.rewrite or as_options)(words))
            return int(parsed.run(parsed))
        except ClueError as error:
            console.print_error(f"error: {error}")
            return 1
        except BrokenPipeError:  # `| head` has read enough
            console.discard_output()
            return 128 + signal.SIGPIPE
        except OSError as error:
            console.print_error(f"error: {explain_os_error(error)}")
            return 1
        except KeyboardInterrupt:
            console.print_error("stopped; run the same command again to continue")
            return 130


class Subcommand(NamedTuple):
    """One of several commands below a command."""

    module: str
    """Has `add` and `run`; it is imported when its own arguments are parsed."""
    help: str


class _SubcommandParser(console.VisibleParser):
    """Parser of a subcommand, whose module is imported with its first use."""

    module = ""

    def parse_known_args(self, *arguments: Any, **settings: Any) -> Any:
        """Adds the options of the subcommand, then parses."""
        if self.module:
            module, self.module = importlib.import_module(self.module), ""
            module.add(self)
            self.set_defaults(run=module.run)
        return super().parse_known_args(*arguments, **settings)


def add_subcommands(
    parser: argparse.ArgumentParser,
    subcommands: Mapping[str, Subcommand],
    shared: argparse.ArgumentParser,
    metavar: str = "COMMAND",
) -> "argparse._SubParsersAction[_SubcommandParser]":
    """Add subcommands to a parser.

    Args:
        parser: of the parent command.
        subcommands: by name.
        shared: options of all subcommands.
        metavar: name of a subcommand in the help.
    """
    subparsers = parser.add_subparsers(
        metavar=metavar, required=True, parser_class=_SubcommandParser
    )
    parents: list[Any] = [shared]
    for name, (module, text) in subcommands.items():
        subparser = subparsers.add_parser(name, help=text, description=text, parents=parents)
        subparser.module = module
    return subparsers


def as_options(arguments: Iterable[str]) -> list[str]:
    """Rewrites arguments such as `paths.mlruns=DIR` as `--mlruns=DIR`.

    >>> as_options(["list", "paths.mlruns=/tmp/store"])
    ['list', '--mlruns=/tmp/store']
    """
    return [re.sub(r"^paths\.(\w+)=", r"--\1=", argument) for argument in arguments]


def take_config_dir(arguments: Iterable[str]) -> list[str]:
    """Takes `--config-dir DIR` out of arguments and into the environment, as absolute paths.

    The option replaces the variable. Processes that this one starts inherit the variable.

    >>> take_config_dir(["task=meqsum", "limit=5"])
    ['task=meqsum', 'limit=5']

    Raises:
        ConfigError: the option has no value, or its value is several folders.
    """
    rest: list[str] = []
    folders: list[str] = []
    words = iter(arguments)
    for word in words:
        name, equals, folder = word.partition("=")
        if name == CONFIG_DIR_OPTION:
            folders.append(folder if equals else next(words, ""))
        else:
            rest.append(word)
    if any(not folder or os.pathsep in folder for folder in folders):
        raise ConfigError(f"write {CONFIG_DIR_OPTION} DIR, once for each folder")
    folders = folders or os.environ.get(CONFIG_DIR, "").split(os.pathsep)
    if any(folders):
        absolute = [str(expanded(folder).absolute()) for folder in folders if folder]
        os.environ[CONFIG_DIR] = os.pathsep.join(absolute)
    return rest
