"""Documents of ours in the place of those that OSWorld's tasks download."""
