"""Console of rich whose text passes the gate for terminals, in a module that loads rich."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from clue.common.visible import visible


class VisibleConsole(Console):
    """Console that writes unseen characters of texts, cells and names of tasks as escapes."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Yields segments; styles and movements of the cursor are rich's own and stay."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=visible(segment.text))
