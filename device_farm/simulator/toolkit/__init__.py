"""Widget toolkit of the simulated phone: widgets, layout, hit testing, painting, accessibility."""
