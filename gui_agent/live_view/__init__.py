"""Devices live in a browser: `farm watch`. People look, take over, and record what they do."""
