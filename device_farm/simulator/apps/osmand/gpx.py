"""GPX files as OsmAnd writes them: favourites are waypoints, tracks are segments of track points."""

from __future__ import annotations

import posixpath
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.osmand.places import LatLon, Point
from device_farm.simulator.apps.osmand.schema import FAVORITES_PATH, TRACKS, VERSION
from device_farm.simulator.filesystem import FileSystem

_GPX: Final = "http://www.topografix.com/GPX/1/1"
_OSMAND: Final = "https://osmand.net"
_SCHEMA_INSTANCE: Final = "http://www.w3.org/2001/XMLSchema-instance"
_FAVORITE_COLOUR: Final = "#eecc22"
_HEADER: Final = b"<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n"


def _root(name: str, now_s: float) -> ElementTree.Element:
    root = ElementTree.Element(
        "gpx",
        {
            "version": "1.1",
            "creator": f"OsmAnd {VERSION}",
            "xmlns": _GPX,
            "xmlns:osmand": _OSMAND,
            "xmlns:xsi": _SCHEMA_INSTANCE,
            "xsi:schemaLocation": f"{_GPX} {_GPX}/gpx.xsd",
        },
    )
    metadata = ElementTree.SubElement(root, "metadata")
    ElementTree.SubElement(metadata, "name").text = name
    ElementTree.SubElement(metadata, "time").text = _time(now_s)
    return root


def _time(at_s: float) -> str:
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _place(parent: ElementTree.Element, tag: str, at: LatLon) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {"lat": f"{at[0]:.7f}", "lon": f"{at[1]:.7f}"})


def _bytes(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root, space="  ")
    return _HEADER + ElementTree.tostring(root, encoding="unicode").encode() + b"\n"


def read_favorites(files: FileSystem) -> tuple[Point, ...]:
    """The waypoints of the favourites file; none where it is missing or no GPX."""
    if not files.is_file(FAVORITES_PATH):
        return ()
    try:
        root = ElementTree.fromstring(files.read(FAVORITES_PATH))
        return tuple(map(_favorite, root.iter(f"{{{_GPX}}}wpt")))
    except (ElementTree.ParseError, KeyError, ValueError):
        return ()


def _favorite(waypoint: ElementTree.Element) -> Point:
    name = waypoint.findtext(f"{{{_GPX}}}name") or ""
    return Point(name, "Favorite", float(waypoint.attrib["lat"]), float(waypoint.attrib["lon"]))


def write_favorites(files: FileSystem, points: tuple[Point, ...], now_s: float) -> None:
    root = _root("favorites", now_s)
    for point in points:
        waypoint = _place(root, "wpt", point.at)
        ElementTree.SubElement(waypoint, "time").text = _time(now_s)
        ElementTree.SubElement(waypoint, "name").text = point.name
        extensions = ElementTree.SubElement(waypoint, "extensions")
        for name, value in (("icon", "special_star"), ("background", "circle"), ("color", _FAVORITE_COLOUR)):
            ElementTree.SubElement(extensions, f"osmand:{name}").text = value
    save_file(files, FAVORITES_PATH, _bytes(root))


def track_path(name: str) -> str:
    """Where a track of that name lies; a slash cannot be part of a file's name."""
    return posixpath.join(TRACKS, f"{name.replace('/', '_')}.gpx")


def write_track(files: FileSystem, name: str, points: tuple[LatLon, ...], now_s: float) -> None:
    """One track of one segment."""
    root = _root(name, now_s)
    track = ElementTree.SubElement(root, "trk")
    ElementTree.SubElement(track, "name").text = name
    segment = ElementTree.SubElement(track, "trkseg")
    for at in points:
        _place(segment, "trkpt", at)
    save_file(files, track_path(name), _bytes(root))


def track_names(files: FileSystem) -> tuple[str, ...]:
    if not files.is_dir(TRACKS):
        return ()
    return tuple(sorted(name.removesuffix(".gpx") for name in files.list(TRACKS) if name.endswith(".gpx")))


def read_track(files: FileSystem, name: str) -> tuple[LatLon, ...]:
    """The track points of a stored track; none where it cannot be read."""
    path = track_path(name)
    try:
        root = ElementTree.fromstring(files.read(path)) if files.is_file(path) else ElementTree.Element("gpx")
        return tuple((float(at.attrib["lat"]), float(at.attrib["lon"])) for at in root.iter(f"{{{_GPX}}}trkpt"))
    except (ElementTree.ParseError, KeyError, ValueError):
        return ()
