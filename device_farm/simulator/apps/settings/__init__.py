"""Settings: every screen reads and writes the same tables that the `settings` command shows."""
