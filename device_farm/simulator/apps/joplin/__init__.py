"""Joplin: notebooks, notes and to-dos, on its own SQLite database."""
