"""Losses, one a file: tensors in, (loss, metrics) out. Needs torch, so nothing outside training imports it."""
