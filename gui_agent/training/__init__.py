"""From samples to a better policy: the trainer and everything that feeds it. Needs torch."""
