"""Colours of the page reach the contrasts of WCAG 2, level AA, in light and in dark mode."""

import re
from itertools import product

import pytest

from analysis.html_templates import source
from analysis.report.formats.html import PACKAGE

TEXT, GRAPHICS = 4.5, 3.0
"""Least contrasts: of text, and of graphics and edges of controls."""
TEXTS = product(("ink", "faint", "decline", "gain", "equivalent"), ("paper", "card"), (TEXT,))
ON_BAND = product(("ink", "faint"), ("band",), (TEXT,))
DRAWN = product(("base", "tuned", "edge", "focus", "decline", "gain"), ("paper",), (GRAPHICS,))
CONTRASTS = [*TEXTS, *ON_BAND, *DRAWN, ("paper", "ink", TEXT)]


def colours() -> dict[str, dict[str, str]]:
    """Variables of the light and of the dark mode."""
    blocks = re.findall(r":root \{(.*?)\}", source(PACKAGE, "report.css"), re.DOTALL)
    light, dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_contrasts(mode: str) -> None:
    variables = colours()[mode]
    low = [
        (front, back, round(contrast(variables[front], variables[back]), 2))
        for front, back, least in CONTRASTS
        if contrast(variables[front], variables[back]) < least
    ]
    assert low == []


def test_the_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
    assert contrast("#d55e00", "#ffffff") < TEXT


def test_the_style_uses_no_variable_without_a_value() -> None:
    used = set(re.findall(r"var\(--(\w+)", source(PACKAGE, "report.css")))
    assert used <= set(colours()["light"])
