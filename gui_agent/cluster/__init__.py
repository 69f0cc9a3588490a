"""Collection and training over several machines, by Ray. Needs the extra `cluster`."""
