"""Conversion of a GGUF file to a checkpoint in Hugging Face's layout."""

import os
import shutil
from pathlib import Path
from typing import Any

from clue.checkpoints import intact


def convert(gguf: Path, folder: Path) -> None:
    """Save a GGUF file in Hugging Face's layout, float32.

    Opening the GGUF file itself costs half a minute each time.

    Raises:
        ModelError: its tensors are not those of its architecture, or no numbers.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    origin: dict[str, Any] = {"gguf_file": gguf.name}
    loaded, report = AutoModelForCausalLM.from_pretrained(
        gguf.parent, dtype=torch.float32, **intact.REPORT, **origin
    )
    intact.check_tensors(gguf.name, str(gguf), report)
    intact.check_finite(gguf.name, str(gguf), loaded)
    # the saved weights are not quantised any more
    del loaded.config.quantization_config
    # the loaded model is marked as quantised too and cannot be saved
    unmarked = type(loaded)(loaded.config)
    unmarked.load_state_dict(loaded.state_dict())
    unmarked.generation_config = loaded.generation_config
    unmarked.save_pretrained(part)
    AutoTokenizer.from_pretrained(gguf.parent, **origin).save_pretrained(part)
    try:
        part.replace(folder)
    except OSError:  # another process was faster: its folder is as good
        shutil.rmtree(part)
