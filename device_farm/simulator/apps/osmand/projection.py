"""The spherical Mercator projection of web maps (EPSG:3857), in dp of the screen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from device_farm.simulator.apps.osmand.places import LatLon
from device_farm.simulator.toolkit.metrics import (
    DENSITY,
    NAVIGATION_BAR_PX,
    SCREEN_HEIGHT_PX,
    SCREEN_WIDTH_PX,
    STATUS_BAR_PX,
)

TILE_DP: Final = 256.0
ZOOMS: Final = (8, 18)

VIEW_WIDTH_DP: Final = SCREEN_WIDTH_PX / DENSITY
VIEW_HEIGHT_DP: Final = (SCREEN_HEIGHT_PX - STATUS_BAR_PX - NAVIGATION_BAR_PX) / DENSITY
"""The map fills the screen between the status bar and the navigation bar."""

_EARTH_M: Final = 6_371_000.0


def _world(point: LatLon, zoom: int) -> tuple[float, float]:
    """dp from the top left corner of the world map."""
    side = TILE_DP * 2**zoom
    lat = math.radians(point[0])
    return ((point[1] + 180) / 360 * side, (1 - math.asinh(math.tan(lat)) / math.pi) / 2 * side)


@dataclass(frozen=True, slots=True)
class Viewport:
    """What of the world is on the screen."""

    center: LatLon
    zoom: int

    def fraction(self, point: LatLon) -> tuple[float, float]:
        """Where a point lies, in fractions of the view's width and height; outside [0, 1] it is not in sight."""
        x, y = _world(point, self.zoom)
        center_x, center_y = _world(self.center, self.zoom)
        return (0.5 + (x - center_x) / VIEW_WIDTH_DP, 0.5 + (y - center_y) / VIEW_HEIGHT_DP)

    def location(self, across: float, along: float) -> LatLon:
        """The point under a place of the view."""
        center_x, center_y = _world(self.center, self.zoom)
        side = TILE_DP * 2**self.zoom
        x = center_x + (across - 0.5) * VIEW_WIDTH_DP
        y = center_y + (along - 0.5) * VIEW_HEIGHT_DP
        lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))
        return (lat, x / side * 360 - 180)


def distance_m(first: LatLon, second: LatLon) -> float:
    """Great-circle distance on a sphere, in metres."""
    lat1, lon1, lat2, lon2 = (math.radians(value) for value in (*first, *second))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * _EARTH_M * math.asin(math.sqrt(min(1.0, half)))


def length_m(points: tuple[LatLon, ...]) -> float:
    return sum(distance_m(first, second) for first, second in pairwise(points))


def distance_text(metres: float) -> str:
    """`820 m`, `4.2 km`."""
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"
