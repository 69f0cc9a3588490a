"""Variants of rewards and advantages, one a file: numpy in, numpy out."""
