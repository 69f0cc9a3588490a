"""Labelled episodes: attempts whose truth is read from the device's state, and what makes them."""
