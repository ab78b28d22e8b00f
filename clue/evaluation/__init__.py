"""Evaluation of a job: complete the cells of one model, score them, track them."""
