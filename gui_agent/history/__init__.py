"""What of an episode's past a prompt shows, within a budget of tokens."""
