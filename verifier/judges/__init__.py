"""Passive baselines: judges that see what was recorded and ask nothing of the device, and the scripted evaluator."""
