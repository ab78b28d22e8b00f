"""One drawing gives an SVG with variables and a PNG with the same colours."""

from matplotlib.figure import Figure

from analysis.report.figures.theme import LIGHT, drawing, png, svg, themed_axes, with_fixed_colours


def drawn() -> Figure:
    with drawing():
        figure = Figure(figsize=(3, 2))
        ax = themed_axes(figure, LIGHT, (0.2, 0.2, 0.7, 0.7))
        ax.plot([0, 1], [0, 1], "o-", color=LIGHT.gain, mfc=LIGHT.paper)
        ax.axhline(0.5, color="#123456")
        ax.set_title(f"fill {LIGHT.decline}")
    return figure


def test_no_two_elements_have_one_colour() -> None:
    assert len(set(LIGHT.colours)) == len(LIGHT.colours)


def test_paints_of_the_theme_are_variables_and_others_stay() -> None:
    text = svg(drawn(), "figure")
    assert f"stroke: var(--gain, {LIGHT.gain})" in text
    assert f"fill: var(--paper, {LIGHT.paper})" in text
    assert "stroke: #123456" in text
    assert f">fill {LIGHT.decline}</text>" in text
    assert "var(" not in with_fixed_colours(text)


def test_a_png_is_the_same_after_an_svg_of_the_figure() -> None:
    figure = drawn()
    svg(figure, "figure")
    assert png(figure) == png(drawn())
