"""The sample browser: one page with every item of a pair, and labels that people give in it."""
