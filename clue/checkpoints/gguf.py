"""A GGUF file, as a checkpoint in Hugging Face's layout."""

import os
import shutil
from pathlib import Path
from typing import Any


def unpack(gguf: Path, folder: Path) -> None:
    """Save in Hugging Face's layout, float32; opening a GGUF costs half a minute each time."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    origin: dict[str, Any] = {"gguf_file": gguf.name}
    loaded = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **origin)
    del (
        loaded.config.quantization_config
    )  # the mark of the file: what is saved is quantised no more
    fresh = type(loaded)(loaded.config)  # the loaded one carries that mark too and cannot be saved
    fresh.load_state_dict(loaded.state_dict())
    fresh.generation_config = loaded.generation_config
    fresh.save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, **origin).save_pretrained(part)
    try:
        part.replace(folder)
    except OSError:  # another process was quicker: its folder is as good
        shutil.rmtree(part)
