"""Proves what this machine can do by doing it, each proof within a deadline. Import from the modules."""
