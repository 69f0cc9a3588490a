"""Simple Draw: paint with the finger, save as PNG, JPEG or SVG."""
