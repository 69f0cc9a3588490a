"""Goals about playlists in Retro Music and in VLC."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.trajectory import Evidence
from verifier.planner.allowed import Allowed
from verifier.planner.places import kept_by
from verifier.planner.plan import Check, Given, Holds, Kind, Plan
from verifier.planner.wording import LAST, TEXT, Values, forms
from verifier.rules.base import Probe, shown
from verifier.rules.database import RowsEqual, query

_RETRO: Final = "code.name.monkey.retromusic"
_VLC: Final = "org.videolan.vlc"
_QUEUE: Final = f"/data/data/{_RETRO}/databases/music_playback_state.db"
_MINUTE_MS: Final = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """Where an application keeps playlists.

    `sql` gives id, name, entry and the entry's length in ms, in order; an empty playlist is one row without an entry.
    """

    path: str
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Playlist:
    name: str
    items: tuple[str, ...] = ()
    length_ms: float = 0.0


_Playlists: TypeAlias = Mapping[str, _Playlist]
"""By their ids."""

RETRO: Final = Player(
    path=f"/data/data/{_RETRO}/databases/playlist.db",
    sql="SELECT playlist_id, playlist_name, title, duration FROM PlaylistEntity"
    " LEFT JOIN SongEntity ON playlist_id = playlist_creator_id ORDER BY playlist_id, song_key",
)
VLC: Final = Player(
    path=f"/data/data/{_VLC}/app_db/vlc_media.db",
    sql="SELECT id_playlist, Playlist.name, Media.filename, 0 FROM Playlist"
    " LEFT JOIN PlaylistMediaRelation AS entry ON id_playlist = entry.playlist_id"
    " LEFT JOIN Media ON id_media = entry.media_id ORDER BY id_playlist, entry.position",
)


async def _read(device: Device, player: Player) -> _Playlists:
    found: dict[str, _Playlist] = {}
    for key, name, item, length in await query(device, player.path, player.sql):
        before = found.get(key, _Playlist(name=name))
        if not item:
            found[key] = before
            continue
        length_ms = before.length_ms + float(length or 0)
        found[key] = _Playlist(name=name, items=(*before.items, item), length_ms=length_ms)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """New playlists by name, each of what `wanted` holds it to; those there were are as they were.

    Raises (when bound) VerifierError where one of that name was there at the start.
    """

    player: Player
    wanted: Mapping[str, Callable[[_Playlist], bool]]
    expected: str

    async def bind(self, given: Given) -> Probe:
        before = await _read(given.before(), self.player)
        taken = [playlist.name for playlist in before.values() if playlist.name in self.wanted]
        if taken:
            raise VerifierError(f"there was a playlist {taken[0]!r} at the start")
        return NewPlaylists(made=self, before=before)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlaylists:
    """See `Made`."""

    made: Made
    before: _Playlists

    async def check(self, device: Device) -> Evidence:
        after = await _read(device, self.made.player)
        kept = all(after.get(key) == playlist for key, playlist in self.before.items())
        new = [playlist for key, playlist in after.items() if key not in self.before]
        named = sorted(playlist.name for playlist in new) == sorted(self.made.wanted)
        listed = [(playlist.name, playlist.items, f"{playlist.length_ms:g} ms") for playlist in new]
        return Evidence(
            probe=f"new playlists in {self.made.player.path}",
            observed=shown(f"{listed}{'' if kept else '; others were changed'}"),
            expected=self.made.expected,
            holds=kept and named and all(self.made.wanted[playlist.name](playlist) for playlist in new),
        )


def _of(items: tuple[str, ...]) -> Callable[[_Playlist], bool]:
    return lambda playlist: playlist.items == items


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(","))


def _plan(package: str, check: Check) -> Plan:
    return Plan(checks=(check,), allowed=(kept_by(package, rows=True),))


def _songs(values: Values) -> Plan:
    items = _names(values["items"])
    expected = f"{values['name']} of {', '.join(items)}"
    return _plan(_RETRO, Made(player=RETRO, wanted={values["name"]: _of(items)}, expected=expected))


def _long(values: Values) -> Plan | None:
    low, high = int(values["low"]), int(values["high"])
    if low > high:
        return None

    def lasts(playlist: _Playlist) -> bool:
        return low * _MINUTE_MS <= playlist.length_ms <= high * _MINUTE_MS

    expected = f"{values['name']}, of {low} to {high} minutes"
    return _plan(_RETRO, Made(player=RETRO, wanted={values["name"]: lasts}, expected=expected))


def _queue(values: Values) -> Plan:
    titles = tuple((title,) for title in _names(values["items"]))
    queued = RowsEqual(path=_QUEUE, sql="SELECT title FROM playing_queue", expected=titles, ordered=True)
    # What was played when and how often is kept beside the playlists.
    played = Allowed(place=re.compile(rf"row {re.escape(RETRO.path)} (?:HistoryEntity|PlayCountEntity)/.*"))
    queue = Allowed(place=re.compile(rf"row {re.escape(_QUEUE)} .*"))
    return Plan(checks=(Holds(probe=queued),), allowed=(kept_by(_RETRO), queue, played))


def _videos(values: Values) -> Plan | None:
    wanted = {values["name"]: _names(values["items"])}
    if "other" in values:
        if values["other"] in wanted:
            return None
        wanted[values["other"]] = _names(values["more"])
    expected = "; ".join(f"{name} of {', '.join(items)}" for name, items in wanted.items())
    tests = {name: _of(items) for name, items in wanted.items()}
    return _plan(_VLC, Made(player=VLC, wanted=tests, expected=expected))


_phone = partial(Kind, platform="android")
_NAME: Final = rf"“(?P<name>{TEXT})”"
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="make a playlist of songs",
        # With these words behind the songs the goal may be one of two parts: nothing tells where the last title ends.
        forms=forms(
            rf"in Retro Music, make a playlist {_NAME} of these songs in this order: (?!.*\. After that, )"
            rf"(?P<items>{LAST})"
        ),
        plan=_songs,
    ),
    _phone(
        name="make a playlist that lasts",
        forms=forms(
            rf"in Retro Music, make a playlist {_NAME} from the songs that are there\. It has to last between "
            r"(?P<low>\d{1,4}) and (?P<high>\d{1,4}) minutes"
        ),
        plan=_long,
    ),
    _phone(
        name="queue songs",
        forms=forms(rf"put these songs into Retro Music's playing queue, in this order: (?P<items>{LAST})"),
        plan=_queue,
    ),
    _phone(
        name="make a playlist of videos",
        forms=forms(
            rf"in VLC, make a playlist {_NAME} of these files, which are in [\w-]+ of the internal memory, in this "
            rf"order: (?P<items>{LAST})",
            r"in VLC, make two playlists of files in [\w-]+ of the internal memory\. First "
            rf"{_NAME} with, in this order: (?P<items>{TEXT})\. Then “(?P<other>{TEXT})” with, in this order: "
            rf"(?P<more>{LAST})",
        ),
        plan=_videos,
    ),
)
