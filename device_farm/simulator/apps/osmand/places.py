"""A sketch of Liechtenstein: its settlements by name and place, its outline and a few roads.

Not survey data. The coordinates of the settlements that AndroidWorld's map tasks name are those of the tasks; the
others, the border and the roads are rounded to what a sketch needs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from device_farm.simulator.apps.plain_text import plain

LatLon: TypeAlias = tuple[float, float]

COUNTRY: Final = "Liechtenstein"
CENTER: Final[LatLon] = (47.1553, 9.5440)
START_ZOOM: Final = 12


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map; degrees north and east."""

    name: str
    kind: str
    lat: float
    lon: float

    @property
    def at(self) -> LatLon:
        return (self.lat, self.lon)


PLACES: Final = (
    Point("Balzers", "Village", 47.0688832, 9.5061564),
    Point("Bendern", "Village", 47.2122151, 9.5062101),
    Point("Eschen", "Village", 47.2106, 9.5233),
    Point("Gamprin", "Village", 47.2200, 9.5090),
    Point("Malbun", "Hamlet", 47.1026191, 9.6083057),
    Point("Mauren", "Village", 47.2180, 9.5430),
    Point("Mäls", "Hamlet", 47.0655, 9.4930),
    Point("Nendeln", "Village", 47.1973857, 9.5430636),
    Point("Oberplanken", "Hamlet", 47.1784977, 9.5450163),
    Point("Planken", "Village", 47.1858882, 9.5452201),
    Point("Rotenboden", "Hamlet", 47.1275785, 9.5387131),
    Point("Ruggell", "Village", 47.23976, 9.5262837),
    Point("Schaan", "Town", 47.1663432, 9.5103085),
    Point("Schaanwald", "Hamlet", 47.2165476, 9.5699984),
    Point("Schellenberg", "Village", 47.2310, 9.5470),
    Point("Schönberg", "Hamlet", 47.1303814, 9.5930117),
    Point("Steg", "Hamlet", 47.1120, 9.5740),
    Point("Triesen", "Village", 47.106997, 9.5274854),
    Point("Triesenberg", "Village", 47.1180, 9.5430),
    Point("Vaduz", "Town", 47.1410, 9.5210),
)

BORDER: Final[tuple[LatLon, ...]] = (
    (47.2705, 9.5300),
    (47.2520, 9.5560),
    (47.2240, 9.5720),
    (47.2130, 9.5850),
    (47.1900, 9.5760),
    (47.1690, 9.5790),
    (47.1560, 9.6060),
    (47.1350, 9.6160),
    (47.1030, 9.6355),
    (47.0780, 9.6320),
    (47.0620, 9.6040),
    (47.0500, 9.5730),
    (47.0590, 9.5420),
    (47.0520, 9.5080),
    (47.0570, 9.4760),
    (47.0790, 9.4790),
    (47.1000, 9.5060),
    (47.1330, 9.5080),
    (47.1600, 9.4930),
    (47.1900, 9.4860),
    (47.2180, 9.4930),
    (47.2480, 9.5150),
)
RHINE: Final = (*BORDER[14:], BORDER[0])
ROADS: Final[tuple[tuple[LatLon, ...], ...]] = (
    (
        (47.0688832, 9.5061564),
        (47.106997, 9.5274854),
        (47.1410, 9.5210),
        (47.1663432, 9.5103085),
        (47.1973857, 9.5430636),
        (47.2165476, 9.5699984),
    ),
    ((47.1663432, 9.5103085), (47.2122151, 9.5062101), (47.23976, 9.5262837)),
    ((47.106997, 9.5274854), (47.1180, 9.5430), (47.1120, 9.5740), (47.1026191, 9.6083057)),
    ((47.1663432, 9.5103085), (47.1858882, 9.5452201), (47.1784977, 9.5450163)),
    ((47.2122151, 9.5062101), (47.2106, 9.5233), (47.2180, 9.5430), (47.2165476, 9.5699984)),
    ((47.1410, 9.5210), (47.1275785, 9.5387131), (47.1180, 9.5430)),
)

_NUMBER: Final = re.compile(r"-?\d*\.?\d+")
_WORD: Final = re.compile(r"[^\s,;]+")


def location_point(lat: float, lon: float) -> Point:
    """A spot without a name goes by its coordinates."""
    return Point(f"{lat:.5f}, {lon:.5f}", "Location", lat, lon)


def parse_location(text: str) -> Point | None:
    """The spot that `47.13038, 9.59301` stands for; None for what is no pair of coordinates."""
    if re.search(r"[^\d\s.,;°-]", text):
        return None
    numbers = [float(number) for number in _NUMBER.findall(text)]
    if len(numbers) != 2 or abs(numbers[0]) > 85 or abs(numbers[1]) > 180:
        return None
    return location_point(*numbers)


def search_places(query: str) -> tuple[Point, ...]:
    """Places of which every word of the query starts a word, of the name or the country; full names first."""
    spot = parse_location(query)
    if spot is not None:
        return (spot,)
    words = _WORD.findall(plain(query))
    if not words:
        return ()
    found = [place for place in PLACES if _fits(words, place)]
    return tuple(sorted(found, key=lambda place: (plain(place.name) not in words, place.name)))


def _fits(words: list[str], place: Point) -> bool:
    own = plain(place.name)
    return any(own.startswith(word) for word in words) and all(
        own.startswith(word) or plain(COUNTRY).startswith(word) for word in words
    )
