"""Playlists of media apps, compared as AndroidWorld compares them."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.device import Device
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.androidworld.texts import same_text
from verifier.rules.base import shown
from verifier.rules.database import query


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistHolds:
    """The playlists with a name like `name` hold exactly `items` in their order.

    `sql` gives one row an entry, in order: playlist, item, and a third column. With `numbered` that is the entry's
    place, which has to count from 0.
    """

    path: str
    sql: str
    name: str
    items: tuple[str, ...]
    numbered: bool = False

    async def check(self, device: Device) -> Evidence:
        held: dict[str, list[str]] = {}
        for row in await query(device, self.path, self.sql):
            items = held.setdefault(row[0], [])
            items.append(row[1] if not self.numbered or row[2] == str(len(items)) else f"{row[1]} at {row[2]}")
        like = [items for name, items in held.items() if same_text(name, self.name)]
        count = sum(len(items) for items in like)
        there = all(
            any(place < len(items) and items[place] == wanted for items in like)
            for place, wanted in enumerate(self.items)
        )
        return Evidence(
            probe=f"playlist {self.name} in {self.path}",
            observed=shown(held),
            expected=shown(list(self.items)),
            holds=count == len(self.items) and there,
        )
