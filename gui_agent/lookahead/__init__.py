"""Looking ahead at work: policies that imagine outcomes before they act, and predictors by config."""
