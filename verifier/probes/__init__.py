"""The tools a verifier may call, and the guard that keeps the device as it was."""
