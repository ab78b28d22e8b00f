"""Sentences on slopes of a difference: on the difficulty of items, on the length of the input."""

from collections.abc import Sequence

from analysis.names import in_sentence
from analysis.number_format import POINTS, amount, p_value, points, points_interval
from analysis.paired_study.item_slopes import Property, SlopeRow
from clue.common.plural import counted
from clue.marks import marked

PER: dict[Property, str] = {
    "difficulty": "per standard deviation of the items' difficulty",
    "length": "per doubling of the prompt",
}
KIND: dict[Property, str] = {"difficulty": "difficult", "length": "long"}
OPPOSITE: dict[Property, str] = {"difficulty": "easy", "length": "short"}


def lead(rows: Sequence[SlopeRow], alpha: float) -> str:
    """Explains the slopes and counts those that differ from 0."""
    models = sorted(row.slope.models for row in rows if row.key.item_property == "difficulty")
    others = counted(models[0], "model") if models else "no model"
    if models and models[0] != models[-1]:
        others = f"{models[0]} to {counted(models[-1], 'model')}"
    properties = [row.key.item_property for row in rows if is_settled(row, alpha)]
    settled, on_difficulty = len(properties), properties.count("difficulty")
    return (
        "Exploratory. The difficulty of an item is minus its mean score by models of other "
        f"families of bases ({others}), so that the chance errors of the pair do not enter it. It "
        "is an estimate, which makes its slopes too small rather than too large. The length of an "
        "item is the number of tokens of its prompt. A negative slope means that the biomedical "
        "model loses more, or gains less, on difficult or long items. A model that answers more at "
        "random than its base loses on easy items and gains on difficult ones, so a slope alone is "
        f"neither a gain nor a loss: use it to choose items to read. {settled} of "
        f"{counted(len(rows), 'slope')} differ from 0 after the correction by Benjamini and "
        f"Hochberg: {on_difficulty} on difficulty, {settled - on_difficulty} on length."
    )


def sentence(row: SlopeRow) -> str:
    """A slope that differs from 0, in words."""
    key, slope = row.key, row.slope
    assert slope.slope is not None
    assert slope.ci95 is not None
    assert slope.q is not None
    verb = "falls" if slope.slope < 0 else "rises"
    side = "lower" if slope.slope < 0 else "higher"
    text = (
        f"On {in_sentence(key.task)} the difference between {key.tuned} and {key.base} {verb} by "
        f"{amount(slope.slope, POINTS)} points {PER[key.item_property]} (slope "
        f"{points(slope.slope)}, 95 % CI {points_interval(slope.ci95)}; q "
        f"{p_value(slope.q)}): it is {side} on {KIND[key.item_property]} items than on "
        f"{OPPOSITE[key.item_property]} ones."
    )
    return marked(slope.marks, text)


def is_settled(row: SlopeRow, alpha: float) -> bool:
    """True if the adjusted p of a slope is at most alpha."""
    return row.slope.q is not None and row.slope.q <= alpha
