"""Bundled typefaces: widths, glyph runs and line heights. Never a font of the host, so that pixels agree everywhere."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal, TypeAlias

import skia

Face: TypeAlias = Literal["regular", "medium", "bold", "icons"]

_FILES: dict[Face, str] = {
    "regular": "Roboto-Regular.ttf",
    "medium": "Roboto-Medium.ttf",
    "bold": "Roboto-Bold.ttf",
    "icons": "MaterialIcons-Regular.ttf",
}


def font_folder_file(name: str) -> bytes:
    """The bytes of a file in the bundled font folder."""
    return files("device_farm.simulator").joinpath("fonts", name).read_bytes()


@cache
def _typeface(face: Face) -> skia.Typeface:
    # An empty manager: nothing of the host's font configuration is looked at.
    manager = skia.FontMgr.New_Custom_Empty()
    typeface = manager.makeFromData(skia.Data.MakeWithCopy(font_folder_file(_FILES[face])))
    if typeface is None:
        raise RuntimeError(f"bundled font {_FILES[face]} cannot be read")
    return typeface


@lru_cache(maxsize=256)
def font(face: Face, size_px: float) -> skia.Font:
    """Anti-aliased, unhinted, at sub-pixel positions: the same pixels on every host."""
    made = skia.Font(_typeface(face), size_px)
    made.setEdging(skia.Font.Edging.kAntiAlias)
    made.setHinting(skia.FontHinting.kNone)
    made.setSubpixel(True)
    return made


@lru_cache(maxsize=16384)
def text_width(text: str, face: Face, size_px: float) -> float:
    """Advance width in pixels; characters that the font lacks count as its .notdef box."""
    return float(font(face, size_px).measureText(_paintable(text)))


@lru_cache(maxsize=16384)
def text_blob(text: str, face: Face, size_px: float) -> skia.TextBlob | None:
    """A glyph run to draw; None for text without glyphs."""
    cleaned = _paintable(text)
    return skia.TextBlob.MakeFromString(cleaned, font(face, size_px)) if cleaned else None


@lru_cache(maxsize=64)
def ascent_descent(face: Face, size_px: float) -> tuple[float, float]:
    """Distances from the baseline up and down, both positive, in pixels."""
    metrics = font(face, size_px).getMetrics()
    return (-metrics.fAscent, metrics.fDescent)


@lru_cache(maxsize=1)
def icon_code_points() -> dict[str, int]:
    """Material icon names and their code points in the bundled font."""
    return dict(json.loads(font_folder_file("material_icons.json")))


def icon_text(name: str) -> str:
    """The one-character text that draws icon `name`. Raises ValueError for a name that the font lacks."""
    try:
        return chr(icon_code_points()[name])
    except KeyError:
        raise ValueError(f"no Material icon named {name!r}") from None


def _paintable(text: str) -> str:
    # Lone surrogates cannot be encoded as UTF-8; the font would have no glyph for them anyway.
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
