"""Checks that this project's commands take the arguments that a document gives; runs none."""

import argparse
import importlib
import itertools
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override
from omegaconf import OmegaConf

from analysis.configuration import configuration
from clue.backends import setting_problems
from clue.config.folders import CONF
from clue.config.overrides import check_overrides, groups
from clue.config.schema import Config
from clue.config.validation import validate
from clue.errors import ConfigError
from clue.launch import sweep  # noqa: F401  makes the schema known
from clue.launch.sharded import generating, shard_count

COMPLETE = {
    "model=hf": "model.repo=org/name",
    "hydra.launcher.": "hydra/launcher=slurm_gpu",
    "thinking.absent=": "thinking.mode=native",
}
"""What settings that begin so are not complete without."""
ANY = ("", "n", "N")
"""Values that stand for any."""


class Parsed(BaseException):
    """Ends a program whose arguments are parsed; no program handles it."""


def check_module(words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Check `python -m words[0] words[1:]`: the module is there and its parser takes the rest.

    Raises:
        SystemExit: the parser does not; also ImportError, ConfigError.
    """
    name, *arguments = words
    spec = find_spec(name)
    assert spec, f"there is no module {name}"
    module = importlib.import_module(
        f"{name}.__main__" if spec.submodule_search_locations else name
    )
    if arguments[:1] == ["run"] and name == "clue":
        check_run(arguments[1:])
    elif name in ("analysis", "clue") and len(arguments) == 1 and "=" not in arguments[0]:
        # named, not given
        assert arguments[0] in {*module.COMMANDS, "COMMAND", "--help"}
    elif arguments:
        parsed = _parsed(module.main, [name, *arguments], monkeypatch)
        configuration(getattr(parsed, "settings", []))


def _parsed(main: Any, argv: list[str], monkeypatch: pytest.MonkeyPatch) -> argparse.Namespace:
    """What a program's own parser makes of its arguments; the program ends there."""
    parse = argparse.ArgumentParser.parse_args
    made: list[argparse.Namespace] = []

    def parse_args(self: argparse.ArgumentParser, *given: Any) -> None:
        made.append(parse(self, *given))
        raise Parsed

    with monkeypatch.context() as patched:
        patched.setattr(argparse.ArgumentParser, "parse_args", parse_args)
        patched.setattr(sys, "argv", argv)
        with pytest.raises((Parsed, SystemExit)) as ended:
            main()
    helped = isinstance(ended.value, SystemExit) and ended.value.code == 0  # by --help
    assert made or helped, argv
    return made[0] if made else argparse.Namespace()


def check_run(arguments: Sequence[str]) -> None:
    """Check `python run.py ...`: the jobs that it names compose and pass the checks.

    Raises:
        ConfigError: a setting is unknown or out of range; also Hydra's own.
    """
    check_overrides(arguments, Config, groups(CONF))
    if shard_count(arguments) > 1:
        arguments = generating(arguments)
    given = [word for word in arguments if not word.startswith("-")]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        parser = OverridesParser.create(GlobalHydra.instance().config_loader())
        jobs = itertools.product(*(list(_values(each)) for each in parser.parse_overrides(given)))
        for job in jobs:
            composed = compose("config", list(job), return_hydra_config=True)
            OmegaConf.set_struct(composed, False)
            composed.pop("hydra")
            config = OmegaConf.to_object(composed)
            assert isinstance(config, Config)
            validate(config, setting_problems(config))


def _values(override: Override) -> Iterator[str]:
    """An override, or those that a sweep makes of it."""
    if override.is_sweep_override():
        for value in override.sweep_string_iterator():
            yield f"{override.key_or_group}={value}"
    else:
        yield override.input_line or ""


def check_setting(word: str) -> None:
    """Check `key=value` of `run.py`, else of `analysis`; `key=a|b` is both, `key=` and `key=n` any.

    Raises:
        ConfigError: neither knows it; also Hydra's own.
    """
    key, _, value = word.partition("=")
    try:
        check_overrides([word if value else f"{word}any"], Config, groups(CONF))
    except ConfigError:
        configuration([word])
        return
    for each in value.split("|"):
        if each not in ANY:
            more = [needed for begin, needed in COMPLETE.items() if word.startswith(begin)]
            check_run([*more, f"{key}={each}"])
