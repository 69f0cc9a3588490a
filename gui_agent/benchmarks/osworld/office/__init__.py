"""Office tasks of our own in OSWorld's format: documents made by a script, judged by OSWorld's own metrics."""
