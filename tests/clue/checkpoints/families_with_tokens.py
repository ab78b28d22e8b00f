"""Layouts whose headings are tokens, each in the manner of a family; no template of a release."""

from tests import tiny
from tests.clue.checkpoints.layouts import BOS, FIRST, FOLDED, LAST, Family, led, named, turns

REFUSES = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('there is no such turn') }}{% endif %}"
)
NO_THOUGHT = "{% if enable_thinking is false %}{{ '<think>\\n\\n</think>\\n\\n' }}{% endif %}"
IM = ("<|im_start|>user\n", "<|im_start|>assistant\n")
IM_TEXT = (
    "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\none<|im_end|>\n"
    "<|im_start|>assistant\n1<|im_end|>\n<|im_start|>user\ntwo<|im_end|>\n<|im_start|>assistant\n"
)
HEADED = "<|start_header_id|>{role}<|end_header_id|>\n\n{}<|eot_id|>"
HEADER = tuple(HEADED.replace("{role}", role).partition("{}")[0] for role in ("user", "assistant"))
LLAMA3 = (
    *("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>"),
    *("<|start_header_id|>", "<|end_header_id|>"),
)
LLAMA3_TEXT = (
    "<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\n{}Be brief.<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\none<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n1<|eot_id|>"
    "<|start_header_id|>user<|end_header_id|>\n\ntwo<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n"
)
IM_TURN = "<|im_start|>{role}\n{}<|im_end|>\n"
GEMMA = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")
GEMMA_HEADINGS = ("<start_of_turn>user\n", "<start_of_turn>model\n")
GEMMA_ANSWER = ("<start_of_turn>model\n{}<end_of_turn>\n", "<start_of_turn>model\n")
GEMMA_TEXT = (
    "<bos><start_of_turn>user\nBe brief.\n\none<end_of_turn>\n"
    "<start_of_turn>model\n1<end_of_turn>\n<start_of_turn>user\ntwo<end_of_turn>\n"
    "<start_of_turn>model\n"
)
PHI = ("<s>", "<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>")
INST = ("<s>", "</s>", "[INST]", "[/INST]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]")
COMMAND = ("<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>", "<|START_OF_TURN_TOKEN|>")
GLM = ("<s>", "<|endoftext|>", "[gMASK]", "<sop>", "<|system|>", "<|user|>", "<|assistant|>")
SEEK_TURNS = ("<|User|>{}", "<|Assistant|>{}<|end|>")


def seek(text: str) -> str:
    """A text with the wide bars of this family's tokens."""
    return text.replace("|", "\uff5c")


SEEK = tuple(map(seek, ("<|begin|>", "<|end|>", "<|User|>", "<|Assistant|>")))

WITH_TOKENS = {
    "Llama 3": Family(
        named(HEADED, HEADER[1], BOS),
        LLAMA3_TEXT.format(""),
        HEADER,
        "<|eot_id|>",
        LLAMA3,
    ),
    "Llama 3.1": Family(
        named(HEADED, HEADER[1], BOS, "Today: {date}\n{}"),
        LLAMA3_TEXT.format("Today: 26 Jul 2024\n"),
        HEADER,
        "<|eot_id|>",
        LLAMA3,
    ),
    "Mistral, instruction at the last question": Family(
        led("{}\n\n", ("[INST] ", "{}[/INST]"), (" {}</s>", ""), BOS, LAST),
        "<s>[INST] one[/INST] 1</s>[INST] Be brief.\n\ntwo[/INST]",
        ("[INST] ", "[/INST]"),
        "</s>",
        INST,
        is_late=True,
    ),
    "Mistral, with a turn for the instruction": Family(
        turns("[SYSTEM_PROMPT]{}[/SYSTEM_PROMPT]", "[INST]{}[/INST]", "{}</s>", "", BOS),
        "<s>[SYSTEM_PROMPT]Be brief.[/SYSTEM_PROMPT][INST]one[/INST]1</s>[INST]two[/INST]",
        ("[INST]", "[/INST]"),
        "</s>",
        INST,
    ),
    "Phi-3, at first": Family(
        turns("", "<|user|>\n{}<|end|>\n", "<|assistant|>\n{}<|end|>\n", "<|assistant|>\n", BOS),
        "<s><|user|>\nBe brief.\n\none<|end|>\n<|assistant|>\n1<|end|>\n<|user|>\ntwo<|end|>\n"
        "<|assistant|>\n",
        ("<|user|>\n", "<|assistant|>\n"),
        "<|end|>",
        PHI,
        system=FOLDED,
    ),
    "Phi-3, later": Family(
        named("<|{role}|>\n{}<|end|>\n", "<|assistant|>\n"),
        "<|system|>\nBe brief.<|end|>\n<|user|>\none<|end|>\n<|assistant|>\n1<|end|>\n"
        "<|user|>\ntwo<|end|>\n<|assistant|>\n",
        ("<|user|>\n", "<|assistant|>\n"),
        "<|end|>",
        PHI,
        habit=False,
        bos=0,
    ),
    "Phi-4": Family(
        named("<|im_start|>{role}<|im_sep|>{}<|im_end|>", "<|im_start|>assistant<|im_sep|>"),
        "<|im_start|>system<|im_sep|>Be brief.<|im_end|><|im_start|>user<|im_sep|>one<|im_end|>"
        "<|im_start|>assistant<|im_sep|>1<|im_end|><|im_start|>user<|im_sep|>two<|im_end|>"
        "<|im_start|>assistant<|im_sep|>",
        ("<|im_start|>user<|im_sep|>", "<|im_start|>assistant<|im_sep|>"),
        "<|im_end|>",
        (*tiny.SPECIALS, "<|im_sep|>"),
        habit=False,
        bos=0,
    ),
    "Gemma 2": Family(
        turns("", "<start_of_turn>user\n{}<end_of_turn>\n", *GEMMA_ANSWER, BOS + REFUSES),
        GEMMA_TEXT,
        GEMMA_HEADINGS,
        "<end_of_turn>",
        GEMMA,
        system=FOLDED,
    ),
    "Gemma 3": Family(
        led("{}\n\n", ("<start_of_turn>user\n", "{}<end_of_turn>\n"), GEMMA_ANSWER, BOS, FIRST),
        GEMMA_TEXT,
        GEMMA_HEADINGS,
        "<end_of_turn>",
        GEMMA,
    ),
    "Qwen 2.5": Family(
        named(
            IM_TURN,
            IM[1],
            "{% if messages[0].role != 'system' %}<|im_start|>system\nYou help.<|im_end|>\n"
            "{% endif %}",
        ),
        IM_TEXT,
        IM,
        "<|im_end|>",
        tiny.SPECIALS,
        habit=False,
        bos=0,
    ),
    "Qwen 3": Family(
        named(IM_TURN, f"{IM[1]}\f{NO_THOUGHT}"),
        f"{IM_TEXT}<think>\n\n</think>\n\n",
        IM,
        "<|im_end|>",
        (*tiny.SPECIALS, "<think>", "</think>"),
        habit=False,
        bos=0,
        switches={"enable_thinking": False},
    ),
    "DeepSeek": Family(
        seek(turns("{}", *SEEK_TURNS, "<|Assistant|>", BOS)),
        seek("<|begin|>Be brief.<|User|>one<|Assistant|>1<|end|><|User|>two<|Assistant|>"),
        (seek("<|User|>"), seek("<|Assistant|>")),
        seek("<|end|>"),
        SEEK,
    ),
    "ChatML with a BOS token": Family(
        named(IM_TURN, IM[1]), IM_TEXT, IM, "<|im_end|>", tiny.SPECIALS
    ),
    "ChatML without one": Family(
        named(IM_TURN, IM[1]), IM_TEXT, IM, "<|im_end|>", tiny.SPECIALS, habit=False, bos=0
    ),
    "ChatML whose tokens begin and end texts": Family(
        named(IM_TURN, IM[1]),
        IM_TEXT,
        IM,
        "<|im_end|>",
        ("<|im_start|>", "<|im_end|>"),
        habit=False,
        bos=5,  # it begins each turn
    ),
    "Command R": Family(
        turns(
            "<|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>{}<|END_OF_TURN_TOKEN|>",
            "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{}<|END_OF_TURN_TOKEN|>",
            "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>{}<|END_OF_TURN_TOKEN|>",
            "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
            BOS,
        ),
        "<BOS_TOKEN><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>Be brief.<|END_OF_TURN_TOKEN|>"
        "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>one<|END_OF_TURN_TOKEN|>"
        "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>1<|END_OF_TURN_TOKEN|>"
        "<|START_OF_TURN_TOKEN|><|USER_TOKEN|>two<|END_OF_TURN_TOKEN|>"
        "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
        ("<|USER_TOKEN|>", "<|CHATBOT_TOKEN|>"),
        "<|END_OF_TURN_TOKEN|>",
        COMMAND,
    ),
    "Granite": Family(
        named(
            "<|start_of_role|>{role}<|end_of_role|>{}<|end_of_text|>\n",
            "<|start_of_role|>assistant<|end_of_role|>",
            "{% if thinking %}Think first.{% endif %}",
            "{date}. {}",
        ),
        "<|start_of_role|>system<|end_of_role|>26 Jul 2024. Be brief.<|end_of_text|>\n"
        "<|start_of_role|>user<|end_of_role|>one<|end_of_text|>\n"
        "<|start_of_role|>assistant<|end_of_role|>1<|end_of_text|>\n"
        "<|start_of_role|>user<|end_of_role|>two<|end_of_text|>\n"
        "<|start_of_role|>assistant<|end_of_role|>",
        ("<|start_of_role|>user<|end_of_role|>", "<|start_of_role|>assistant<|end_of_role|>"),
        "<|end_of_text|>",
        ("<s>", "<|end_of_text|>", "<|start_of_role|>", "<|end_of_role|>"),
        habit=False,
        bos=0,
    ),
    "GLM": Family(
        named("<|{role}|>\n{}", "<|assistant|>", "[gMASK]<sop>"),
        "[gMASK]<sop><|system|>\nBe brief.<|user|>\none<|assistant|>\n1<|user|>\ntwo<|assistant|>",
        ("<|user|>\n", "<|assistant|>"),
        "<|user|>",
        GLM,
        habit=False,
        bos=0,
        end_tokens=("<|user|>",),  # no token ends an answer
    ),
    "GLM without a generation config": Family(
        named("<|{role}|>\n{}", "<|assistant|>", "[gMASK]<sop>"),
        "[gMASK]<sop><|system|>\nBe brief.<|user|>\none<|assistant|>\n1<|user|>\ntwo<|assistant|>",
        ("<|user|>\n", "<|assistant|>"),
        "<|user|>",
        GLM,
        habit=False,
        bos=0,
    ),
    "GLM, headings in lines of their own": Family(
        named("<|{role}|>\n{}\n", "<|assistant|>\n", "[gMASK]<sop>\n"),
        "[gMASK]<sop>\n<|system|>\nBe brief.\n<|user|>\none\n<|assistant|>\n1\n<|user|>\ntwo\n"
        "<|assistant|>\n",
        ("<|user|>\n", "<|assistant|>\n"),
        "<|user|>",
        GLM,
        habit=False,
        bos=0,
    ),
}

REFUSED = {
    "R1 distill": (
        seek(turns("{}", *SEEK_TURNS, "<|Assistant|><think>\n", BOS)),
        SEEK,
        "opens a thought",
    ),
    "Qwen 3, thinking only": (
        named(IM_TURN, f"{IM[1]}<think>\n"),
        tiny.SPECIALS,
        "opens a thought",
    ),
    "gpt-oss": (
        turns(
            *("<|start|>system<|message|>{}<|end|>", "<|start|>user<|message|>{}<|end|>"),
            *("<|start|>assistant<|channel|>final<|message|>{}<|end|>", "<|start|>assistant"),
        ),
        ("<s>", "<|return|>", "<|start|>", "<|message|>", "<|channel|>", "<|end|>"),
        "begin with a channel",
    ),
}
"""Template, special tokens and reason of the refusal of families that always think."""
