"""Commands that need policies, suites or stored episodes, one module each."""
