"""What Retro Music's one activity shows, and what may be done with songs on any of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.music.library import SORT_ORDERS, Song, SortOrder, songs
from device_farm.simulator.apps.music.played import note_played
from device_farm.simulator.apps.music.player import player_of
from device_farm.simulator.apps.music.schema import PACKAGE
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.toolkit.app import Context

Tab: TypeAlias = Literal["home", "songs", "albums", "artists", "playlists"]
TABS: Final[tuple[Tab, ...]] = ("home", "songs", "albums", "artists", "playlists")
PageKind: TypeAlias = Literal[
    "album", "artist", "playlist", "search", "player", "queue", "settings", "history", "last_added", "most_played"
]


@dataclass(frozen=True, slots=True)
class Page:
    """A page over the tabs; `number` is the album's, artist's or playlist's id."""

    kind: PageKind
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicState:
    """`pages` lie over the tab, the last on top. `selected` are the chosen songs' ids in the order they were chosen."""

    tab: Tab = "home"
    pages: tuple[Page, ...] = ()
    selected: tuple[int, ...] = ()


MusicContext: TypeAlias = Context[MusicState]


def open_page(context: MusicContext, kind: PageKind, number: int = 0) -> None:
    context.update(pages=(*context.state.pages, Page(kind, number)), selected=())
    context.scroll_to("page", 0)


def go_back(context: MusicContext) -> bool:
    if not context.state.pages:
        return False
    context.focus(None)
    context.update(pages=context.state.pages[:-1], selected=())
    return True


def sort_order(context: MusicContext) -> SortOrder:
    stored = PreferenceStore(context.files, PACKAGE).text("song_sort_order", "title_key")
    return next((order for order, _ in SORT_ORDERS if order == stored), "title_key")


def chosen_songs(context: MusicContext) -> tuple[Song, ...]:
    """The selected songs in the order of their selection."""
    known = {song.id: song for song in songs(context)}
    return tuple(known[number] for number in context.state.selected if number in known)


def toggle(context: MusicContext, song: Song) -> None:
    selected = context.state.selected
    kept = tuple(number for number in selected if number != song.id)
    context.update(selected=kept if song.id in selected else (*selected, song.id))


def enqueue(context: MusicContext, chosen: tuple[Song, ...], *, next_one: bool = False) -> None:
    player_of(context).enqueue(chosen, next_one=next_one)
    context.update(selected=())
    titles = "1 title" if len(chosen) == 1 else f"{len(chosen)} titles"
    context.toast(f"Added {titles} to the playing queue.")


def add_to_playlist(context: MusicContext, chosen: tuple[Song, ...]) -> None:
    """Asks which playlist."""
    context.update(selected=())
    context.dialog("add_to_playlist", chosen)


def play(context: MusicContext, queue: tuple[Song, ...], position: int) -> None:
    player = player_of(context)
    player.open(queue, position, start=True)
    note_played(context, queue[position], player.now_ms)
