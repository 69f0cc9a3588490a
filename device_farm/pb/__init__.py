"""Generated from `proto/` by `scripts/generate_protos.py`; never edited."""
