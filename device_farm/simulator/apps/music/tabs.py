"""The five tabs: For you, Songs, Albums, Artists, Playlists."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from device_farm.simulator.apps.music.library import SORT_ORDERS, Song, SortOrder, songs
from device_farm.simulator.apps.music.player import player_of
from device_farm.simulator.apps.music.playlists import Playlist, playlist_store
from device_farm.simulator.apps.music.rows import ROW_HEIGHT, cover, selection_bar, song_row
from device_farm.simulator.apps.music.schema import PACKAGE
from device_farm.simulator.apps.music.state import (
    TABS,
    MusicContext,
    add_to_playlist,
    enqueue,
    open_page,
    play,
    sort_order,
)
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.intents import Intent
from device_farm.simulator.toolkit import widgets as w

SAVE_REQUEST: Final = "save"
_NAVIGATION: Final = (
    w.NavItem("For you", "face"),
    w.NavItem("Songs", "music_note"),
    w.NavItem("Albums", "album"),
    w.NavItem("Artists", "person"),
    w.NavItem("Playlists", "playlist_play"),
)


def navigation(context: MusicContext) -> w.Widget:
    def pick(index: int) -> None:
        context.update(tab=TABS[index], pages=(), selected=())
        context.scroll_to("page", 0)

    return w.BottomNavigation(_NAVIGATION, TABS.index(context.state.tab), pick)


def tab_bar(context: MusicContext) -> w.AppBar:
    search = w.IconButton("search", description="Search", on_tap=lambda: open_search(context))
    overflow: tuple[w.MenuItem, ...] = (w.MenuItem("Settings", lambda: open_page(context, "settings")),)
    if context.state.tab == "songs":
        overflow = (w.MenuItem("Sort order", lambda: context.dialog("sort")), *overflow)
    if context.state.tab == "playlists":
        overflow = (w.MenuItem("New playlist", lambda: context.dialog("new_playlist", ())), *overflow)
    return w.AppBar("Retro Music", actions=(search,), overflow=overflow)


def open_search(context: MusicContext) -> None:
    open_page(context, "search")
    context.set_text("query", "")
    context.focus("query")


def tab_page(context: MusicContext) -> tuple[w.AppBar, w.Widget]:
    """Bar and body of the tab in front."""
    match context.state.tab:
        case "home":
            return tab_bar(context), _home(context)
        case "songs":
            shown = songs(context, sort_order(context))
            bar = selection_bar(context, shown) if context.state.selected else tab_bar(context)
            return bar, song_list(context, shown)
        case "albums":
            return tab_bar(context), _groups(context, "album")
        case "artists":
            return tab_bar(context), _groups(context, "artist")
        case "playlists":
            return tab_bar(context), _playlists(context)


def empty(text: str) -> w.Widget:
    message = w.Text(text, style="body_large", align="center", resource_id="emptyText")
    return w.Column((message,), main="center", padding=24, height="fill")


def song_list(
    context: MusicContext, shown: tuple[Song, ...], *, number: bool = False, timed: bool = False, playlist_id: int = 0
) -> w.Widget:
    if not shown:
        return empty("You have no songs")
    return w.LazyList(
        key="page",
        resource_id="recycler_view",
        count=len(shown),
        row=lambda place: song_row(context, shown, place, number=number, timed=timed, playlist_id=playlist_id),
        row_height=ROW_HEIGHT,
        weight=1,
    )


def _groups(context: MusicContext, kind: str) -> w.Widget:
    """Albums or artists as a list of their own."""
    found: dict[int, list[Song]] = {}
    for song in songs(context):
        found.setdefault(song.album_id if kind == "album" else song.artist_id, []).append(song)
    groups = sorted(found.values(), key=lambda group: _group_name(group[0], kind).casefold())
    if not groups:
        return empty("You have no albums" if kind == "album" else "You have no artists")
    return w.LazyList(
        key="page",
        resource_id="recycler_view",
        count=len(groups),
        row=lambda place: _group_row(context, groups[place], kind),
        row_height=ROW_HEIGHT,
    )


def _group_name(song: Song, kind: str) -> str:
    return song.album if kind == "album" else song.artist


def _group_row(context: MusicContext, group: list[Song], kind: str) -> w.Widget:
    first = group[0]
    count = f"{len(group)} {'Song' if len(group) == 1 else 'Songs'}"
    artists = {song.artist for song in group}
    under = (first.artist if len(artists) == 1 else "Various Artists") if kind == "album" else count
    icon = "album" if kind == "album" else "person"
    opened: Callable[[], None] = (
        partial(open_page, context, "album", first.album_id)
        if kind == "album"
        else partial(open_page, context, "artist", first.artist_id)
    )
    return _line(_group_name(first, kind), under, cover(_group_name(first, kind), icon), None, opened)


def _line(title: str, under: str, picture: w.Widget, menu: w.Widget | None, on_tap: w.Handler) -> w.Widget:
    return w.Row(
        (
            picture,
            w.Column(
                (
                    w.Text(title, style="body_large", max_lines=1, resource_id="title"),
                    w.Text(under, colour="on_surface_variant", max_lines=1, resource_id="text"),
                ),
                weight=1,
            ),
            *((menu,) if menu is not None else ()),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0, 4, 0),
        on_tap=on_tap,
    )


def _playlists(context: MusicContext) -> w.Widget:
    found = playlist_store(context).all()
    if not found:
        return empty("You have no playlists")
    return w.LazyList(
        key="page",
        resource_id="recycler_view",
        count=len(found),
        row=lambda place: _playlist_row(context, found[place]),
        row_height=ROW_HEIGHT,
    )


def _playlist_row(context: MusicContext, playlist: Playlist) -> w.Widget:
    count = f"{playlist.count} {'Song' if playlist.count == 1 else 'Songs'}"
    items = playlist_menu(context, playlist)
    menu = w.MenuButton(items, key=f"playlist {playlist.id}", resource_id="menu", description="More options")
    opened = partial(open_page, context, "playlist", playlist.id)
    return _line(playlist.name, count, cover(playlist.name, "playlist_play"), menu, opened)


def playlist_menu(context: MusicContext, playlist: Playlist) -> tuple[w.MenuItem, ...]:
    members = playlist_store(context).songs(playlist.id)
    return (
        w.MenuItem("Play", lambda: play(context, members, 0), enabled=bool(members)),
        w.MenuItem("Play next", lambda: enqueue(context, members, next_one=True), enabled=bool(members)),
        w.MenuItem("Add to playing queue", lambda: enqueue(context, members), enabled=bool(members)),
        w.MenuItem("Add to playlist", lambda: add_to_playlist(context, members)),
        w.MenuItem("Rename", lambda: context.dialog("rename", playlist)),
        w.MenuItem("Delete", lambda: context.dialog("delete_playlist", playlist)),
        w.MenuItem("Save as file", lambda: _save_as_file(context, playlist)),
    )


def _save_as_file(context: MusicContext, playlist: Playlist) -> None:
    """The system's picker asks where; the answer comes to `Main.on_result`."""
    intent = Intent(
        action="android.intent.action.CREATE_DOCUMENT",
        categories=("android.intent.category.OPENABLE",),
        type="audio/mpegurl",
        extras={"android.intent.extra.TITLE": f"{playlist.name}.m3u"},
    )
    context.start_for_result(intent, f"{SAVE_REQUEST} {playlist.id}")


def _home(context: MusicContext) -> w.Widget:
    """Greeting, quick ways, and the songs that were added last."""
    found = songs(context, "date_added")
    latest = tuple(reversed(found))[:5]
    ways = (
        ("History", "history", lambda: open_page(context, "history")),
        ("Last added", "library_add", lambda: open_page(context, "last_added")),
        ("Most played", "trending_up", lambda: open_page(context, "most_played")),
        ("Shuffle", "shuffle", lambda: _shuffle(context, found)),
    )
    buttons = tuple(
        w.Column(
            (
                w.IconButton(icon, description=text, style="tonal", on_tap=go),
                w.Text(text, style="label", align="center"),
            ),
            cross="center",
            gap=4,
            weight=1,
        )
        for text, icon, go in ways
    )
    hour = context.local().hour
    greeting = "Good morning" if 4 <= hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
    rows = tuple(song_row(context, latest, place) for place in range(len(latest)))
    title = (w.Text("Suggestions", style="title", padding=(16, 16, 16, 4)),) if rows else ()
    return w.Scroll(
        (
            w.Text(greeting, style="headline", padding=(16, 16, 16, 8), resource_id="titleWelcome"),
            w.Row(buttons, padding=(8, 8)),
            *title,
            *rows,
        ),
        key="home",
    )


def _shuffle(context: MusicContext, found: tuple[Song, ...]) -> None:
    if found:
        mixed = list(found)
        context.random(f"shuffle {player_of(context).now_ms}").shuffle(mixed)
        play(context, tuple(mixed), 0)


def sort_dialog(context: MusicContext) -> w.ChoiceDialog:
    orders: list[SortOrder] = [order for order, _ in SORT_ORDERS]

    def pick(index: int) -> None:
        PreferenceStore(context.files, PACKAGE).put(song_sort_order=orders[index])

    titles = tuple(title for _, title in SORT_ORDERS)
    return w.ChoiceDialog("Sort order", titles, orders.index(sort_order(context)), pick)
