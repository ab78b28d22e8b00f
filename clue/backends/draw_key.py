"""Key of the random numbers of one sampled answer, the same on every machine."""

import hashlib
import json

from clue.config.generation_schema import GenerationConf
from clue.records import Prompt


def draw_key(generation: GenerationConf, prompt: Prompt, model: str) -> int:
    """Returns 64 bits that depend on seed, text of the prompt and number of the draw.

    Models share the key, so that two of them with one vocabulary draw with the same numbers;
    `generation.coupled=false` adds the name of the model.

    Args:
        generation: the settings.
        prompt: the prompt that asks for the draw.
        model: name of the model.
    """
    parts = [generation.seed, prompt.sha256, prompt.draw]
    text = json.dumps([*parts, *([] if generation.coupled else [model])])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
