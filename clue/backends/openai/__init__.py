"""backend=openai: a server with an OpenAI-compatible interface."""
