"""State probes: each reads one fact from a device and says, as `Evidence`, whether it is as expected."""
