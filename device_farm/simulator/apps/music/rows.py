"""Lines of songs, with their menu, and the bar of a selection."""

from __future__ import annotations

from functools import partial
from typing import Final

from device_farm.simulator.apps.browsing import file_uri
from device_farm.simulator.apps.music.library import Song, readable
from device_farm.simulator.apps.music.state import (
    MusicContext,
    add_to_playlist,
    chosen_songs,
    enqueue,
    open_page,
    play,
    toggle,
)
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w

ROW_HEIGHT: Final = 68.0


def song_row(
    context: MusicContext,
    queue: tuple[Song, ...],
    place: int,
    *,
    number: bool = False,
    timed: bool = False,
    playlist_id: int = 0,
) -> w.Widget:
    """Song `place` of `queue`; `number` shows its place instead of a cover, `timed` its duration."""
    song = queue[place]
    selected = song.id in context.state.selected
    menu: tuple[w.Widget, ...] = ()
    if not selected:
        items = song_menu(context, song, playlist_id)
        menu = (w.MenuButton(items, key=f"menu {place} {song.id}", resource_id="menu", description="More options"),)
    time: tuple[w.Widget, ...] = ()
    if timed:
        time = (w.Text(readable(song.duration_ms), colour="on_surface_variant", resource_id="time"),)
    return w.Row(
        (
            _number(place + 1) if number else cover(song.album),
            w.Column(
                (
                    w.Text(song.title, style="body_large", max_lines=1, resource_id="title"),
                    w.Text(song.artist, colour="on_surface_variant", max_lines=1, resource_id="text"),
                ),
                weight=1,
            ),
            *time,
            *menu,
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(16, 0, 4, 0),
        background="secondary_container" if selected else None,
        selected=selected,
        on_tap=partial(_tapped, context, queue, place),
        on_long_press=partial(toggle, context, song),
    )


def _number(place: int) -> w.Widget:
    return w.Text(str(place), style="title", align="center", width=48, resource_id="imageText")


def cover(seed: str, icon: str = "music_note", size: float = 48) -> w.Widget:
    """The picture of music that has none."""
    return w.Stack(
        (w.Avatar(icon=icon, seed=seed, size=size),), ("center",), width=size, height=size, resource_id="image"
    )


def _tapped(context: MusicContext, queue: tuple[Song, ...], place: int) -> None:
    if context.state.selected:
        toggle(context, queue[place])
    else:
        play(context, queue, place)


def song_menu(context: MusicContext, song: Song, playlist_id: int = 0) -> tuple[w.MenuItem, ...]:
    """The three dots of a song; in a playlist it can be removed from it."""
    one = (song,)
    removing = (w.MenuItem("Remove from playlist", lambda: context.dialog("remove", (playlist_id, one))),)
    return (
        *(removing if playlist_id else ()),
        w.MenuItem("Play next", lambda: enqueue(context, one, next_one=True)),
        w.MenuItem("Add to playing queue", lambda: enqueue(context, one)),
        w.MenuItem("Add to playlist", lambda: add_to_playlist(context, one)),
        w.MenuItem("Go to album", lambda: open_page(context, "album", song.album_id)),
        w.MenuItem("Go to artist", lambda: open_page(context, "artist", song.artist_id)),
        w.MenuItem("Share", lambda: share(context, one)),
        w.MenuItem("Details", lambda: context.dialog("details", song)),
        w.MenuItem("Delete from device", lambda: context.dialog("delete", one)),
    )


def share(context: MusicContext, chosen: tuple[Song, ...]) -> None:
    context.update(selected=())
    extras = {"android.intent.extra.STREAM": file_uri(chosen[0].path)} if chosen else {}
    context.start(Intent(action=SEND, type="audio/*", extras=dict(extras)))


def selection_bar(context: MusicContext, shown: tuple[Song, ...], playlist_id: int = 0) -> w.AppBar:
    """The contextual bar over a list while songs are selected."""
    chosen = chosen_songs(context)
    removing = (w.MenuItem("Remove from playlist", lambda: context.dialog("remove", (playlist_id, chosen))),)
    return w.AppBar(
        str(len(context.state.selected)),
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=(
            w.IconButton(
                "redo",
                description="Play next",
                resource_id="action_play_next",
                on_tap=lambda: enqueue(context, chosen, next_one=True),
            ),
            w.IconButton(
                "queue_music",
                description="Add to playing queue",
                resource_id="action_add_to_current_playing",
                on_tap=lambda: enqueue(context, chosen),
            ),
            w.IconButton(
                "playlist_add",
                description="Add to playlist",
                resource_id="action_add_to_playlist",
                on_tap=lambda: add_to_playlist(context, chosen),
            ),
        ),
        overflow=(
            *(removing if playlist_id else ()),
            w.MenuItem("Share", lambda: share(context, chosen)),
            w.MenuItem("Delete from device", lambda: context.dialog("delete", chosen)),
            w.MenuItem("Select all", lambda: context.update(selected=tuple(song.id for song in shown))),
        ),
    )
