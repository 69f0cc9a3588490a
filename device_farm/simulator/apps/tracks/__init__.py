"""OpenTracks: recorded activities with their statistics, on its own SQLite database."""
