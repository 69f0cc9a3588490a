"""Targets of next-sketch training, one file a way of ordering them."""
