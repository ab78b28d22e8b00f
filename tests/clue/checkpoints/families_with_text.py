"""Layouts whose headings are text, each in the manner of a family; no template of a release."""

from tests.clue.checkpoints.layouts import BOS, FIRST, FOLDED, Family, led, named, turns

ALTERNATES = (
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('a user begins, and turns alternate') }}{% endif %}{% endfor %}"
)

WITH_TEXT = {
    "Llama 2": Family(
        led(
            "<<SYS>>\n{}\n<</SYS>>\n\n",
            ("<s>[INST] ", "{} [/INST]"),
            (" {} </s>", ""),
            "",
            FIRST,
        ),
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\none [/INST] 1 </s><s>[INST] two [/INST]",
        ("[INST] ", " [/INST]"),
        "</s>",
        bos=2,  # one before each exchange
    ),
    "Mistral, at first": Family(
        turns("", "[INST] {} [/INST]", "{}</s> ", "", BOS + ALTERNATES),
        "<s>[INST] Be brief.\n\none [/INST]1</s> [INST] two [/INST]",
        ("[INST] ", " [/INST]"),
        "</s>",
        system=FOLDED,
    ),
    "Zephyr": Family(
        named("<|{role}|>\n{}</s>\n", "<|assistant|>\n"),
        "<|system|>\nBe brief.</s>\n<|user|>\none</s>\n<|assistant|>\n1</s>\n<|user|>\ntwo</s>\n"
        "<|assistant|>\n",
        ("<|user|>\n", "<|assistant|>\n"),
        "</s>",
    ),
    "ChatML as text": Family(
        named("<|im_start|>{role}\n{}<|im_end|>\n", "<|im_start|>assistant\n"),
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\none<|im_end|>\n"
        "<|im_start|>assistant\n1<|im_end|>\n<|im_start|>user\ntwo<|im_end|>\n"
        "<|im_start|>assistant\n",
        ("<|im_start|>user\n", "<|im_start|>assistant\n"),
        "<|im_end|>",
    ),
    "Alpaca": Family(
        turns(
            *("{}\n\n", "### Instruction:\n{}\n\n", "### Response:\n{}\n\n"),
            "### Response:\n",
        ),
        "Be brief.\n\n### Instruction:\none\n\n### Response:\n1\n\n### Instruction:\ntwo\n\n"
        "### Response:\n",
        ("### Instruction:\n", "### Response:\n"),
        "\n### Instruction:",
    ),
    "Vicuna": Family(
        turns("{} ", "USER: {} ", "ASSISTANT: {}</s>", "ASSISTANT:"),
        "Be brief. USER: one ASSISTANT: 1</s>USER: two ASSISTANT:",
        ("USER: ", "ASSISTANT:"),
        "</s>",
    ),
    "Falcon": Family(
        turns("System: {}\n", "User: {}\n", "Falcon: {}\n", "Falcon:"),
        "System: Be brief.\nUser: one\nFalcon: 1\nUser: two\nFalcon:",
        ("User: ", "Falcon:"),
        "\nUser:",
        habit=False,
        bos=0,
    ),
    "DeepSeek, headings": Family(
        turns("{}\n\n", "User: {}\n\n", "Assistant: {}</s>", "Assistant:", BOS),
        "<s>Be brief.\n\nUser: one\n\nAssistant: 1</s>User: two\n\nAssistant:",
        ("User: ", "Assistant:"),
        "</s>",
    ),
    "OLMo": Family(
        turns(
            *("<|system|>\n{}\n", "<|user|>\n{}\n", "<|assistant|>\n{}<|endoftext|>\n"),
            *("<|assistant|>\n", BOS),
        ),
        "<|endoftext|><|system|>\nBe brief.\n<|user|>\none\n<|assistant|>\n1<|endoftext|>\n"
        "<|user|>\ntwo\n<|assistant|>\n",
        ("<|user|>\n", "<|assistant|>\n"),
        "<|endoftext|>",
        ("<|endoftext|>", "<|endoftext|>"),
        habit=False,
        bos=2,  # it ends answers too
    ),
    "OpenChat": Family(
        turns(
            *("{}<|end_of_turn|>", "Question of a user: {}<|end_of_turn|>"),
            *("Answer of a model: {}<|end_of_turn|>", "Answer of a model:", BOS),
        ),
        "<s>Be brief.<|end_of_turn|>Question of a user: one<|end_of_turn|>"
        "Answer of a model: 1<|end_of_turn|>Question of a user: two<|end_of_turn|>"
        "Answer of a model:",
        ("Question of a user: ", "Answer of a model:"),
        "<|end_of_turn|>",
        ("<s>", "<|end_of_turn|>"),
    ),
    "no template": Family(
        None,
        "Be brief.\n\nInput: one\nOutput: 1\n\nInput: two\nOutput:",
        ("Input: ", "Output:"),
        "\nInput:",
        system="plain text",
    ),
}
