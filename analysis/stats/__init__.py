"""Statistics of paired scores. Each method has its own file; no module here reads files."""
