"""OSWorld on farm desktops: its own environment, set-ups and evaluators, unmodified. Import from the modules."""
