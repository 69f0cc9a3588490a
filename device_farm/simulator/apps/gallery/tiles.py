"""Tiles of the two grids: a folder with its newest picture, and a single picture or video."""

from __future__ import annotations

from device_farm.simulator.apps.browsing import Entry
from device_farm.simulator.apps.gallery.media import Album
from device_farm.simulator.apps.gallery.pictures import read_picture, thumbnail
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import AppContext
from device_farm.simulator.toolkit.metrics import px

_SHADE = 0x99000000
_ON_SHADE = 0xFFFFFFFF


def album_tile(
    context: AppContext,
    album: Album,
    *,
    side: float,
    on_tap: w.Handler,
    on_long_press: w.Handler | None = None,
    chosen: bool = False,
) -> w.Widget:
    label = w.Row(
        (
            w.Text(album.name, style="body", colour=_ON_SHADE, max_lines=1, weight=1, resource_id="dir_name"),
            w.Text(str(len(album.files)), style="body_small", colour=_ON_SHADE, resource_id="photo_cnt"),
        ),
        gap=6,
        padding=(10, 8),
        background=_SHADE,
    )
    picture = _picture(context.files, album.files[0], side, "dir_thumbnail")
    return w.Stack(
        (picture, w.Column((label,)), *_check(chosen, "dir_check")),
        ("fill", "bottom", "top_end"),
        height=side,
        selected=chosen,
        resource_id="dir_holder",
        on_tap=on_tap,
        on_long_press=on_long_press,
    )


def media_tile(
    context: AppContext,
    entry: Entry,
    *,
    side: float,
    name: bool,
    chosen: bool,
    on_tap: w.Handler,
    on_long_press: w.Handler | None,
) -> w.Widget:
    parts: list[w.Widget] = [_picture(context.files, entry, side, "medium_thumbnail")]
    places: list[str] = ["fill"]
    if entry.kind == "video":
        parts.append(w.Icon("play_circle_outline", size=40, colour=_ON_SHADE))
        places.append("center")
    if name:
        text = w.Text(entry.name, style="body_small", colour=_ON_SHADE, max_lines=2, padding=(4, 3),
                      background=_SHADE, resource_id="medium_name")  # fmt: skip
        parts.append(w.Column((text,)))
        places.append("bottom")
    if chosen:
        parts.extend(_check(True, "medium_check"))
        places.append("top_end")
    return w.Stack(
        tuple(parts),
        tuple(places),  # type: ignore[arg-type]
        height=side,
        selected=chosen,
        resource_id="media_item_holder",
        on_tap=on_tap,
        on_long_press=on_long_press,
    )


def _check(chosen: bool, resource_id: str) -> tuple[w.Widget, ...]:
    if not chosen:
        return ()
    mark = w.Stack((w.Icon("check", size=18, colour="on_primary"),), ("center",), width=28, height=28, radius=14,
                   background="primary", resource_id=resource_id)  # fmt: skip
    return (w.Row((mark,), padding=6),)


def _picture(files: FileSystem, entry: Entry, side: float, resource_id: str) -> w.Widget:
    data = thumbnail(read_picture(files, entry.path), px(side)) if entry.kind == "image" else None
    if data is not None:
        return w.Image(data, fit="cover", resource_id=resource_id)
    icon = "movie" if entry.kind == "video" else "broken_image"
    return w.Stack((w.Icon(icon, size=36, colour=0xFFBDBDBD),), ("center",), background=0xFF424242,
                   class_name="android.widget.ImageView", resource_id=resource_id)  # fmt: skip
