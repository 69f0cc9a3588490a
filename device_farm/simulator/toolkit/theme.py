"""Colours and type sizes: the Material 3 baseline scheme in blue, light and dark."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.simulator.toolkit.base import Colour, ColourRole, FontWeight, TextStyle

LIGHT: Mapping[ColourRole, int] = {
    "primary": 0xFF0B57D0,
    "on_primary": 0xFFFFFFFF,
    "primary_container": 0xFFD3E3FD,
    "on_primary_container": 0xFF041E49,
    "secondary": 0xFF00639B,
    "secondary_container": 0xFFC2E7FF,
    "on_secondary_container": 0xFF001D35,
    "tertiary": 0xFF146C2E,
    "tertiary_container": 0xFFC4EED0,
    "on_tertiary_container": 0xFF072711,
    "error": 0xFFB3261E,
    "on_error": 0xFFFFFFFF,
    "error_container": 0xFFF9DEDC,
    "on_error_container": 0xFF410E0B,
    "surface": 0xFFFDFCFF,
    "surface_low": 0xFFF6F8FC,
    "surface_container": 0xFFF0F4F9,
    "surface_high": 0xFFE9EEF6,
    "surface_highest": 0xFFDFE4EC,
    "on_surface": 0xFF1B1C1F,
    "on_surface_variant": 0xFF44474E,
    "outline": 0xFF747780,
    "outline_variant": 0xFFC4C7D0,
    "inverse_surface": 0xFF303134,
    "inverse_on_surface": 0xFFF2F0F4,
    "scrim": 0x73000000,
}

DARK: Mapping[ColourRole, int] = {
    "primary": 0xFFA8C7FA,
    "on_primary": 0xFF062E6F,
    "primary_container": 0xFF0842A0,
    "on_primary_container": 0xFFD3E3FD,
    "secondary": 0xFF7FCFFF,
    "secondary_container": 0xFF004A77,
    "on_secondary_container": 0xFFC2E7FF,
    "tertiary": 0xFF6DD58C,
    "tertiary_container": 0xFF0F5223,
    "on_tertiary_container": 0xFFC4EED0,
    "error": 0xFFF2B8B5,
    "on_error": 0xFF601410,
    "error_container": 0xFF8C1D18,
    "on_error_container": 0xFFF9DEDC,
    "surface": 0xFF131314,
    "surface_low": 0xFF1B1B1C,
    "surface_container": 0xFF1E1F20,
    "surface_high": 0xFF282A2C,
    "surface_highest": 0xFF333537,
    "on_surface": 0xFFE3E3E3,
    "on_surface_variant": 0xFFC4C7C5,
    "outline": 0xFF8E918F,
    "outline_variant": 0xFF444746,
    "inverse_surface": 0xFFE3E3E3,
    "inverse_on_surface": 0xFF303030,
    "scrim": 0x99000000,
}

TYPE_SCALE: Mapping[TextStyle, tuple[float, float, FontWeight]] = {
    "display_large": (57, 64, "regular"),
    "display": (45, 52, "regular"),
    "headline": (28, 36, "regular"),
    "title_large": (22, 28, "regular"),
    "title": (16, 24, "medium"),
    "title_small": (14, 20, "medium"),
    "body_large": (16, 24, "regular"),
    "body": (14, 20, "regular"),
    "body_small": (12, 16, "regular"),
    "label_large": (14, 20, "medium"),
    "label": (12, 16, "medium"),
    "label_small": (11, 16, "medium"),
}
"""Size and line height in sp, weight (m3.material.io, typography)."""

AVATAR_COLOURS = (
    0xFF7B1FA2,
    0xFF00796B,
    0xFFC2185B,
    0xFF1976D2,
    0xFF5D4037,
    0xFF388E3C,
    0xFFE64A19,
    0xFF455A64,
    0xFF512DA8,
    0xFF0288D1,
)


@dataclass(frozen=True, slots=True)
class Theme:
    """Light or dark, and the person's font scale (1.0 is normal)."""

    dark: bool = False
    font_scale: float = 1.0

    def colour(self, colour: Colour) -> int:
        """0xAARRGGBB of a role or a fixed colour."""
        if isinstance(colour, int):
            return colour
        return (DARK if self.dark else LIGHT)[colour]


def with_alpha(argb: int, alpha: float) -> int:
    """`argb` with its opacity multiplied by `alpha` in [0, 1]."""
    return (round((argb >> 24) * alpha) << 24) | (argb & 0xFFFFFF)
