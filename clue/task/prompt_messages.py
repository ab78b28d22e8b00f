"""Messages of one prompt: templates filled with the fields of a sample and of worked examples."""

from collections.abc import Sequence
from dataclasses import dataclass

from clue.errors import ConfigError
from clue.records import Message, Role, Sample
from clue.task.multiple_choice import OPTION, option_lines, options
from clue.task.templates import PromptTemplates


@dataclass(frozen=True)
class PromptMessages:
    """One way to ask the questions of a task."""

    task: str
    """Name of the task, for messages."""
    templates: PromptTemplates
    system: str | None
    """Text of the system turn; None = there is none."""
    lead: str = ""
    """Text before the first turn of the user: an instruction that is in no system turn."""
    option: str = OPTION
    """Template of the line of an option; names `{letter}` and `{text}`."""

    def of(self, sample: Sample, shots: Sequence[Sample]) -> tuple[Message, ...]:
        """Returns the turns: system, worked examples, the question.

        Raises:
            ConfigError: a template names a field that the sample does not have.
        """
        turns = [] if self.system is None else [Message("system", self.system)]
        first, *others = (self._filled("user", one) for one in (*shots, sample))
        *examples, question = (self.lead + first, *others)
        for example, shot in zip(examples, shots, strict=True):
            answer = self._filled("assistant", shot)
            turns += [Message("user", example), Message("assistant", answer)]
        return (*turns, Message("user", question))

    def _filled(self, role: Role, sample: Sample) -> str:
        fields = dict(sample.fields)
        if self.option != OPTION and options(fields):
            fields["options"] = option_lines(fields, self.option)
        template = self.templates.user
        if role == "assistant":
            template = self.templates.assistant
            fields["target"] = self.templates.reference(sample.target)
        try:
            return template.format_map(fields)
        except (KeyError, ValueError, IndexError) as error:
            raise ConfigError(
                f"tasks.{self.task}.{role} cannot be filled ({error!r}); it may name "
                f"{', '.join(fields)}"
            ) from error


def requesting(messages: Sequence[Message], request: str) -> tuple[Message, ...]:
    r"""Returns the turns with a request after the question; worked examples stay as they are.

    >>> requesting([Message("user", "Is it A or B?")], "Think first.")
    (Message(role='user', content='Is it A or B?\n\nThink first.'),)
    """
    *before, question = messages
    content = f"{question.content}\n\n{request}" if request else question.content
    return (*before, Message(question.role, content))
