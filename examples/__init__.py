"""Examples that one command each reproduces."""
