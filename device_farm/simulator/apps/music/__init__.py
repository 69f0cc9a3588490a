"""Retro Music: the songs on the shared storage, playlists, the playing queue."""
