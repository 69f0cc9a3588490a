"""Pages over the tabs: an album, an artist, a playlist, the search, the settings."""

from __future__ import annotations

from device_farm.simulator.apps.music.library import Song, info_line, songs
from device_farm.simulator.apps.music.played import played
from device_farm.simulator.apps.music.playlists import playlist_store
from device_farm.simulator.apps.music.rows import cover, selection_bar
from device_farm.simulator.apps.music.state import MusicContext, play
from device_farm.simulator.apps.music.tabs import empty, playlist_menu, song_list
from device_farm.simulator.toolkit import widgets as w


def group_page(context: MusicContext, kind: str, number: int) -> tuple[w.AppBar, w.Widget]:
    """An album with the lengths of its songs, or an artist."""
    members = tuple(song for song in songs(context) if (song.album_id if kind == "album" else song.artist_id) == number)
    name = (members[0].album if kind == "album" else members[0].artist) if members else ""
    bar = selection_bar(context, members) if context.state.selected else w.AppBar(name, navigation="back")
    head = _head(context, name, "album" if kind == "album" else "person", members)
    return bar, w.Column((head, song_list(context, members, number=kind == "album", timed=True)), height="fill")


def playlist_page(context: MusicContext, number: int) -> tuple[w.AppBar, w.Widget]:
    store = playlist_store(context)
    playlist, members = store.get(number), store.songs(number)
    if playlist is None:
        return w.AppBar(navigation="back"), empty("You have no songs")
    if context.state.selected:
        bar = selection_bar(context, members, number)
    else:
        bar = w.AppBar(playlist.name, navigation="back", overflow=playlist_menu(context, playlist))
    head = _head(context, playlist.name, "playlist_play", members)
    return bar, w.Column((head, song_list(context, members, playlist_id=number)), height="fill")


def _head(context: MusicContext, name: str, icon: str, members: tuple[Song, ...]) -> w.Widget:
    def shuffle() -> None:
        mixed = list(members)
        context.random(f"shuffle {context.now_s}").shuffle(mixed)
        play(context, tuple(mixed), 0)

    return w.Column(
        (
            w.Row(
                (
                    cover(name, icon, 72),
                    w.Column(
                        (
                            w.Text(name, style="title_large", max_lines=2, resource_id="title"),
                            w.Text(info_line(members), colour="on_surface_variant", resource_id="subtitle"),
                        ),
                        weight=1,
                        gap=4,
                    ),
                ),
                gap=16,
            ),
            w.Row(
                (
                    w.Button(
                        "Play all",
                        "filled",
                        "play_arrow",
                        weight=1,
                        enabled=bool(members),
                        on_tap=lambda: play(context, members, 0),
                    ),
                    w.Button("Shuffle", "tonal", "shuffle", weight=1, enabled=bool(members), on_tap=shuffle),
                ),
                gap=12,
            ),
        ),
        gap=12,
        padding=16,
    )


def search_page(context: MusicContext) -> tuple[w.AppBar, w.Widget]:
    query = context.text("query").strip().casefold()
    field = w.TextField("Search your library…", key="query", style="plain", resource_id="searchView")
    found = tuple(
        song for song in songs(context) if query and query in f"{song.title}\n{song.artist}\n{song.album}".casefold()
    )
    bar = selection_bar(context, found) if context.state.selected else w.AppBar(navigation="back", title_widget=field)
    return bar, song_list(context, found) if found else empty("No results" if query else "")


def settings_page(context: MusicContext) -> tuple[w.AppBar, w.Widget]:
    lines = (
        w.ListRow("Theme", "Follows the system", "palette"),
        w.ListRow("Filter song duration", "Songs shorter than 20 s are not shown", "filter_alt"),
        w.ListRow("About", "Retro Music 6.1.0", "info"),
    )
    return w.AppBar("Settings", navigation="back"), w.Scroll(lines, key="settings")


def collection_page(context: MusicContext, kind: str) -> tuple[w.AppBar, w.Widget]:
    """History, Last added, Most played."""
    if kind == "last_added":
        title, members = "Last added", tuple(reversed(songs(context, "date_added")))
    else:
        title = "History" if kind == "history" else "Most played"
        members = played(context, most=kind == "most_played")
    bar = selection_bar(context, members) if context.state.selected else w.AppBar(title, navigation="back")
    return bar, song_list(context, members)
