"""Desktops in containers, one container a session."""
