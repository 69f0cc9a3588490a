"""Playlists of media apps, compared as AndroidWorld compares them; verdicts that count parts."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.device import Device
from device_farm.types.trajectory import Evidence, Scored
from verifier.rules.base import Probe, shown
from verifier.rules.database import query

_ALIKE: Final = 0.9
"""Names count as the same from this difflib ratio on, case aside (AndroidWorld's `fuzzy_match_lib`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaylistHolds:
    """The playlists with a name like `name` hold exactly `items` in their order.

    `sql` gives one row an entry: playlist, item, and what orders the entries of a playlist, which need not begin at 0.
    """

    path: str
    sql: str
    name: str
    items: tuple[str, ...]

    async def check(self, device: Device) -> Evidence:
        held: dict[str, list[str]] = {}
        for row in await query(device, self.path, self.sql):
            held.setdefault(row[0], []).append(row[1])
        like = [items for name, items in held.items() if _alike(name, self.name)]
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


def _alike(first: str, second: str) -> bool:
    return difflib.SequenceMatcher(None, first.lower(), second.lower()).ratio() >= _ALIKE


async def mean_of(device: Device, probes: Sequence[Probe]) -> Scored:
    """The share of `probes` that hold.

    Raises:
        VerifierError, GuestError, TransportError: a probe could not run.
    """
    evidence = []
    for probe in probes:
        evidence.append(await probe.check(device))  # noqa: PERF401 - sequential on purpose: one device, one wire
    return Scored(reward=sum(found.holds for found in evidence) / len(evidence), evidence=tuple(evidence))
