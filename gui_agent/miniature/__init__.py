"""The miniature: a small policy with a pointing bias, and its story from nothing on two cores."""
