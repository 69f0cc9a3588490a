"""The run folder: episodes that appear whole or not at all, screens stored once by digest."""
