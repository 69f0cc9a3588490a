"""Task suites: templates with seeded parameters, set-up, a state evaluator and an expert."""
