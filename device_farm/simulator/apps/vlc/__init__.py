"""VLC: the videos of the shared storage, its folders, playlists, and a player that shows their frames."""
