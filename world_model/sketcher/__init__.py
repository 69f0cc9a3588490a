"""A small predictor learnt from nothing: the next screen as pointers to lines of this one and to lines seen before."""
