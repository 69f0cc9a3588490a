"""A screen as a set of lines: label, text, box, state."""
