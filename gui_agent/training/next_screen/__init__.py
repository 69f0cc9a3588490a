"""Training of world models: a text model that writes the next screen, or a small predictor from nothing."""
