"""The apps that every simulated phone comes with."""
