"""Settings: their schema, ranges and choices, and what the command line says of them."""
