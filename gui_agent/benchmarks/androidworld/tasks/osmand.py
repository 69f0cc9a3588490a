"""Maps in OsmAnd: a favourite, a marker, a saved track. Decided by its GPX files and its markers table."""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from random import Random
from typing import ClassVar, Final, TypeAlias
from xml.etree import ElementTree

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Evidence, Scored
from gui_agent.benchmarks.androidworld.screens import start_app
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.base import LOOK, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import run, text_param
from gui_agent.benchmarks.params import TextParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, find, tap, toggle, type_text, visible_nodes, wait_for
from verifier.rules.base import guest_output, judge, shown
from verifier.rules.database import query
from verifier.rules.files import exists

LatLon: TypeAlias = tuple[float, float]

PACKAGE: Final = "net.osmand"
FAVORITES: Final = f"/storage/emulated/0/Android/data/{PACKAGE}/files/favorites/favorites.gpx"
TRACKS: Final = f"/storage/emulated/0/Android/data/{PACKAGE}/files/tracks"
MARKERS: Final = f"/data/data/{PACKAGE}/databases/map_markers_db"

NEAR_DEG: Final = 0.001
"""A point counts as the place from less than this away, in latitude and in longitude (AndroidWorld's `delta_deg`)."""

PLACES: Final[dict[str, LatLon]] = {
    "Balzers, Liechtenstein": (47.0688832, 9.5061564),
    "Bendern, Liechtenstein": (47.2122151, 9.5062101),
    "Malbun, Liechtenstein": (47.1026191, 9.6083057),
    "Nendeln, Liechtenstein": (47.1973857, 9.5430636),
    "Oberplanken, Liechtenstein": (47.1784977, 9.5450163),
    "Planken, Liechtenstein": (47.1858882, 9.5452201),
    "Rotenboden, Liechtenstein": (47.1275785, 9.5387131),
    "Ruggell, Liechtenstein": (47.23976, 9.5262837),
    "Schaan, Liechtenstein": (47.1663432, 9.5103085),
    "Schaanwald, Liechtenstein": (47.2165476, 9.5699984),
    "Schönberg, Liechtenstein": (47.1303814, 9.5930117),
    "Triesen, Liechtenstein": (47.106997, 9.5274854),
}
"""Places of the map that AndroidWorld installs, and where they lie in it."""

_GPX: Final = "{http://www.topografix.com/GPX/1/1}"
_NUMBER: Final = re.compile(r"-?\d*\.?\d+")


def place_of(location: str) -> LatLon | None:
    """Where a task's location lies: by its name, else by the coordinates that it consists of."""
    if location in PLACES:
        return PLACES[location]
    numbers = [float(number) for number in _NUMBER.findall(location)]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else None


def near(place: LatLon, other: LatLon | None) -> bool:
    return other is not None and all(abs(a - b) < NEAR_DEG for a, b in zip(place, other, strict=True))


def _xml(data: bytes) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return ElementTree.Element("broken")


def _lat_lon(point: ElementTree.Element) -> LatLon:
    return (float(point.get("lat", "nan")), float(point.get("lon", "nan")))


def in_order(points: Iterable[LatLon], wanted: Iterable[LatLon]) -> bool:
    """Whether the points come near the wanted ones one after the other; others may lie between."""
    left = list(wanted)
    for point in points:
        if left and near(point, left[0]):
            left.pop(0)
    return not left


class _Location(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("osmand",)
    params = {"location": TextParam(tuple(PLACES))}

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        name = rng.choice(tuple(PLACES))
        lat, lon = PLACES[name]
        return {"location": name if rng.random() < 0.5 else f"{lat}, {lon}"}

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_map(device)


async def empty_map(device: Device) -> None:
    """No favourites, no tracks, no markers."""
    await set_clock(device)
    await run(device, f"am force-stop {PACKAGE}")
    await run(device, f"rm -rf {shlex.quote(FAVORITES)} {TRACKS}/*")
    await run(device, f"mkdir -p {TRACKS}")
    await run(device, f'sqlite3 {MARKERS} "DELETE FROM map_markers;"')


def open_place(location: str) -> Plain:
    """Searches a place and opens its panel."""
    yield from tap(description="Search")
    yield from wait_for(Match(resource_id="searchEditText", state="focused"))
    yield from type_text(location)
    name = location.partition(",")[0]
    # A name is one of the results; coordinates have only one, written with fewer decimals.
    wanted = Match(resource_id="title", where=lambda node: node.text == name or node.text[:1].isdigit())
    yield from tap(wanted)
    yield from wait_for(Match(resource_id="context_menu_line1"))


class OsmAndFavorite(_Location):
    name = "OsmAndFavorite"
    goal = "In the OsmAnd maps app, save {location} as a favorite."
    complexity = 1
    max_steps = 13

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        location = text_param(task.params, "location")
        data = await device.pull(FAVORITES) if await exists(device, FAVORITES) else b""
        found = [(point.findtext(f"{_GPX}name") or "", _lat_lon(point)) for point in _xml(data).iter(f"{_GPX}wpt")]
        held = any(location in name or near(at, place_of(location)) for name, at in found)
        evidence = Evidence(probe=f"waypoints of {FAVORITES}", observed=shown(found), expected=location, holds=held)
        return await judge(device, also=[evidence])

    def expert(self, task: Task) -> Script:
        yield from start_app("OsmAnd")
        yield from open_place(text_param(task.params, "location"))
        yield from tap(resource_id="context_menu_fav_button")
        yield from tap(text="SAVE")
        yield from wait_for(Match(resource_id="context_menu_line1"))


class OsmAndMarker(_Location):
    name = "OsmAndMarker"
    goal = "In the OsmAnd maps app, put a map marker on {location}."
    complexity = 2
    max_steps = 20

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        location = text_param(task.params, "location")
        rows = await query(device, MARKERS, "SELECT marker_lat, marker_lon FROM map_markers")
        held = any(near((float(lat), float(lon)), place_of(location)) for lat, lon in rows)
        evidence = Evidence(probe=f"markers in {MARKERS}", observed=shown(rows), expected=location, holds=held)
        return await judge(device, also=[evidence])

    def expert(self, task: Task) -> Script:
        yield from start_app("OsmAnd")
        yield from open_place(text_param(task.params, "location"))
        yield from tap(text="Marker")


class WaypointsParam:
    """Two to four different places."""

    range_text = "a list of 2 to 4 places"

    def sample(self, rng: Random) -> JsonValue:
        return list(rng.sample(tuple(PLACES), rng.randint(2, 4)))

    def accepts(self, value: JsonValue) -> bool:
        return isinstance(value, list) and 2 <= len(value) <= 4 and all(place_of(str(name)) for name in value)


def waypoints_of(params: Mapping[str, JsonValue]) -> list[str]:
    value = params["waypoints"]
    return [str(name) for name in value] if isinstance(value, list) else []


class OsmAndTrack(TaskTemplate):
    name = "OsmAndTrack"
    goal = "Save a track."
    params = {"track_name": TextParam(("A to B",), 120), "waypoints": WaypointsParam()}
    tags = ("osmand",)
    complexity = 5
    max_steps = 120

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        names = rng.sample(tuple(PLACES), rng.randint(2, 4))
        return {"track_name": f"{names[0]} to {names[-1]}", "waypoints": list(names)}

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        listed = "; then ".join(waypoints_of(params))
        return f"In the OsmAnd maps app, save a track that leads through these places in this order: {listed}."

    async def set_up(self, device: Device, task: Task) -> None:
        await empty_map(device)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        wanted = [place for name in waypoints_of(task.params) if (place := place_of(name)) is not None]
        names = (await guest_output(device, f"ls -1 {TRACKS}")).splitlines()
        tracks = {name: await _track_points(device, posixpath.join(TRACKS, name)) for name in names if name}
        held = any(in_order(points, wanted) for points in tracks.values())
        evidence = Evidence(probe=f"tracks in {TRACKS}", observed=shown(tracks), expected=shown(wanted), holds=held)
        return await judge(device, also=[evidence])

    def expert(self, task: Task) -> Script:
        """Marks the places, plans a route from the markers, and saves it."""
        waypoints = waypoints_of(task.params)
        yield from start_app("OsmAnd")
        # The newest marker comes first in the list, and with that in the route.
        for location in reversed(waypoints):
            yield from open_place(location)
            yield from tap(text="Marker")
        yield from tap(description="Menu")
        yield from tap(text="Map markers")
        yield from tap(description="More")
        yield from tap(text="Plan a route")
        for location in waypoints:
            yield from toggle(text=location.partition(",")[0], on=True)
        yield from _check_order([location.partition(",")[0] for location in waypoints])
        yield from tap(text="OPTIONS")
        yield from tap(text="Navigate")
        yield from tap(text="DETAILS")
        yield from tap(description="Save as new track")
        yield from tap(text="SAVE")
        yield from wait_for(Match(resource_id="map_search_button"))


def _check_order(names: list[str]) -> Plain:
    """Raises ExpertStuck where the route's places are listed in another order than they were named."""
    observation = yield LOOK
    rows = [node for node in visible_nodes(observation) if node.text in names]
    listed = [node.text for node in sorted(rows, key=lambda node: node.bounds.top)]
    if listed != names:
        raise ExpertStuck(f"the markers are listed as {listed}, not as {names}")
    if find(observation, Match(text=f"Markers: {len(names)}")) is None:
        raise ExpertStuck(f"not exactly {len(names)} markers are selected")


async def _track_points(device: Device, path: str) -> list[LatLon]:
    root = _xml(await device.pull(path))
    return [_lat_lon(point) for point in root.iterfind(f"{_GPX}trk/{_GPX}trkseg/{_GPX}trkpt")]


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (OsmAndFavorite(), OsmAndMarker(), OsmAndTrack())
