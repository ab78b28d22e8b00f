"""backend=openai: prompts to a server with an OpenAI-compatible interface."""
