"""What decides the next action: one module a policy, chosen by the `policy` section of the config."""
