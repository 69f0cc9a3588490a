"""Bundled typefaces; see README.md and LICENSE.txt beside this file."""
