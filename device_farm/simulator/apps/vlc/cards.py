"""Pictures and lines of media, and the bar of a selection."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.vlc.library import Media, length_text, library_of
from device_farm.simulator.apps.vlc.onboarding import ORANGE
from device_farm.simulator.apps.vlc.state import VlcContext, play, selected_media, toggle
from device_farm.simulator.toolkit import widgets as w

ROW_HEIGHT = 72.0


def picture(context: VlcContext, media: Media | None, width: float, height: float) -> w.Widget:
    """The thumbnail, or a sign where the file has none."""
    if media is not None and media.is_video and context.files.is_file(media.thumbnail_path):
        return w.Image(context.files.read(media.thumbnail_path), width=width, height=height, radius=6)
    icon = "movie" if media is None or media.is_video else "audiotrack"
    return w.Stack(
        (w.Icon(icon, colour=ORANGE),), ("center",), width=width, height=height, radius=6, background="surface_high"
    )


def tapped(context: VlcContext, path: str) -> None:
    if context.state.selected:
        toggle(context, path)
    else:
        play(context, path)


def media_menu(context: VlcContext, path: str) -> w.Widget:
    items = (
        w.MenuItem("Play", lambda: play(context, path)),
        w.MenuItem("Add to playlist", lambda: context.dialog("save_playlist", (path,))),
        w.MenuItem("Information", lambda: context.dialog("information", path)),
        w.MenuItem("Delete", lambda: context.dialog("delete", (path,))),
    )
    return w.MenuButton(items, key=f"more {path}", resource_id="item_more", description="More Actions")


def video_card(context: VlcContext, media: Media) -> w.Widget:
    selected = media.path in context.state.selected
    return w.Column(
        (
            picture(context, media, 180, 112),
            w.Row(
                (
                    w.Column(
                        (
                            w.Text(media.title, max_lines=2, resource_id="ml_item_title"),
                            w.Text(
                                length_text(media.duration_ms),
                                style="body_small",
                                colour="on_surface_variant",
                                resource_id="ml_item_time",
                            ),
                        ),
                        weight=1,
                    ),
                    media_menu(context, media.path),
                ),
                cross="start",
            ),
        ),
        gap=4,
        padding=4,
        radius=8,
        background="secondary_container" if selected else None,
        selected=selected,
        on_tap=partial(tapped, context, media.path),
        on_long_press=partial(toggle, context, media.path),
    )


def media_row(context: VlcContext, path: str, name: str, media: Media | None) -> w.Widget:
    selected = path in context.state.selected
    return w.Row(
        (
            picture(context, media, 56, 44),
            w.Column(
                (
                    w.Text(name, style="body_large", max_lines=1, resource_id="title"),
                    w.Text(
                        length_text(media.duration_ms) if media is not None else "",
                        style="body_small",
                        colour="on_surface_variant",
                        resource_id="text",
                    ),
                ),
                weight=1,
            ),
            media_menu(context, path),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0, 4, 0),
        background="secondary_container" if selected else None,
        selected=selected,
        on_tap=partial(tapped, context, path),
        on_long_press=partial(toggle, context, path),
    )


def selection_bar(context: VlcContext) -> w.AppBar:
    selected = context.state.selected
    single: tuple[w.Widget, ...] = ()
    if len(selected) == 1:
        single = (
            w.IconButton("info", description="Information", on_tap=lambda: context.dialog("information", selected[0])),
        )
    return w.AppBar(
        f"{len(selected)} selected",
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=(
            *single,
            w.IconButton("play_arrow", description="Play all", on_tap=lambda: _play_first(context)),
            w.IconButton("delete", description="Delete", on_tap=lambda: context.dialog("delete", selected)),
            w.IconButton(
                "playlist_add",
                description="Add to playlist",
                resource_id="action_mode_file_add_playlist",
                on_tap=lambda: context.dialog("save_playlist", selected),
            ),
        ),
    )


def _play_first(context: VlcContext) -> None:
    chosen = selected_media(context)
    context.update(selected=())
    if chosen:
        play(context, chosen[0].path)


def save_to(context: VlcContext, paths: tuple[str, ...], *, playlist_id: int = 0, name: str = "") -> None:
    """Appends the media of these files to a playlist, or to a new one called `name`; the selection ends."""
    library = library_of(context)
    media = library.by_paths(paths)
    target = playlist_id or library.create_playlist(name)
    library.append(target, [found.id for found in media])
    context.update(selected=())
