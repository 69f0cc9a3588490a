"""The five tabs: Video, Audio, Browse, Playlists, More."""

from __future__ import annotations

import posixpath
from functools import partial

from device_farm.simulator.apps.browsing import SDCARD
from device_farm.simulator.apps.vlc.cards import ROW_HEIGHT, media_row, picture, selection_bar, video_card
from device_farm.simulator.apps.vlc.library import Media, Playlist, is_media, length_text, library_of
from device_farm.simulator.apps.vlc.onboarding import permission_missing
from device_farm.simulator.apps.vlc.state import TABS, VlcContext, folder_title, may_read, play
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit import widgets as w

_NAVIGATION = (
    w.NavItem("Video", "video_library"),
    w.NavItem("Audio", "audiotrack"),
    w.NavItem("Browse", "folder"),
    w.NavItem("Playlists", "playlist_play"),
    w.NavItem("More", "more_horiz"),
)
_NO_MEDIA = "No media files found, please transfer some files to your device or adjust your preferences."


def navigation(context: VlcContext) -> w.Widget:
    def pick(index: int) -> None:
        context.set_text("search", "")
        context.update(tab=TABS[index], folder="", playlist=0, selected=(), searching=False)
        context.scroll_to("list", 0)

    return w.BottomNavigation(_NAVIGATION, TABS.index(context.state.tab), pick)


def bar(context: VlcContext) -> w.AppBar:
    state = context.state
    if state.selected:
        return selection_bar(context)
    if state.searching:
        field = w.TextField("Search", key="search", style="plain", resource_id="search_src_text")
        return w.AppBar(navigation="back", title_widget=field)
    search = w.IconButton(
        "search", description="Search", resource_id="ml_menu_filter", on_tap=lambda: _start_search(context)
    )
    refresh = w.MenuItem("Refresh", lambda: library_of(context).scan())
    if state.tab == "browse" and state.folder:
        return w.AppBar(folder_title(state.folder), navigation="back", actions=(search,), overflow=(refresh,))
    if state.tab == "playlists" and state.playlist:
        return _playlist_bar(context)
    return w.AppBar("VLC", actions=(search,), overflow=(refresh,))


def _start_search(context: VlcContext) -> None:
    context.update(searching=True)
    context.set_text("search", "")
    context.focus("search")


def _playlist_bar(context: VlcContext) -> w.AppBar:
    number = context.state.playlist
    playlist = library_of(context).playlist(number)
    return w.AppBar(
        playlist.name if playlist is not None else "",
        navigation="back",
        overflow=(
            w.MenuItem("Rename", lambda: context.dialog("rename_playlist", number)),
            w.MenuItem("Delete", lambda: context.dialog("delete_playlist", number)),
        ),
    )


def body(context: VlcContext) -> w.Widget:
    state = context.state
    if state.tab == "more":
        return _more(context)
    if not may_read(context):
        return permission_missing(context)
    match state.tab:
        case "video":
            return _videos(context)
        case "audio":
            return _audio(context)
        case "browse":
            return _folder(context, state.folder) if state.folder else _browse(context)
        case "playlists":
            return _playlist(context) if state.playlist else _playlists(context)


def _wanted(context: VlcContext, text: str) -> bool:
    query = context.text("search").strip().casefold() if context.state.searching else ""
    return query in text.casefold()


def nothing(text: str) -> w.Widget:
    message = w.Text(text, style="body_large", align="center", colour="on_surface_variant", resource_id="empty")
    return w.Column((message,), main="center", padding=32, height="fill")


def _videos(context: VlcContext) -> w.Widget:
    found = tuple(media for media in library_of(context).all(video=True) if _wanted(context, media.title))
    if not found:
        return nothing(_NO_MEDIA)
    pairs = (len(found) + 1) // 2
    return w.LazyList(
        key="list",
        resource_id="video_grid",
        count=pairs,
        row=lambda place: _pair(context, found[2 * place : 2 * place + 2]),
        row_height=180,
    )


def _pair(context: VlcContext, pair: tuple[Media, ...]) -> w.Widget:
    cards: list[w.Widget] = [w.Column((video_card(context, media),), weight=1) for media in pair]
    if len(cards) == 1:
        cards.append(w.Spacer(weight=1))
    return w.Row(tuple(cards), gap=8, padding=(12, 4), cross="start")


def _audio(context: VlcContext) -> w.Widget:
    found = tuple(media for media in library_of(context).all(video=False) if _wanted(context, media.title))
    if not found:
        return nothing(_NO_MEDIA)
    return w.LazyList(
        key="list",
        resource_id="audio_list",
        count=len(found),
        row=lambda place: media_row(context, found[place].path, found[place].title, found[place]),
        row_height=ROW_HEIGHT,
    )


def _browse(context: VlcContext) -> w.Widget:
    return w.Scroll(
        (
            w.SectionHeader("Storages"),
            w.ListRow(
                "Internal memory",
                icon="smartphone",
                title_id="title",
                resource_id="browser_container",
                on_tap=lambda: open_folder(context, SDCARD),
            ),
            w.SectionHeader("Local Network"),
            w.Text("No connection to local network.", colour="on_surface_variant", padding=(16, 8)),
        ),
        key="browse",
    )


def open_folder(context: VlcContext, folder: str) -> None:
    context.update(folder=folder, selected=())
    context.scroll_to("list", 0)


def _folder(context: VlcContext, folder: str) -> w.Widget:
    if not context.files.is_dir(folder):
        return nothing(f"The directory path '{folder}' was not found.")
    names = sorted((name for name in context.files.list(folder) if not name.startswith(".")), key=str.casefold)
    paths = [posixpath.join(folder, name) for name in names if _wanted(context, name)]
    folders = [path for path in paths if context.files.is_dir(path)]
    media = [path for path in paths if is_media(path) and not context.files.is_dir(path)]
    entries = (*folders, *media)
    if not entries:
        return nothing("Empty")
    known = {found.path: found for found in library_of(context).by_paths(media)}
    return w.LazyList(
        key="list",
        resource_id="network_list",
        count=len(entries),
        row=lambda place: (
            _folder_row(context, entries[place])
            if place < len(folders)
            else media_row(context, entries[place], posixpath.basename(entries[place]), known.get(entries[place]))
        ),
        row_height=ROW_HEIGHT,
    )


def _folder_row(context: VlcContext, path: str) -> w.Widget:
    return w.Row(
        (
            w.Stack((w.Icon("folder", size=32, colour="on_surface_variant"),), ("center",), width=56, height=44),
            w.Column(
                (
                    w.Text(posixpath.basename(path), style="body_large", max_lines=1, resource_id="title"),
                    w.Text(
                        _contents(context.files, path),
                        style="body_small",
                        colour="on_surface_variant",
                        resource_id="text",
                    ),
                ),
                weight=1,
            ),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0),
        on_tap=partial(open_folder, context, path),
    )


def _contents(files: FileSystem, folder: str) -> str:
    """`2 subfolders · 5 media files`."""
    paths = [posixpath.join(folder, name) for name in files.list(folder) if not name.startswith(".")]
    folders = sum(files.is_dir(path) for path in paths)
    media = sum(is_media(path) and not files.is_dir(path) for path in paths)
    parts = []
    if folders:
        parts.append("1 subfolder" if folders == 1 else f"{folders} subfolders")
    if media:
        parts.append("1 media file" if media == 1 else f"{media} media files")
    return " · ".join(parts) or "Empty"


def _playlists(context: VlcContext) -> w.Widget:
    found = tuple(playlist for playlist in library_of(context).playlists() if _wanted(context, playlist.name))
    if not found:
        return nothing("No playlist found.")
    return w.LazyList(
        key="list",
        resource_id="audio_list",
        count=len(found),
        row=lambda place: _playlist_row(context, found[place]),
        row_height=ROW_HEIGHT,
    )


def _playlist_row(context: VlcContext, playlist: Playlist) -> w.Widget:
    tracks = "1 track" if playlist.count == 1 else f"{playlist.count} tracks"

    def open_playlist() -> None:
        context.update(playlist=playlist.id, searching=False)
        context.scroll_to("list", 0)

    items = (
        w.MenuItem("Rename", lambda: context.dialog("rename_playlist", playlist.id)),
        w.MenuItem("Delete", lambda: context.dialog("delete_playlist", playlist.id)),
    )
    return w.Row(
        (
            w.Stack((w.Icon("playlist_play", size=32),), ("center",), width=56, height=44),
            w.Column(
                (
                    w.Text(playlist.name, style="body_large", max_lines=1, resource_id="title"),
                    w.Text(tracks, style="body_small", colour="on_surface_variant", resource_id="subtitle"),
                ),
                weight=1,
            ),
            w.MenuButton(items, key=f"playlist {playlist.id}", resource_id="item_more", description="More Actions"),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0, 4, 0),
        on_tap=open_playlist,
    )


def _playlist(context: VlcContext) -> w.Widget:
    number = context.state.playlist
    library = library_of(context)
    tracks = library.tracks(number)
    if not tracks:
        return nothing(_NO_MEDIA)
    return w.LazyList(
        key="list",
        resource_id="songs",
        count=len(tracks),
        row=lambda place: _track_row(context, tracks[place], number, place),
        row_height=ROW_HEIGHT,
    )


def _track_row(context: VlcContext, media: Media, playlist: int, place: int) -> w.Widget:
    remove = w.MenuItem("Remove from playlist", lambda: library_of(context).remove_track(playlist, place))
    return w.Row(
        (
            picture(context, media, 56, 44),
            w.Column(
                (
                    w.Text(media.title, style="body_large", max_lines=1, resource_id="title"),
                    w.Text(
                        length_text(media.duration_ms),
                        style="body_small",
                        colour="on_surface_variant",
                        resource_id="subtitle",
                    ),
                ),
                weight=1,
            ),
            w.MenuButton((remove,), key=f"track {place}", resource_id="item_more", description="More Actions"),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0, 4, 0),
        on_tap=partial(play, context, media.path),
    )


def _more(context: VlcContext) -> w.Widget:
    played = tuple(media_row(context, media.path, media.title, media) for media in library_of(context).history())
    none = w.Text("You have no playback history yet.", colour="on_surface_variant", padding=(16, 8))
    return w.Scroll(
        (
            w.SectionHeader("Streams"),
            w.ListRow("New stream", icon="add"),
            w.SectionHeader("History"),
            *(played or (none,)),
            w.Divider(),
            w.ListRow("Settings", icon="settings"),
            w.ListRow("About", "VLC for Android 3.5.4", "info"),
        ),
        key="more",
    )
