"""The model port: prompts in, sampled tokens out, whoever serves them."""
