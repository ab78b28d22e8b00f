"""Evaluate a model on clinical tasks.

    python run.py model=smollm2_135m task=meqsum
    python run.py -m model=meditron7b,llama2_7b task=all
    python run.py -m study=paper      # all declared cells that are not stored

`python run.py --help` lists models, tasks and settings. Exit code: 0 if every cell is
done, was done before, or is too long for its model in a sweep; 1 if a cell failed; 130 after
Ctrl-C; 143 after SIGTERM. In each case generated answers are kept, and the same command continues.
"""

from collections.abc import Mapping
from typing import Any

from clue.common.cli import take_config_dir
from clue.common.console import accept_all_texts, print_error, print_lines
from clue.config.folders import CONF
from clue.errors import ClueError
from clue.launch.shell_completion import asks_completion, complete

HELP = ("-h", "--help")


def main(arguments: list[str]) -> int:
    """Run the command, or print its help or completions, which need less; returns the exit code."""
    accept_all_texts()
    try:
        words = take_config_dir(arguments)
        if len(words) == 1 and words[0] in HELP:
            print_lines(help_text())
            return 0
        if asks_completion(words):
            complete(words)
            return 0
    except ClueError as error:
        print_error(f"error: {error}")
        return 1
    from clue.launch.command import run

    return run(arguments)


def help_text() -> str:
    """Returns what Hydra would print for `--help`, from the template in `conf/config.yaml`.

    Raises:
        ConfigError: an own file or folder cannot be used.
    """
    import yaml

    from clue.config.files import check_own_files, choices_in_help

    check_own_files()
    content = yaml.load(
        (CONF / "config.yaml").read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    )
    settings: Mapping[str, Any] = content["hydra"]["help"]
    values = {
        "${hydra.help.header}": str(settings["header"]),
        "${choices_in_help:}": choices_in_help(),
    }
    text = str(settings["template"])
    for name, value in values.items():
        text = text.replace(name, value)
    return text.replace("$$", "$")
