"""A declared study, resolved for a store: with what was frozen, or with the data of now."""

from collections.abc import Sequence
from dataclasses import dataclass

from clue.config.locations import options
from clue.config.schema import PathsConf
from clue.errors import ConfigError
from clue.study.changes import changes, statement
from clue.study.declaration import Declaration
from clue.study.expected import Resolver
from clue.study.freeze import FrozenStudy, declaration_content, read


@dataclass(frozen=True)
class Resolution:
    """A study resolved for a store."""

    resolver: Resolver
    frozen: Sequence[FrozenStudy]
    """Frozen declarations, the first one first; empty if it was never frozen."""
    changes: Sequence[str]
    """What was changed since the last of them."""
    statement: Sequence[str]
    """Sentences of a report on when the study was declared."""

    def check_unchanged(self) -> None:
        """Refuses a study that differs from its frozen declaration.

        Raises:
            ConfigError: with the changes, and the command that records them.
        """
        if self.changes:
            name = self.resolver.declaration.name
            command = freeze_command(name, self.resolver.paths, amend=True)
            raise ConfigError(
                f"the study {name!r} was frozen and has changed since: {'; '.join(self.changes)}. "
                f"Nothing that is stored is lost. Restore its file, or record the change: "
                f"{command}"
            )


def resolve(declaration: Declaration, paths: PathsConf) -> Resolution:
    """Resolves a study; one that is as it was frozen keeps the data and scorers of that time.

    Raises:
        ClueError: a setting of the study is unknown, or a frozen declaration is damaged.
    """
    resolver = Resolver(declaration, paths)
    frozen = read(paths.store, declaration.name)
    if not frozen:
        for prompt in declaration.prompts:
            resolver.config(
                prompt
            )  # its settings are known; tasks are resolved where there are cells
        return Resolution(resolver, frozen, [], statement([], {}))
    content = declaration_content(resolver)
    since = changes(frozen[-1], content)
    if not since:
        resolver = Resolver(declaration, paths, frozen[-1].resolved)
    return Resolution(resolver, frozen, since, statement(frozen, content))


def freeze_command(study: str, paths: PathsConf, *, amend: bool) -> str:
    """Returns the command that records a study, or that a recorded one has changed."""
    word = " --amend" if amend else ""
    return f"python -m clue study freeze {study}{word}{options(paths, 'mlruns', 'data')}"
