"""Alternative text and caption of the forest plot."""

from analysis.names import display_name
from analysis.paired_study.results import StudyResults
from analysis.report import selectors
from analysis.report.figures.findings import MARKS
from analysis.report.figures.forest_rows import ForestRows
from analysis.report.figures.interval_rows import difference
from analysis.report.verdict_symbols import legend


def alt(results: StudyResults) -> str:
    """Describes the figure in words."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return ""
    shown = ForestRows.of(setting)
    rows = "; ".join(f"{shown.name(row)}: {difference(row.comparison)}" for row in shown.rows)
    score = f"in {display_name(shown.level)}"
    of_what = f"of {shown.rows[0].key.pair}" if shown.is_one_pair else score
    return f"Differences {of_what}, in points, with 95 % intervals. {rows}"


def caption(results: StudyResults) -> str:
    """Explains the elements that the figure has."""
    setting = selectors.reported_setting(results)
    if setting is None:
        return ""
    shown = ForestRows.of(setting)
    rows, pooled = shown.rows, shown.pooled
    is_drawn = {
        f"Marks: differences. {MARKS}": True,
        "Thick lines: 95 % intervals.": any(row.comparison.interval for row in rows),
        "Thin lines: simultaneous 95 % intervals, which hold for all pairs at once.": any(
            row.judgement.ci_simultaneous and row.judgement.hypotheses > 1 for row in rows
        ),
        "Band: the declared margin.": any(row.comparison.margin for row in rows),
        "Filled diamond: pooled mean for pairs of this kind. Dashed line: prediction interval of "
        "another pair.": pooled is not None and pooled.headline.refused is None,
        "Hollow diamond: mean of exactly these pairs.": pooled is not None,
        "m*: the smallest margin within which this comparison alone would be equivalent, before "
        "the correction for several comparisons.": any(row.comparison.m_star for row in rows),
        f"At the right: {legend(rows)}": True,
    }
    return " ".join(text for text, drawn in is_drawn.items() if drawn)
