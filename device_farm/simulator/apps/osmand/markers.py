"""Map markers in `map_markers_db`. The newest comes first; what was passed lies in the history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.osmand.places import Point
from device_farm.simulator.apps.osmand.schema import DATABASE, SCHEMA
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.toolkit.app import AppContext

_COLOURS: Final = 7
_TAIL: Final = "tail_next"
_HISTORY: Final = "history_next"


@dataclass(frozen=True, slots=True)
class Marker:
    """`selected` markers make up the route that is planned from them."""

    id: str
    point: Point
    selected: bool


class MarkerStore:
    """The table, opened anew for each screen. `now_ms` stamps changes, in milliseconds of Unix time."""

    def __init__(self, context: AppContext) -> None:
        self._database = room_database(context, DATABASE, SCHEMA)
        self._now_ms = int(context.now_s * 1000)

    def active(self) -> tuple[Marker, ...]:
        return self._list(1)

    def history(self) -> tuple[Marker, ...]:
        return self._list(0)

    def _list(self, active: int) -> tuple[Marker, ...]:
        rows = self._database.query(
            "SELECT marker_id, COALESCE(marker_description, ''), marker_lat, marker_lon, marker_selected"
            " FROM map_markers WHERE marker_active = ? ORDER BY marker_added DESC, rowid DESC",
            (active,),
        )
        return tuple(Marker(row[0], _point(row[1], row[2] or 0.0, row[3] or 0.0), bool(row[4])) for row in rows)

    def add(self, point: Point) -> None:
        kind = "location" if point.kind == "Location" else "address"
        marker_id = f"{point.name}{point.lat:.5f}{point.lon:.5f}{self._now_ms}"
        with self._database.session() as connection:
            count = int(connection.execute("SELECT COUNT(*) FROM map_markers").fetchone()[0])
            connection.execute(
                "UPDATE map_markers SET marker_next_key = ? WHERE marker_next_key = ?", (marker_id, _TAIL)
            )
            connection.execute(
                "INSERT OR REPLACE INTO map_markers VALUES (?, ?, ?, ?, 1, ?, 0, NULL, NULL, ?, ?, 0, 0, ?)",
                (
                    marker_id,
                    point.lat,
                    point.lon,
                    f"{kind}#{point.name}",
                    self._now_ms,
                    count % _COLOURS,
                    _TAIL,
                    None if point.kind == "Location" else point.name,
                ),
            )

    def select(self, marker_id: str, selected: bool) -> None:
        self._database.execute(
            "UPDATE map_markers SET marker_selected = ? WHERE marker_id = ?", (int(selected), marker_id)
        )

    def select_all(self, selected: bool) -> None:
        self._database.execute("UPDATE map_markers SET marker_selected = ? WHERE marker_active = 1", (int(selected),))

    def reverse(self) -> None:
        """Turns the order of the active markers around, by giving them new times."""
        with self._database.session() as connection:
            rows = connection.execute(
                "SELECT rowid FROM map_markers WHERE marker_active = 1 ORDER BY marker_added DESC, rowid DESC"
            ).fetchall()
            times = [(self._now_ms - len(rows) + index, row[0]) for index, row in enumerate(rows)]
            connection.executemany("UPDATE map_markers SET marker_added = ? WHERE rowid = ?", times)

    def pass_by(self, marker_id: str) -> None:
        """Moves a marker to the history."""
        self._database.execute(
            "UPDATE map_markers SET marker_active = 0, marker_visited = ?, marker_next_key = ?, marker_selected = 0"
            " WHERE marker_id = ?",
            (self._now_ms, _HISTORY, marker_id),
        )

    def pass_all(self) -> None:
        for marker in self.active():
            self.pass_by(marker.id)

    def restore(self, marker_id: str) -> None:
        self._database.execute(
            "UPDATE map_markers SET marker_active = 1, marker_added = ?, marker_next_key = ? WHERE marker_id = ?",
            (self._now_ms, _TAIL, marker_id),
        )


def _point(description: str, lat: float, lon: float) -> Point:
    """`description` is `type#name`, as OsmAnd stores what a point is."""
    return Point(description.partition("#")[2] or description, "Map marker", lat, lon)
