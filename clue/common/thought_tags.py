"""Tags around the thought of a reasoning model, in answers and in the prompts of its template."""

import re

_NAMES = (
    r"(?:\w+:)?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion)?|analysis|scratchpad|"
    r"chain_of_thought|cot|inner_monologue)"
)
OPENING = re.compile(
    rf"<\s*{_NAMES}(?:\s[^<>]*)?>|<\|(?:{_NAMES}|begin_of_thought|start_thinking)\|>"
    r"|\[think\]|◁think▷|<unused94>|<\|channel>\s*thought",
    re.I,
)
CLOSING = re.compile(
    rf"<\s*/\s*{_NAMES}\s*>|<\|(?:/{_NAMES}|end_of_thought|end_thinking)\|>"
    r"|\[/think\]|◁/think▷|<unused95>|<channel\|>",
    re.I,
)
CHANNEL = re.compile(r"<\|channel\|>\s*(\w*)")
"""Mark of a channel with its name, if one follows; answers are in the channel `final`."""
