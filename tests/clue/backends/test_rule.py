from pathlib import Path

from clue.backends import Setup, make
from clue.config.schema import BackendConf, ModelConf
from clue.records import Message, Prompt


def test_words_are_tokens_and_what_is_done_is_not_answered() -> None:
    backend = make(Setup(ModelConf(name="m", repo="a/b"), BackendConf(name="fake"), Path(), Path()))
    prompts = [Prompt(str(n), (Message("user", "how is it " * (n + 1)),), 8) for n in range(4)]
    whole = dict(backend.generate(prompts))
    assert sorted(whole) == [0, 1, 2, 3]
    for index, prompt in enumerate(prompts):
        sizes = whole[index].prompt_tokens, whole[index].new_tokens
        assert (
            sizes == (backend.count(prompt), len(whole[index].text.split())) == (3 * index + 3, 8)
        )
    assert dict(backend.generate(prompts, {0, 3})) == {index: whole[index] for index in (1, 2)}
