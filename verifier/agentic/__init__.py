"""The agentic verifier: memory, stages from a glance to probes, majority of several runs."""
