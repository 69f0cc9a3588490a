"""Which elements of two sketches are the same, and how far the sketches agree."""
