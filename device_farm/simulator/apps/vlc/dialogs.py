"""VLC's sheets and dialogs."""

from __future__ import annotations

import posixpath
from functools import partial

from device_farm.simulator.apps.vlc.cards import save_to
from device_farm.simulator.apps.vlc.library import length_text, library_of
from device_farm.simulator.apps.vlc.onboarding import all_files_dialog
from device_farm.simulator.apps.vlc.state import VlcContext
from device_farm.simulator.toolkit import widgets as w


def vlc_dialog(context: VlcContext, name: str, argument: object) -> w.Overlay:
    match name, argument:
        case "save_playlist", tuple() as paths:
            return _save_sheet(context, tuple(str(path) for path in paths))
        case "information", str() as path:
            return _information(context, path)
        case "delete", tuple() as paths:
            return _delete(context, tuple(str(path) for path in paths))
        case "rename_playlist", int() as number:
            return _rename(context, number)
        case "delete_playlist", int() as number:
            return _delete_playlist(context, number)
        case _:
            return all_files_dialog(context)


def _save_sheet(context: VlcContext, paths: tuple[str, ...]) -> w.BottomSheet:
    library = library_of(context)
    count = "1 media" if len(paths) == 1 else f"{len(paths)} media"
    existing = library.playlists()
    name = context.text("name").strip()
    taken = any(playlist.name == name for playlist in existing)

    def save() -> None:
        if name and not taken:
            context.dismiss()
            save_to(context, paths, name=name)

    rows: tuple[w.Widget, ...] = tuple(
        w.ListRow(
            playlist.name,
            "1 media" if playlist.count == 1 else f"{playlist.count} media",
            "playlist_play",
            on_tap=partial(_append, context, paths, playlist.id),
        )
        for playlist in existing
    )
    none = (w.Text("No playlist found.", align="center", padding=16, resource_id="android:id/empty"),)
    return w.BottomSheet(
        w.Column(
            (
                w.Text("Add to new playlist", style="title"),
                w.Text(count, style="body_small", colour="on_surface_variant", resource_id="medias2"),
                w.TextField(
                    "Playlist name",
                    key="name",
                    resource_id="dialog_playlist_name",
                    error=f"Playlist {name} already exists" if taken else "",
                    on_submit=lambda text: save(),
                ),
                w.Text("Add to existing playlist", style="title", padding=(0, 8, 0, 0)),
                w.Scroll(rows or none, key="existing", height=min(216.0, max(72.0, 72.0 * len(existing)))),
                w.Row(
                    (w.Button("SAVE", "text", resource_id="dialog_playlist_save", on_tap=save),),
                    main="end",
                ),
            ),
            gap=8,
            padding=16,
        )
    )


def _append(context: VlcContext, paths: tuple[str, ...], playlist_id: int) -> None:
    context.dismiss()
    save_to(context, paths, playlist_id=playlist_id)


def _information(context: VlcContext, path: str) -> w.Dialog:
    media = library_of(context).by_path(path)
    length = length_text(media.duration_ms) if media is not None else ""
    return w.Dialog(
        title=posixpath.basename(path),
        text=f"Length: {length}\nPath: {path}",
        buttons=(w.DialogButton("OK"),),
    )


def _delete(context: VlcContext, paths: tuple[str, ...]) -> w.Dialog:
    what = posixpath.basename(paths[0]) if len(paths) == 1 else f"{len(paths)} files"

    def delete() -> None:
        for path in paths:
            if context.files.exists(path):
                context.files.remove(path)
        library_of(context).scan()
        context.update(selected=())

    return w.Dialog(
        title="Delete",
        text=f"Delete {what}?",
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("DELETE", delete)),
    )


def _rename(context: VlcContext, number: int) -> w.Dialog:
    playlist = library_of(context).playlist(number)
    old = playlist.name if playlist is not None else ""

    def rename() -> None:
        if name := context.text("name", old).strip():
            library_of(context).rename_playlist(number, name)

    return w.Dialog(
        title="Rename",
        body=w.TextField("Playlist name", old, key="name", autofocus=True, resource_id="new_media_title"),
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("OK", rename)),
    )


def _delete_playlist(context: VlcContext, number: int) -> w.Dialog:
    playlist = library_of(context).playlist(number)

    def delete() -> None:
        library_of(context).delete_playlist(number)
        context.update(playlist=0)

    return w.Dialog(
        title="Delete",
        text=f"Delete playlist {playlist.name if playlist is not None else ''}?",
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("DELETE", delete)),
    )
