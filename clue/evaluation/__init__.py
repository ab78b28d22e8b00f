"""What a job does: complete the cells of one model, score them, track them."""
