"""Android's own shell commands: what `am`, `pm`, `settings`, `dumpsys` and the like do to the simulated phone."""
