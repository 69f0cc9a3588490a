"""Textual-sketch world models."""
