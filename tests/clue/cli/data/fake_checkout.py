"""Checkout in the layout of the authors' repository, with invented prompts."""

import argparse
import os
import subprocess
from pathlib import Path

from clue.cli.data import import_upstream
from tests import tiny

MARKER = "was-run"
TOP = f"""
import a_library_that_is_nowhere
open({MARKER!r}, "w").close()
raise SystemExit
"""
"""Start of each script: leaves a file and exits if the script is run or imported."""

SCRIPTS = {
    "eval/eval_mednli.py": '''
sys_prompt = """Weigh two lines. {Braces} are text here."""

user_prompt_template = """
One: {sentence1}
Two: {sentence2}
"""
assistant_response_template =  """{gold_label}"""
max_tokens = 20
''',
    "eval/eval_meqsum.py": '''
sys_prompt = "Make it short.\\d"
user_prompt_template: str = """<<
{CHQ}
>>"""
assistant_response_template = """{Summary}"""
max_tokens=512
''',
    "eval/eval_ProblemSummary.py": '''
sys_prompt = ("Name what " "ails them.")
user_prompt_template = """{Subjectives}

{Assessment} {{so far}}"""
assistant_response_template = """{Summary}"""
max_tokens = 256
''',
    "eval/eval_LongHealth.py": '''
sys_prompt = """
Look it up.
"""
prompt_template = """
{documents}
==
{question_text}
{options}
"""
def create_prompt(answer_docs: dict, others, separator="~~~", size=16_000, *, t=None):
    return prompt_template.format(documents=documents_joined)
def main():
    for question in data:
        if True:
            question["answer_f"] = "Nobody knows"
''',
    "eval/eval_MeDiSumQA.py": '''
sys_prompt = "Explain it."
user_prompt_template = """{discharge_summary}
Asked: {Question}"""
assistant_response_template = """{Answer}"""
max_tokens=512
''',
    "eval/eval_MeDiSumCode.py": '''
sys_prompt = "Code it."
user_prompt_template = """{text}
Now!"""
assistant_response_start = "Codes are "
assistant_response_template =  assistant_response_start + """{codes}"""
max_tokens = 512
''',
}
"""Scripts in the layout of the authors', with invented prompts."""


def checkout(folder: Path, *, commit: bool = True, **changed: str) -> Path:
    """A checkout like the authors'; `mednli="..."` replaces the script of that name."""
    for name, text in SCRIPTS.items():
        stem = Path(name).stem.removeprefix("eval_")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TOP + changed.get(stem, text))
    if commit:
        git(folder, "init", "--quiet")
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "--message", "scripts")
    return folder


def git(folder: Path, *words: str) -> str:
    """Git on this folder alone, also where the tests are run by a hook of another checkout."""
    identity = ("-c", "user.name=tests", "-c", "user.email=tests@example.org")
    command = ["git", "-C", str(folder), *identity, "-c", "commit.gpgsign=false", *words]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=outside)
    return done.stdout.strip()


def run_import(folder: Path, data: Path | str) -> int:
    """`python -m clue data import-upstream <folder> --data <data>`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    import_upstream.add(parser)
    return import_upstream.run(parser.parse_args([str(folder), "--data", str(data)]))


def worded(data: Path) -> Path:
    """A data folder with every data set and an import from `<data>/clone`."""
    run_import(checkout(tiny.study(data) / "clone"), data)
    return data
