"""`clue models NAME --show-prompt TASK`: one prompt exactly as the model gets it.

The layout is computed by the code that a run uses, from tokenizer and config alone. The hub is not
asked.
"""

import argparse
import json
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from clue import privacy
from clue.backends import Setup, setting_problems
from clue.backends.huggingface.checkpoint import Checkpoint
from clue.checkpoints import offline
from clue.checkpoints.thought_form import CHAIN_OF_THOUGHT
from clue.cli.models.prompt_view import PromptView
from clue.common.console import print_lines
from clue.common.paths import absolute_path
from clue.common.plural import counted
from clue.config.composition import as_overrides, composed
from clue.config.generation_schema import COT
from clue.config.schema import Config
from clue.config.validation import validate
from clue.errors import ConfigError
from clue.records import Prompt
from clue.task import task_files
from clue.task.task import Task

WIDTH = 96
"""Columns of the lines of token ids."""
END = 24
"""Characters of the end of a text that are shown with their line breaks as escapes."""
RULE = "-" * WIDTH


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a prompt."""
    options = parser.add_argument_group(
        "a prompt as the model gets it", "of the fictional data, unless --data names others"
    )
    options.add_argument("--show-prompt", metavar="TASK", help="show a prompt of this task")
    options.add_argument(
        "--sample", type=int, default=1, metavar="N", help="the N-th scored sample (default: 1)"
    )
    options.add_argument(
        "--prompt",
        nargs="+",
        default=[],
        metavar="SETTING",
        help="prompt setting such as zero_shot or spread, and other settings of run.py, such as "
        "prompt.shots=2",
    )
    options.add_argument(
        "--wording",
        type=int,
        metavar="K",
        help="prompt K of the population, from 0 (default: the one that is dealt to the sample)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the chosen prompt; returns the exit code.

    Raises:
        ConfigError: not exactly one model is named; also as `prompt_view`.
    """
    if len(arguments.name) != 1:
        raise ConfigError(
            "--show-prompt shows the prompt of one model: write `python -m clue models NAME "
            f"--show-prompt {arguments.show_prompt}`; `python -m clue models` lists the names"
        )
    places = {"data": arguments.data or "demo", "models": arguments.models}
    paths = {"mlruns": arguments.mlruns} | places
    task = task_files.load(arguments.show_prompt).name
    choices = {"model": arguments.name[0], "task": task, "paths": paths}
    prompts = [word if "=" in word else f"prompt={word}" for word in arguments.prompt]
    config = composed("config", Config, [*as_overrides(choices), *prompts])
    view = prompt_view(config, task, arguments.sample, arguments.wording)
    print_lines(json.dumps(view.facts(), indent=1) if arguments.json else "\n".join(_lines(view)))
    return 0


def check_unused(arguments: argparse.Namespace) -> None:
    """Refuses options that choose a prompt where none is shown.

    Raises:
        ConfigError: there are such options.
    """
    if arguments.prompt or arguments.wording is not None or arguments.sample != 1:
        raise ConfigError(
            "--prompt, --wording and --sample choose the prompt that --show-prompt TASK shows; add "
            "it, or leave them out"
        )


def prompt_view(
    config: Config, name: str, sample: int = 1, wording: int | None = None
) -> PromptView:
    """Returns a prompt of a task in the layout of the configured model.

    Args:
        config: model, prompt setting and paths.
        name: of the task.
        sample: number among the scored samples, from 1.
        wording: number of the prompt in the population; None = the one that is dealt to the sample.

    Raises:
        ConfigError: a setting or a number is out of range, or the model is no checkpoint.
        PrivacyError: the data are credentialed.
        DataMissing: the data are not here.
        ModelUnavailable: the tokenizer is not on this machine; gives the command that gets it.
        ModelError: the layout cannot be used.
    """
    validate(config, setting_problems(config))
    if not config.model.repo:
        raise ConfigError(f"{config.model.label} answers by a rule: no tokenizer reads its prompts")
    task = Task.of(config, name)
    privacy.check_printed(task.access, task.dataset.name)
    prompt = _chosen(task, sample, wording)
    models, cache = absolute_path(config.paths.models), config.paths.store / "cache"
    with offline.local_files_only():
        setup = Setup(config.model, config.backend, models, cache, thinking=config.thinking)
        checkpoint = Checkpoint.for_layout(setup)
        chat = checkpoint.chat
        return PromptView(
            model=config.model,
            task=name,
            setting=config.prompt.name,
            prompt=prompt,
            form=task.population.forms[prompt.wording] if task.population else None,
            chat=chat,
            text=chat.text(prompt.messages),
            ids=chat.render(prompt.messages),
            context=checkpoint.context(),
            notes=checkpoint.notes,
            mode=config.thinking.mode,
        )


def _chosen(task: Task, number: int, wording: int | None) -> Prompt:
    """Returns the prompt of a sample; its form is that of the population's prompt `wording`."""
    split = task.split()
    if not 1 <= number <= len(split.scored):
        raise ConfigError(
            f"--sample {number}: {task.conf.name} has {counted(len(split.scored), 'prompt')} "
            f"under prompt={task.prompting.name}; choose 1 to {len(split.scored)}"
        )
    dealt = split.wordings[number - 1]
    forms = task.population.forms if task.population else ()
    if wording is not None and wording not in range(len(forms)):
        raise ConfigError(
            f"--wording {wording}: prompt={task.prompting.name} has "
            + (f"prompts 0 to {len(forms) - 1}" if forms else "no population; add --prompt spread")
        )
    chosen = dealt if wording is None else wording
    return task.prompt(split.scored[number - 1], split.shots, chosen)


def _lines(view: PromptView) -> Iterator[str]:
    """Yields the lines of a view: facts, text, token ids."""
    for name, value in _facts(view).items():
        yield f"{name + ':':<14} {value}"
    yield from ("", "text between the rules:", RULE, view.text, RULE)
    yield from ("", "token ids, special tokens with their names:")
    words = " ".join(map(view.token, view.ids))
    yield from textwrap.wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)


def _facts(view: PromptView) -> Mapping[str, Any]:
    chat, prompt = view.chat, view.prompt
    form = view.form._asdict() if view.form else {}
    facets = ", ".join(f"{name.replace('_', ' ')} {level}" for name, level in form.items())
    tokens, budget = len(view.ids), prompt.max_new_tokens
    limit = f", the context has {view.context:,}" if view.context else ""
    examples = sum(message.role == "assistant" for message in prompt.messages)
    return {
        "model": f"{view.model.label} ({view.model.repo})",
        "sample": f"{prompt.sample_id} of {view.task}",
        "prompt": f"{view.setting}, {counted(examples, 'worked example')}",
        **({"form": f"{prompt.wording} ({facets})"} if facets else {}),
        "template": view.template,
        "layout": chat.facts["layout"],
        "system turn": view.system,
        "BOS": view.bos,
        "thinking": _thinking(view),
        "stop tokens": ", ".join(map(view.token, chat.stop_ids)) or "none",
        "stop strings": ", ".join(map(repr, chat.stop_strings)) or "none",
        "text ends in": repr(view.text[-END:]),
        "notes": "; ".join(view.notes) or "none",
        "tokens": f"{tokens:,} and up to {budget:,} of the answer{limit}",
    }


def _thinking(view: PromptView) -> str:
    """The form of thoughts, with the switches of the template and the budget."""
    chat, budget = view.chat, view.prompt.thought_tokens
    switches = ", ".join(f"{name}={value}" for name, value in chat.switches.items())
    if chat.thoughts:
        form = chat.thoughts
        begins = "opened by the prompt" if form.is_open else f"begins with {form.opening!r}"
        switched = f", switched on by {switches}" if switches else ""
        return f"{begins}, ends with {form.closing!r}, up to {budget:,} tokens{switched}"
    if budget and view.mode == COT:
        end = CHAIN_OF_THOUGHT.closing
        return f"asked for in the question, ends with {end!r}, up to {budget:,} tokens"
    return f"switched off by {switches}" if switches else "no switch is set"
