"""backend=transformers: greedy decoding of planned batches with a Hugging Face checkpoint."""
