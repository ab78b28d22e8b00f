"""Small things made on the fly: checkpoints with random weights, workbooks in MeQSum's format."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

WORDS = "what are the causes of pain in my knee and how is it treated with tablets Input: Output:"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer(template: str | None = None, *, bos: bool = True, texts: Iterable[str] = ()) -> Any:
    """A byte-level tokenizer; adds a BOS like Llama's unless told otherwise."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    specials = ["<s>", "</s>", "<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        special_tokens=specials,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([WORDS, *texts], trainer)
    if bos:
        raw.post_processor = processors.TemplateProcessing(
            single="<s> $A", special_tokens=[("<s>", raw.token_to_id("<s>"))]
        )
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token="<s>", eos_token="</s>", extra_special_tokens=specials[2:]
    )
    made.chat_template = template
    return made


def llama(folder: Path, *, context: int = 2048, seed: int = 0, **made: Any) -> Path:
    """A Llama with random weights, saved as a checkpoint; the arguments of `tokenizer` go on."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    words = tokenizer(**made)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        initializer_range=0.6,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return folder


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """An Excel file with these rows, the header first."""
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def meqsum(data: Path, size: int = 12) -> Path:
    """A data folder with `size` made-up questions."""
    rows = [
        (f"{i}.txt", f"my knee number {i} hurts, how is it treated?", f"How is knee {i} treated?")
        for i in range(size)
    ]
    name = "MeQSum_ACL2019_BenAbacha_Demner-Fushman.xlsx"
    workbook(data / "meqsum" / name, [("File", "CHQ", "Summary"), *rows])
    return data
