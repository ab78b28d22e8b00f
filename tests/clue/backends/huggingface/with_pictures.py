"""Models for text and pictures with random weights, one of each mechanism."""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText

from tests import tiny

WINDOW = 24
TEXT = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.6,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
TOWER = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "image_size": 28,
    "patch_size": 14,
}
BLOCKS = {"hidden_size": 16, "intermediate_size": 16, "depth": 1, "num_heads": 2}
ROPE = {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0}
PARTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # sliding windows in all but every third layer
    "gemma3": ({"head_dim": 8, "sliding_window": WINDOW, "sliding_window_pattern": 3}, TOWER),
    "mistral3": (
        {"model_type": "mistral", "head_dim": 8, "sliding_window": WINDOW},
        TOWER | {"model_type": "pixtral"},
    ),
    "llava": ({"model_type": "llama"}, TOWER | {"model_type": "clip_vision_model"}),
    # three positions of a token
    "qwen2_5_vl": (
        {"rope_parameters": ROPE},
        BLOCKS | {"out_hidden_size": 32, "fullatt_block_indexes": [0]},
    ),
    # a layer that looks at pictures alone
    "mllama": (
        {"cross_attention_layers": [1]},
        {
            **{"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1},
            **{"attention_heads": 2, "num_global_layers": 1, "image_size": 28, "patch_size": 14},
            **{"vision_output_dim": 32, "intermediate_layers_indices": [0]},
        },
    ),
}
"""Config of the text model and of the encoder of pictures, by type."""


def model(kind: str, vocabulary: int) -> Any:
    """A model of a type; its last ids stand for pictures."""
    text, tower = PARTS[kind]
    pictures = {
        name: vocabulary - 1 - number
        for number, name in enumerate(
            ("image_token_id", "image_token_index", "video_token_id", "vision_start_token_id")
        )
    }
    config = AutoConfig.for_model(
        kind,
        text_config={**TEXT, "vocab_size": vocabulary, **text},
        vision_config=dict(tower),
        **pictures,
    )
    torch.manual_seed(5)
    random = AutoModelForImageTextToText.from_config(config).eval()
    for parameter in random.parameters():  # some types ignore the range of the initialisation
        if parameter.dim() > 1:
            torch.nn.init.normal_(parameter, std=0.3)
    return random


def checkpoint(folder: Path, kind: str = "gemma3", template: str | None = tiny.CHATML) -> Path:
    """A saved checkpoint of a type."""
    words = tiny.tokenizer(template)
    model(kind, len(words) + 8).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder
