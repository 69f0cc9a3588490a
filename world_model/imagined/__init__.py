"""A device that consists of predictions."""
