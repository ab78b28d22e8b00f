"""A report as HTML, Markdown, LaTeX and lines on a terminal."""
