"""Small things made on the fly: checkpoints with random weights, data in the official formats."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

WORDS = "what are the causes of pain in my knee and how is it treated with tablets Input: Output:"
CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


SPECIALS = ("<s>", "</s>", "<|im_start|>", "<|im_end|>")


def tokenizer(
    template: str | None = None,
    *,
    bos: bool = True,
    texts: Iterable[str] = (),
    specials: Sequence[str] = SPECIALS,
) -> Any:
    """A byte-level tokenizer; adds a BOS like Llama's unless told otherwise.

    `specials` are the BOS token, the EOS token, and others.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    raw = Tokenizer(models.BPE())
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    start, end, *others = specials
    trainer = trainers.BpeTrainer(
        vocab_size=2000,
        special_tokens=list(dict.fromkeys(specials)),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    raw.train_from_iterator([WORDS, *texts], trainer)
    if bos:
        raw.post_processor = processors.TemplateProcessing(
            single=f"{start} $A", special_tokens=[(start, raw.token_to_id(start))]
        )
    made = PreTrainedTokenizerFast(
        tokenizer_object=raw, bos_token=start, eos_token=end, extra_special_tokens=others
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


def scripted(folder: Path, words: Sequence[str], *, template: str, context: int = 2048) -> Path:
    """A Llama that answers every prompt with these words, and then ends its turn.

    Each token leads to one other: the last token of the prompt to the first word, a word to the
    next one. The words are tokens of their own and differ, unless the last one repeats an earlier
    one, from which the model then goes on for ever.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    encoder = tokenizer(template)
    encoder.add_tokens(list(words))
    start = encoder.apply_chat_template(
        [{"role": "user", "content": "a"}], add_generation_prompt=True, tokenize=False
    )
    first = encoder(start, add_special_tokens=False)["input_ids"][-1]
    path = [first, *encoder.convert_tokens_to_ids(list(words))]
    size = len(encoder) + -len(encoder) % 8
    config = LlamaConfig(
        **{"vocab_size": len(encoder), "hidden_size": size, "intermediate_size": 8},
        **{"num_hidden_layers": 1, "num_attention_heads": 4, "num_key_value_heads": 2},
        max_position_embeddings=context,
        bos_token_id=encoder.bos_token_id,
        eos_token_id=encoder.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    successors = dict.fromkeys(range(len(encoder)), encoder.eos_token_id)
    for token, successor in pairwise(path):
        if token not in path[: path.index(token)]:
            successors[token] = successor
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(torch.eye(len(encoder), size))
        model.model.layers[0].self_attn.o_proj.weight.zero_()
        model.model.layers[0].mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        for token, successor in successors.items():
            model.lm_head.weight[successor, token] = 1.0
    model.save_pretrained(folder)
    encoder.save_pretrained(folder)
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


def mednli(data: Path, size: int = 9, split: str = "test") -> Path:
    """`size` pairs, three to a premise."""
    labels = ("entailment", "neutral", "contradiction")
    rows = [
        {
            "gold_label": labels[i % 3],
            "pairID": f"{split}-{i}",
            "sentence1": f"Patient {i // 3} has a swollen knee.",
            "sentence2": f"Claim {i} on the knee.",
        }
        for i in range(size)
    ]
    return lines(data / "mednli" / f"mli_{split}_v1.jsonl", rows)


def problem_summary(data: Path, size: int = 9) -> Path:
    """`size` progress notes, with commas, quotes and line ends in the cells."""
    rows = [
        {
            "File ID": f"{i}.txt",
            "Subjectives": f'Says: "knee {i} hurts",\nslept badly.',
            "Objectives": "Afebrile.",
            "Assessment": f"Knee {i}, swollen.",
            "Summary": f"Arthritis of knee {i}; fever",
        }
        for i in range(size)
    ]
    return table(data / "problem_summary" / "BioNLP2023-1A-Test.csv", rows)


def longhealth(data: Path, patients: int = 3, questions: int = 3, words: int = 30) -> Path:
    """Patients with four letters each; the answer of question n is in letter n."""
    made = {
        f"patient_{p:02}": {
            "name": "Nomen Nescio",
            "birthday": "1900-01-01",
            "diagnosis": "none",
            "texts": {f"text_{t}": f"Letter {t} of patient {p}. " * (words // 5) for t in range(4)},
            "questions": [
                {
                    "No": q,
                    "question": f"Which dose {q} did patient {p} take?",
                    **{f"answer_{letter}": f"{q} mg {letter}" for letter in "abcde"},
                    "correct": f"{q} mg c",
                    "answer_location": {f"text_{q}": {"start": [0.0], "end": [0.5]}},
                }
                for q in range(questions)
            ],
        }
        for p in range(patients)
    }
    return document(data / "longhealth" / "benchmark_v5.json", made)


def medisumqa(data: Path, size: int = 8) -> Path:
    """`size` questions, two to a letter."""
    rows = [
        {
            "note_id": f"note-{i // 2}",
            "Question": f"What do I take for knee {i}?",
            "Answer": f"Tablet {i}.",
            "discharge_summary": f"Letter {i // 2}: the knee is swollen.",
        }
        for i in range(size)
    ]
    return document(data / "medisumqa" / "MeDiSumQA.json", rows)


def medisumcode(data: Path, size: int = 8) -> Path:
    """`size` letters, two to a patient; every knee hurts, every second one is also swollen."""
    swollen = {"code": "M25.462", "description": "Effusion, left knee"}
    rows = [
        {
            "hadm_id": 900 + i,
            "subject_id": 70 + i // 2,
            "text": f"Letter {i}: the knee hurts{' and is swollen' if i % 2 else ''}.",
            "icd_codes": [{"code": "M25.562", "description": None}, *[swollen] * (i % 2)],
        }
        for i in range(size)
    ]
    return document(data / "medisumcode" / "MeDiSumCode.json", rows)


def medqa(data: Path, size: int = 8) -> Path:
    """`size` vignettes without a word in common; the right option goes through the letters."""
    rows = [
        exam_row(i) | {"realidx": i, "meta_info": ("step1", "step2&3")[i % 2]} for i in range(size)
    ]
    return lines(data / "medqa" / "test.jsonl", rows)


def mmlu_medical(data: Path, size: int = 8) -> Path:
    """`size` questions, two to a subject."""
    subjects = (
        *("anatomy", "clinical_knowledge", "college_biology"),
        *("college_medicine", "medical_genetics", "professional_medicine"),
    )
    rows = [exam_row(i) | {"realidx": 100 + i, "subject": subjects[i // 2]} for i in range(size)]
    return lines(data / "mmlu_medical" / "test.jsonl", rows)


def exam_row(number: int) -> dict[str, Any]:
    """A question with four options in the fields that MedQA and MMLU share."""
    options = {letter: f"{number} mg {letter}" for letter in "ABCD"}
    key = "ABCD"[number % 4]
    question = f"Dose{number} for knee{number}?"
    return {"question": question, "options": options, "answer_idx": key, "answer": options[key]}


def medmcqa_row(number: int, first: int = 0) -> dict[str, Any]:
    """A question in the fields of the Hub's copy; `first` is the number of option A."""
    return {
        "id": f"q{number}",
        "question": f"Knee {number} is treated with:",
        **{f"op{letter}": f"{number} mg {letter}" for letter in "abcd"},
        "cop": first + number % 4,
        "choice_type": "single",
        "exp": None,
        "subject_name": "Surgery",
        "topic_name": None,
    }


def medmcqa(data: Path, size: int = 8) -> Path:
    """`size` questions, as Parquet."""
    return parquet(
        data / "medmcqa" / "validation-00000-of-00001.parquet", list(map(medmcqa_row, range(size)))
    )


def pubmedqa(data: Path, size: int = 6) -> Path:
    """`size` abstracts of the test split, with odd ids, and as many others between them."""
    labels = ("yes", "no", "maybe")
    abstracts = {
        str(100 + i): {
            "QUESTION": f"Does rest help knee {i}?",
            "CONTEXTS": [f"Knee {i} hurt.", f"It rested {i} days."],
            "LABELS": ["BACKGROUND", "RESULTS"],
            "final_decision": labels[i // 2 % 3],
        }
        for i in range(2 * size)
    }
    document(data / "pubmedqa" / "ori_pqal.json", abstracts)
    listed = {pmid: row["final_decision"] for pmid, row in abstracts.items() if int(pmid) % 2}
    return document(data / "pubmedqa" / "test_ground_truth.json", listed)


def medec(data: Path, size: int = 4) -> Path:
    """`size` notes, each with and without an error in its last sentence; as many to learn from."""
    for split in ("Test", "Validation"):
        name = f"MEDEC-MS-{split}Set-with-GroundTruth-and-ErrorType.csv"
        rows = [medec_row(split, note, error) for note in range(size) for error in (True, False)]
        path = table(data / "medec" / name, [*rows, *[dict.fromkeys(rows[0], "")] * 2])
    return path.parent


def medec_row(split: str, note: int, error: bool) -> dict[str, str]:
    """A row of MEDEC."""
    right = f"{split}: he takes {note} tablets."
    sentences = [f"Knee {note} hurts.", f'It "swells" {note} times.', f"Wait {note}.", right]
    corrected = " ".join(sentences)
    wrong = f"{split}: he drinks {note} tablets."
    sentences[-1] = wrong if error else right
    of_error = ("1", "treatment", "3", wrong, right, corrected)
    values = of_error if error else ("0", "NA", "-1", "NA", "NA", "NA")
    numbered = "\r\n".join(f"{number} {text}" for number, text in enumerate(sentences))
    of_text = (f"{split.lower()}-{2 * note + error}", " ".join(sentences), numbered)
    return dict(zip(MEDEC_COLUMNS, (*of_text, *values), strict=True))


MEDEC_COLUMNS = (
    *("Text ID", "Text", "Sentences", "Error Flag", "Error Type", "Error Sentence ID"),
    *("Error Sentence", "Corrected Sentence", "Corrected Text"),
)
DIALOGUES = {
    "aci_bench": (
        *("clinicalnlp_taskB_test1.csv", "clinicalnlp_taskC_test2.csv", "clef_taskC_test3.csv"),
        *("train.csv", "valid.csv"),
    ),
    "mts_dialog": (
        "MTS-Dialog-TestSet-1-MEDIQA-Chat-2023.csv",
        "MTS-Dialog-TestSet-2-MEDIQA-Sum-2023.csv",
        "MTS-Dialog-TrainingSet.csv",
        "MTS-Dialog-ValidationSet.csv",
    ),
}
"""Files of the data sets of dialogues, the test sets first."""


def aci_bench(data: Path, size: int = 3) -> Path:
    """`size` visits in each file; ids differ between files."""
    for number, name in enumerate(DIALOGUES["aci_bench"]):
        rows = [
            {
                "dataset": "aci",
                "encounter_id": f"D{number}{i}",
                "dialogue": f"[doctor] knee {number}{i} ?\n[patient] it hurts .",
                "note": f"CHIEF COMPLAINT\n\nKnee {number}{i}.\n\nASSESSMENT AND PLAN\n\nRest.",
            }
            for i in range(size)
        ]
        table(data / "aci_bench" / name, rows)
    return data / "aci_bench"


def mts_dialog(data: Path, size: int = 3) -> Path:
    """`size` dialogues in each file; ids are the same in all files, line ends are Windows'."""
    for number, name in enumerate(DIALOGUES["mts_dialog"]):
        rows = [
            {
                "ID": str(i),
                "section_header": ("CC", "ALLERGY", "FAM/SOCHX")[i % 3],
                "section_text": f"Knee {number}{i}.",
                "dialogue": f"Doctor: Knee {number}{i}?\r\nPatient: It hurts.",
            }
            for i in range(size)
        ]
        table(data / "mts_dialog" / name, rows)
    return data / "mts_dialog"


def study(data: Path) -> Path:
    """A data folder with every data set."""
    for make in (meqsum, mednli, problem_summary, longhealth, medisumqa, medisumcode):
        make(data)
    for make in (medqa, pubmedqa, mmlu_medical, medmcqa, medec, aci_bench, mts_dialog):
        make(data)
    return data


TRIAGE = """# @package tasks.triage
name: triage
reader: table
file: {file}
columns: {{id: note_id, target: urgency, cluster: patient}}
answer: choice
labels: [urgent, routine]
system: You sort notes.
user: "Note: {{note}}"
max_new_tokens: 20
"""


def triage(folder: Path, size: int = 6, more: str = "") -> Path:
    """A folder of own files with a task on a table; two notes to a patient, the cluster."""
    rows = [
        {
            "note_id": f"n{i}",
            "patient": f"p{i // 2}",
            "note": f"Knee {i} hurts, badly.",
            "urgency": ("urgent", "routine")[i % 2],
        }
        for i in range(size)
    ]
    path = table(folder / "triage.csv", rows)
    _written(folder / "own" / "task" / "triage.yaml", TRIAGE.format(file=path) + more)
    return folder / "own"


def lines(path: Path, rows: Iterable[Any]) -> Path:
    """A file of JSON lines."""
    return _written(path, "".join(f"{json.dumps(row)}\n" for row in rows))


def parquet(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A Parquet file, its columns those of the first row."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def document(path: Path, value: Any) -> Path:
    """A JSON file."""
    return _written(path, json.dumps(value))


def table(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """A CSV file, its columns those of the first row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return _written(path, text.getvalue())


def _written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, newline="")
    return path
