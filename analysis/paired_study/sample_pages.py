"""Names of the pages with all items of a pair, which `python -m analysis view` writes."""

from analysis.paired_study.pairs import ModelPair

FOLDER = "samples"
"""Folder of the pages, below that of the report."""


def file_name(pair: ModelPair, task: str | None, *, is_declared: bool) -> str:
    """Returns the name of a page; another setting than the declared one is in it.

    Args:
        pair: its models and its prompt setting.
        task: None = every task of the pair.
        is_declared: the prompt setting is the declared one.
    """
    setting = "" if is_declared else pair.prompt
    words = [pair.tuned, pair.base, task or "", setting]
    letters = "-".join(word for word in words if word)
    return "".join(one if one.isalnum() or one in "-_." else "_" for one in letters) + ".html"
