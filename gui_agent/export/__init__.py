"""Run folders as data sets: one module a format."""
