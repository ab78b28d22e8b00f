from pathlib import Path

from clue.backends import Setup, create_backend
from clue.config.schema import BackendConf, ModelConf
from clue.records import Message, Prompt


def test_words_are_tokens_and_what_is_done_is_not_answered() -> None:
    backend = create_backend(
        Setup(ModelConf(name="m", repo="a/b"), BackendConf(name="fake"), Path(), Path())
    )
    prompts = [Prompt(str(n), (Message("user", "how is it " * (n + 1)),), 8) for n in range(4)]
    completions = dict(backend.generate(prompts))
    assert sorted(completions) == [0, 1, 2, 3]
    for index, prompt in enumerate(prompts):
        completion = completions[index]
        assert completion.prompt_tokens == backend.count(prompt) == 3 * index + 3
        assert completion.new_tokens == len(completion.text.split()) == 8
    rest = {index: completions[index] for index in (1, 2)}
    assert dict(backend.generate(prompts, {0, 3})) == rest
