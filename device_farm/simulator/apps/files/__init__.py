"""Files: the file browser of the shared storage."""
