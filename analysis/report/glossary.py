"""The glossary: one list for the tooltips and the section of the page, and for docs/glossary.md.

python -m analysis.report.glossary > docs/glossary.md
"""

from collections.abc import Mapping
from typing import NamedTuple

from clue.common.console import print_lines


class Term(NamedTuple):
    """A term of tables, figures and sentences."""

    name: str
    short: str
    """One sentence, for a tooltip."""
    more: str = ""
    """Everything else that a reader needs."""
    forms: tuple[str, ...] = ()
    """Abbreviations and signs that get a tooltip; words that explain themselves get none."""

    @property
    def anchor(self) -> str:
        """Id of the term in a page and in a Markdown file."""
        letters = "".join(one if one.isalnum() else "-" for one in self.name.lower())
        return "term-" + "-".join(filter(None, letters.split("-")))

    @property
    def text(self) -> str:
        """The whole definition."""
        return " ".join(filter(None, (self.short, self.more)))


TERMS = (
    Term(
        "95 % CI",
        "Confidence interval: differences that the data are compatible with, for other items like "
        "these.",
        "Intervals of this kind hold the true difference in 95 % of studies.",
        ("95 % CI", "CI"),
    ),
    Term(
        "alpha",
        "The rate of false claims that is accepted, declared before results are seen.",
        "A claim needs a corrected p of at most alpha.",
    ),
    Term(
        "base",
        "The general model that a biomedical model was adapted from.",
        "A study can compare with another ancestor instead.",
    ),
    Term("cell", "One model on one task under one prompt setting."),
    Term(
        "cluster",
        "Items that are not independent, such as the questions about one patient.",
        "The number of clusters limits the precision, not the number of items.",
        ("clusters",),
    ),
    Term(
        "confirmatory, exploratory",
        "Confirmatory: declared before results were seen, and corrected. Exploratory: all else.",
        "An exploratory result suggests the next study; it supports no claim of this one.",
    ),
    Term(
        "CR2",
        "A standard error that allows for clusters and is corrected for a small number of them.",
        "Its degrees of freedom are those of Satterthwaite.",
        ("CR2",),
    ),
    Term(
        "degrees of freedom (df)",
        "Pieces of information about the error; with few, intervals are wide.",
        forms=("df",),
    ),
    Term(
        "design effect",
        "The factor by which clusters enlarge the variance of a difference.",
        "At 2, one thousand items tell as much as five hundred independent ones.",
        ("design effect",),
    ),
    Term(
        "difference (Δ)",
        "Score of the biomedical model minus score of its base on the same items, in points.",
        "A negative difference means that the biomedical model is lower.",
        ("Δ",),
    ),
    Term(
        "draw",
        "One of several answers that a model samples to the same prompt.",
        "Greedy answers have no draws.",
    ),
    Term(
        "equivalent",
        "The difference is shown to be smaller than the margin in both directions.",
        "That a difference was not detected does not make two models equivalent.",
    ),
    Term(
        "family",
        "Pairs of one base model; also the hypotheses that are corrected together.",
    ),
    Term(
        "fixed set",
        "The mean of exactly these pairs, with an interval for other items.",
        "The pooled mean is for other models of this kind too, and its interval is wider.",
    ),
    Term(
        "Holm",
        "A correction of p for the number of comparisons: all claims together hold at alpha.",
        "It is never weaker than the correction by Bonferroni.",
        ("Holm",),
    ),
    Term(
        "ICC",
        "Intra-cluster correlation: how alike the differences in one cluster are, 0 if not at all.",
        forms=("ICC",),
    ),
    Term(
        "item",
        "One question that both models of a pair answer.",
        "n counts items.",
        ("n",),
    ),
    Term(
        "level",
        "A group of tasks. Its score is the mean of its data sets.",
        "Level 1 has short inputs, Level 2 long documents. The overall score is their mean.",
    ),
    Term(
        "m*",
        "The smallest margin within which this comparison alone would be equivalent, in points.",
        "It is before the correction for several pairs. Readers can apply a margin of their own.",
        ("m*",),
    ),
    Term(
        "margin",
        "Differences below it do not matter in practice; declared before results are seen.",
    ),
    Term(
        "MDE",
        "Minimum detectable effect: the difference that such a comparison finds in 80 % of cases.",
        "Smaller differences can remain undetected.",
        ("MDE",),
    ),
    Term(
        "non-inferior",
        "A decline by more than the margin is excluded; a gain is not established.",
    ),
    Term(
        "not established",
        "The data do not settle the direction. It does not say that the models are alike.",
    ),
    Term(
        "p",
        "Small if a difference this large would be rare without a real one.",
        "In tables p is corrected for the number of comparisons.",
        ("p",),
    ),
    Term(
        "pair",
        "A biomedical model and the base that it is compared with.",
    ),
    Term(
        "pooled mean",
        "The mean difference over pairs of this kind, also those that were not evaluated.",
        "It weighs families of bases, and its interval is for other models and other items.",
    ),
    Term(
        "posterior",
        "The probability of a difference, given these data and no earlier opinion (flat prior).",
    ),
    Term(
        "prediction interval",
        "Where the difference of one more pair is expected, in 95 % of cases.",
    ),
    Term(
        "prompt setting",
        "Wording, worked examples and decoding of all prompts under one name.",
    ),
    Term(
        "q",
        "p after the correction of Benjamini and Hochberg, for exploratory comparisons.",
        "Of the comparisons with a small q, at most that share is expected to be false.",
        ("q",),
    ),
    Term(
        "rank set",
        "All ranks of a model that the data leave open, with 95 % confidence for all at once.",
    ),
    Term(
        "SE",
        "Standard error: how far an estimate is from the truth on average, by chance alone.",
        forms=("SE",),
    ),
    Term(
        "shrunken difference",
        "A difference drawn towards those of its pair and its task, which takes back luck.",
    ),
    Term(
        "sign flip",
        "A test that changes the signs of the differences of clusters at random or in all ways.",
        "It needs no assumption on the distribution of scores.",
    ),
    Term(
        "simultaneous interval",
        "An interval that holds for all pairs at once; wider than that of one pair.",
    ),
    Term(
        "TOST",
        "Two one-sided tests: a small p shows that the difference is inside the margin.",
        "A large p means that equivalence is not shown, not that it is false.",
        ("TOST",),
    ),
    Term(
        "trial",
        "A stored cell that does not belong to the declared study and enters none of its numbers.",
    ),
)
"""In alphabetical order."""

FORMS: Mapping[str, Term] = {form: term for term in TERMS for form in term.forms}
"""Abbreviation to its term."""


def glossary_markdown() -> str:
    """Returns the text of docs/glossary.md."""
    lines = [
        "# Glossary",
        "",
        "Terms of the report, of its tables and of its sentences. The report shows the same text, "
        "also when a pointer or the focus is on an abbreviation.",
    ]
    for term in TERMS:
        name = term.name.replace("*", "\\*")
        lines += ["", f"## {name}", "", term.text]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print_lines(glossary_markdown().rstrip())
