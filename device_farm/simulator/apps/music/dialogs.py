"""Retro Music's dialogs: choosing and making playlists, removing, deleting, details."""

from __future__ import annotations

import posixpath
from functools import partial

from device_farm.simulator.apps.music.library import Song, readable, scan
from device_farm.simulator.apps.music.playlists import Playlist, playlist_store
from device_farm.simulator.apps.music.state import MusicContext, go_back
from device_farm.simulator.apps.music.tabs import sort_dialog
from device_farm.simulator.toolkit import widgets as w


def music_dialog(context: MusicContext, name: str, argument: object) -> w.Overlay:
    match name, argument:
        case "sort", _:
            return sort_dialog(context)
        case "details", Song():
            return _details(argument)
        case "rename", Playlist():
            return _rename(context, argument)
        case "delete_playlist", Playlist():
            return _delete_playlist(context, argument)
        case "remove", (int() as playlist_id, tuple() as members):
            return _remove(context, playlist_id, members)
        case "delete", tuple():
            return _delete(context, argument)
        case "new_playlist", tuple():
            return _new_playlist(context, argument)
        case _:
            return _add_to_playlist(context, argument if isinstance(argument, tuple) else ())


def _add_to_playlist(context: MusicContext, chosen: tuple[Song, ...]) -> w.Dialog:
    def new() -> None:
        context.dismiss()
        context.dialog("new_playlist", chosen)

    def add(name: str) -> None:
        context.dismiss()
        _added(context, name, chosen)

    names = [playlist.name for playlist in playlist_store(context).all()]
    lines = [_choice("New playlist", new), *(_choice(name, partial(add, name)) for name in names)]
    body: w.Widget = w.Column(tuple(lines))
    if len(lines) > 8:
        body = w.Scroll(tuple(lines), key="playlists", height=400)
    return w.Dialog(title="Add to playlist", body=body, buttons=(w.DialogButton("Cancel"),))


def _choice(text: str, on_tap: w.Handler) -> w.Widget:
    return w.Text(text, style="body_large", padding=(0, 12), resource_id="android:id/text1", on_tap=on_tap)


def _added(context: MusicContext, name: str, chosen: tuple[Song, ...]) -> None:
    if playlist_store(context).add(name, chosen):
        context.toast(f"{name} created successfully")
    if chosen:
        context.toast(f"Added {len(chosen)} song(s) to {name}")


def _new_playlist(context: MusicContext, chosen: tuple[Song, ...]) -> w.Dialog:
    return w.Dialog(
        title="New playlist",
        body=w.TextField("Playlist name", key="name", autofocus=True, resource_id="actionNewPlaylist"),
        buttons=(
            w.DialogButton("Cancel"),
            w.DialogButton("Create", lambda: _create(context, context.text("name"), chosen)),
        ),
    )


def _create(context: MusicContext, name: str, chosen: tuple[Song, ...]) -> None:
    if name:
        _added(context, name, chosen)


def _rename(context: MusicContext, playlist: Playlist) -> w.Dialog:
    def rename() -> None:
        if name := context.text("name").strip():
            playlist_store(context).rename(playlist.id, name)

    return w.Dialog(
        title="Rename playlist",
        body=w.TextField("Playlist name", playlist.name, key="name", autofocus=True, resource_id="actionNewPlaylist"),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Rename", rename)),
    )


def _delete_playlist(context: MusicContext, playlist: Playlist) -> w.Dialog:
    def delete() -> None:
        playlist_store(context).delete(playlist.id)
        if context.state.pages:
            go_back(context)

    return w.Dialog(
        title="Delete playlist",
        text=f"Delete the playlist {playlist.name}?",
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Delete", delete)),
    )


def _remove(context: MusicContext, playlist_id: int, members: tuple[Song, ...]) -> w.Dialog:
    many = len(members) != 1
    what = f"{len(members)} songs" if many else f"the song {members[0].title}"

    def remove() -> None:
        playlist_store(context).remove(playlist_id, [song.id for song in members])
        context.update(selected=())

    return w.Dialog(
        title=f"Remove song{'s' if many else ''} from playlist",
        text=f"Remove {what} from the playlist?",
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Remove", remove)),
    )


def _delete(context: MusicContext, chosen: tuple[Song, ...]) -> w.Dialog:
    many = len(chosen) != 1
    what = f"{len(chosen)} songs" if many else f"the song {chosen[0].title}"

    def delete() -> None:
        for song in chosen:
            if context.files.exists(song.path):
                context.files.remove(song.path)
        scan(context)
        context.update(selected=())
        context.toast(f"Deleted {len(chosen)} songs.")

    return w.Dialog(
        title=f"Delete song{'s' if many else ''}",
        text=f"Delete {what}?",
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Delete", delete)),
    )


def _details(song: Song) -> w.Dialog:
    folder, name = posixpath.split(song.path)
    lines = (("File name", name), ("File path", folder), ("Length", readable(song.duration_ms)))
    body = w.Column(tuple(w.Text(f"{label}: {text}") for label, text in lines), gap=8)
    return w.Dialog(title="Details", body=body, buttons=(w.DialogButton("OK"),))
