"""Sketches from pixels alone: text by OCR, places by contours."""
