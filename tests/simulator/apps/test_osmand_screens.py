"""OsmAnd driven by taps: favourites and tracks are GPX files, markers are rows, and the map leads to them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hand import Hand

from device_farm.simulator.apps.osmand.gpx import read_favorites, read_track, track_names
from device_farm.simulator.apps.osmand.markers import MarkerStore
from device_farm.simulator.apps.osmand.places import PLACES, parse_location, search_places
from device_farm.simulator.apps.osmand.projection import Viewport, distance_m, distance_text
from device_farm.simulator.apps.osmand.schema import DATABASE_PATH, FAVORITES_PATH, PACKAGE, TRACKS

GPX = "{http://www.topografix.com/GPX/1/1}"


def opened() -> Hand:
    hand = Hand()
    hand.open(PACKAGE)
    return hand


def search(hand: Hand, text: str) -> None:
    hand.tap(description="Search")
    hand.type(text)
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("id/title"))[0])


def markers(hand: Hand) -> list[tuple[str, float, float]]:
    active = MarkerStore(hand.phone.callbacks.app_context(PACKAGE)).active()
    return [(marker.point.name, marker.point.lat, marker.point.lon) for marker in active]


def test_favorite_is_a_waypoint_of_the_gpx_file() -> None:
    hand = opened()
    search(hand, "Planken, Liechtenstein")
    hand.tap("Add")
    hand.tap("SAVE")
    root = ElementTree.fromstring(hand.phone.files.read(FAVORITES_PATH))
    (point,) = root.findall(f"{GPX}wpt")
    assert (point.findtext(f"{GPX}name"), point.attrib) == ("Planken", {"lat": "47.1858882", "lon": "9.5452201"})


def test_favorites_keep_each_other_and_can_be_deleted() -> None:
    hand = opened()
    for name in ("Planken", "Ruggell"):
        search(hand, name)
        hand.tap("Add")
        hand.tap("SAVE")
        hand.tap(description="Close")
    assert [point.name for point in read_favorites(hand.phone.files)] == ["Planken", "Ruggell"]
    hand.tap(description="Menu")
    hand.tap("My Places")
    hand.long_press("Planken")
    hand.tap("Delete")
    assert [point.name for point in read_favorites(hand.phone.files)] == ["Ruggell"]


def test_favorites_that_another_program_wrote_are_read() -> None:
    """ElementTree, with which AndroidWorld empties the file, writes prefixes for the namespaces."""
    hand = opened()
    search(hand, "Planken")
    hand.tap("Add")
    hand.tap("SAVE")
    hand.phone.activities.force_stop(PACKAGE)
    rewritten = ElementTree.tostring(ElementTree.fromstring(hand.phone.files.read(FAVORITES_PATH)))
    hand.phone.files.write(FAVORITES_PATH, rewritten)
    assert [point.name for point in read_favorites(hand.phone.files)] == ["Planken"]
    hand.phone.files.write(FAVORITES_PATH, b"<gpx")
    hand.open(PACKAGE)
    assert read_favorites(hand.phone.files) == ()
    assert hand.sees("Search")


def test_marker_lies_where_the_coordinates_say() -> None:
    hand = opened()
    search(hand, "47.1026191, 9.6083057")
    hand.tap("Marker")
    assert markers(hand) == [("47.10262, 9.60831", 47.1026191, 9.6083057)]


def test_route_of_markers_is_saved_as_a_track_in_their_order() -> None:
    hand = opened()
    for name in ("Schönberg", "Triesen", "Bendern"):
        search(hand, name)
        hand.tap("Marker")
    hand.tap(description="Menu")
    hand.tap("Map markers")
    hand.tap("More")
    hand.tap("Plan a route")
    hand.tap("Select all")
    for option in ("Reverse order", "Navigate"):
        hand.tap("OPTIONS")
        hand.tap(option)
    hand.tap("DETAILS")
    hand.tap(description="Save as new track")
    hand.fill("Round trip", resource_id="file_name")
    hand.tap("SAVE")
    assert track_names(hand.phone.files) == ("Round trip",)
    assert read_track(hand.phone.files, "Round trip") == (
        (47.1303814, 9.5930117),
        (47.106997, 9.5274854),
        (47.2122151, 9.5062101),
    )


def test_planned_route_has_the_points_that_were_set() -> None:
    hand = opened()
    search(hand, "Schaan")
    hand.tap(description="Close")
    hand.tap(description="Menu")
    hand.tap("Plan a route")
    hand.tap("Create new route")
    hand.tap("Add point")
    hand.phone.input.swipe(540, 1200, 540, 700)
    hand.tap("Add point")
    hand.phone.input.tap(300, 900)
    hand.tap(description="Undo")
    hand.tap(description="Redo")
    hand.tap("DONE")
    hand.tap("SAVE")
    first, second, third = read_track(hand.phone.files, track_names(hand.phone.files)[0])
    assert distance_m(first, (47.1663432, 9.5103085)) < 1
    # The finger took the map up, so that the middle moved south; the tap lay left of it.
    assert second[0] < first[0] and second[1] == pytest.approx(first[1])
    assert third[1] < second[1]


def test_a_name_is_taken_only_once() -> None:
    hand = opened()
    for _ in range(2):
        hand.tap(description="Menu")
        hand.tap("Plan a route")
        hand.tap("Create new route")
        hand.tap("Add point")
        hand.tap("Add point")
        hand.tap("DONE")
        hand.tap("SAVE")
    assert len(track_names(hand.phone.files)) == 2


def test_a_name_too_long_for_a_file_is_refused() -> None:
    hand = opened()
    hand.tap(description="Menu")
    hand.tap("Plan a route")
    hand.tap("Create new route")
    hand.tap("Add point")
    hand.tap("Add point")
    hand.tap("DONE")
    hand.fill("y" * 300, resource_id="file_name")
    hand.tap("SAVE")
    assert hand.phone.state.crash is None and track_names(hand.phone.files) == ()
    assert hand.phone.state.toast is not None


def test_tap_on_a_place_and_long_press_beside_it_open_the_panel() -> None:
    hand = opened()
    search(hand, "Vaduz")
    hand.tap(description="Close")
    box = hand.node(resource_id="map_view_with_layers").bounds
    hand.phone.input.tap((box.left + box.right) // 2, (box.top + box.bottom) // 2)
    assert hand.node(resource_id="context_menu_line1").text == "Vaduz"
    hand.back()
    hand.phone.input.long_press(200, 1700)
    assert parse_location(hand.node(resource_id="context_menu_line1").text) is not None


def test_cleared_app_asks_for_a_map_first() -> None:
    hand = Hand()
    hand.phone.packages.clear(PACKAGE)
    hand.open(PACKAGE)
    hand.tap("SKIP DOWNLOAD")
    assert hand.sees("Search")
    assert hand.phone.files.is_dir(TRACKS)


@pytest.mark.parametrize("content", [b"", b"garbage", b"SQLite format 3\0" + b"\x01" * 99])
def test_marker_database_that_is_none_is_made_anew(content: bytes) -> None:
    hand = opened()
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(DATABASE_PATH, content)
    hand.open(PACKAGE)
    search(hand, "Schaan")
    hand.tap("Marker")
    assert [name for name, _, _ in markers(hand)] == ["Schaan"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Schaan", ["Schaan", "Schaanwald"]),
        ("schonberg", ["Schönberg"]),
        ("Schönberg, Liechtenstein", ["Schönberg"]),
        ("Liechtenstein", []),
        ("Berlin", []),
        ("", []),
    ],
)
def test_search_takes_words_without_accents_and_the_country(query: str, found: list[str]) -> None:
    assert [place.name for place in search_places(query)] == found


def test_every_place_is_found_by_its_name_and_country() -> None:
    for place in PLACES:
        assert search_places(f"{place.name}, Liechtenstein")[0] is place


@pytest.mark.parametrize("text", ["47.1", "47.1, 9.5, 3", "north 47, 9", "95, 9", "Planken"])
def test_what_is_no_pair_of_coordinates_is_no_location(text: str) -> None:
    assert parse_location(text) is None


def test_projection_is_undone_by_its_inverse() -> None:
    view = Viewport((47.15, 9.54), 13)
    for place in PLACES:
        assert view.location(*view.fraction(place.at)) == pytest.approx(place.at)
    assert view.fraction(view.center) == (0.5, 0.5)


def test_distances_are_great_circles() -> None:
    # One degree of latitude on a sphere of 6371 km.
    assert distance_m((47.0, 9.5), (48.0, 9.5)) == pytest.approx(111_195, abs=1)
    assert (distance_text(820.4), distance_text(4200.0)) == ("820 m", "4.2 km")
