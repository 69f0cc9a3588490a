"""Predicted against expert action: one matcher for reward and metric, in two strictnesses."""
