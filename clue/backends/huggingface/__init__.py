"""backend=transformers: a greedy loop over planned batches of a Hugging Face checkpoint."""
