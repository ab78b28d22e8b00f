"""Text of a chat template: the tokenizer's own, a file's or another model's, with frozen dates."""

from pathlib import Path
from typing import Any

from clue.checkpoints import locate
from clue.checkpoints.tokenizer import open_tokenizer
from clue.config import chat_template_setting as setting
from clue.config.schema import ModelConf
from clue.errors import ModelError

FROZEN_DATE = {"%d %b %Y": "26 Jul 2024", "%Y-%m-%d": "2024-07-26", "%B %d, %Y": "July 26, 2024"}
"""strftime format to the date that a template gets; other formats get the first one."""


def chosen_template(value: str, models: Path, cache: Path) -> str | None:
    """Returns the template that `model.chat_template` names; None = the plain layout.

    Args:
        value: the setting.
        models: folder of downloaded checkpoints.
        cache: folder of converted checkpoints.

    Raises:
        ConfigError: there is no such file or model.
        ModelUnavailable: the tokenizer of the other model is not here and cannot be downloaded.
        ModelError: the other model has no template.
    """
    if value == setting.PLAIN:
        return None
    if value.endswith(setting.FILE):
        return setting.template_text(value)
    template = own_template(setting.donor(value), models, cache)
    if template is None:
        raise ModelError(
            f"model.chat_template={value}: that model has no chat template; name another one, a "
            f"file, or {setting.PLAIN} for the plain layout"
        )
    return template


def own_template(model: ModelConf, models: Path, cache: Path) -> str | None:
    """Returns the template of a model's tokenizer; None if it has none. Needs no weights.

    Raises:
        ModelUnavailable: the tokenizer is not here and cannot be downloaded.
        ModelError: none of its templates is for a conversation.
    """
    location = locate.locate_tokenizer(model, models, cache)
    return default_template(open_tokenizer(model, location).chat_template)


def default_template(template: Any) -> str | None:
    """Returns the template of a conversation; some tokenizers have several, by name or as a list.

    Raises:
        ModelError: none of them is for a conversation.
    """
    if isinstance(template, list):
        template = {entry["name"]: entry["template"] for entry in template}
    if not isinstance(template, dict) or not template:
        return template or None
    if "default" not in template:
        raise ModelError(
            f"the tokenizer has chat templates for {', '.join(template)} and none by the name of "
            "default: save the one for conversations as a file, model.chat_template=<file.jinja>"
        )
    return str(template["default"])


def frozen(template: str) -> str:
    """Returns the template with fixed dates (a macro shadows the library's function)."""
    if "strftime_now" not in template:
        return template
    default = next(iter(FROZEN_DATE.values()))
    date = f"{{{{ {FROZEN_DATE!r}.get(format, {default!r}) }}}}"
    return f"{{% macro strftime_now(format) %}}{date}{{% endmacro %}}{template}"
