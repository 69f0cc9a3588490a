"""What is playing: the small bar above the navigation, the player, the queue."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.music.library import Song, readable
from device_farm.simulator.apps.music.player import Player, Playing, player_of
from device_farm.simulator.apps.music.rows import ROW_HEIGHT, cover, song_menu
from device_farm.simulator.apps.music.state import MusicContext, open_page
from device_farm.simulator.apps.music.tabs import empty
from device_farm.simulator.toolkit import widgets as w


def mini_player(context: MusicContext) -> tuple[w.Widget, ...]:
    player = player_of(context)
    playing = player.playing()
    if playing is None:
        return ()
    song = playing.song
    bar = w.Row(
        (
            cover(song.album, size=40),
            w.Text(f"{song.title} • {song.artist}", max_lines=1, weight=1, resource_id="miniPlayerTitle"),
            _play_pause(player, playing, "miniPlayerPlayPauseButton"),
            w.IconButton("skip_next", description="Next", resource_id="actionNext", on_tap=lambda: player.step(1)),
        ),
        gap=12,
        height=64,
        padding=(16, 0, 4, 0),
        background="surface_high",
        resource_id="miniPlayerFragment",
        on_tap=lambda: open_page(context, "player"),
    )
    return (bar,)


def _play_pause(player: Player, playing: Playing, resource_id: str) -> w.Widget:
    return w.IconButton(
        "pause" if playing.running else "play_arrow",
        description="Play/Pause",
        resource_id=resource_id,
        on_tap=player.toggle,
    )


def player_page(context: MusicContext) -> tuple[w.AppBar, w.Widget]:
    player = player_of(context)
    playing = player.playing()
    queue_button = w.IconButton(
        "queue_music",
        description="Now playing queue",
        resource_id="now_playing",
        on_tap=lambda: open_page(context, "queue"),
    )
    if playing is None:
        return w.AppBar(navigation="back", actions=(queue_button,)), empty("No songs playing")
    song = playing.song
    bar = w.AppBar(navigation="back", actions=(queue_button,), overflow=song_menu(context, song))
    body = w.Column(
        (
            w.Row((cover(song.album, size=260),), main="center", padding=(0, 24)),
            w.Text(song.title, style="headline", align="center", max_lines=2, resource_id="title"),
            w.Text(song.artist, style="body_large", align="center", resource_id="text"),
            w.Slider(
                playing.track_ms,
                maximum=float(max(1, song.duration_ms)),
                on_change=lambda value: player.seek(int(value)),
                resource_id="progressSlider",
            ),
            w.Row(
                (
                    w.Text(readable(playing.track_ms), resource_id="songCurrentProgress"),
                    w.Text(readable(song.duration_ms), resource_id="songTotalTime"),
                ),
                main="between",
            ),
            w.Row(
                (
                    w.IconButton("skip_previous", description="Previous", size=36, on_tap=lambda: player.step(-1)),
                    _play_pause(player, playing, "playPauseButton"),
                    w.IconButton("skip_next", description="Next", size=36, on_tap=lambda: player.step(1)),
                ),
                main="center",
                gap=24,
            ),
        ),
        gap=12,
        padding=24,
    )
    return bar, body


def queue_page(context: MusicContext) -> tuple[w.AppBar, w.Widget]:
    player = player_of(context)
    playing = player.playing()
    queue = playing.queue if playing is not None else ()
    bar = w.AppBar(
        "Now playing queue",
        _up_next(playing),
        navigation="back",
        overflow=(
            w.MenuItem("Clear playing queue", player.clear, enabled=bool(queue)),
            w.MenuItem("Save playing queue", lambda: context.dialog("new_playlist", queue), enabled=bool(queue)),
        ),
    )
    if playing is None:
        return bar, empty("No songs playing")
    rows = w.LazyList(
        key="queue",
        resource_id="recyclerView",
        count=len(queue),
        row=lambda place: _queue_row(context, player, queue[place], place, current=place == playing.position),
        row_height=ROW_HEIGHT,
    )
    return bar, rows


def _up_next(playing: Playing | None) -> str:
    left = playing.queue[playing.position + 1 :] if playing is not None else ()
    return f"Up next • {readable(sum(song.duration_ms for song in left))}"


def _queue_row(context: MusicContext, player: Player, song: Song, place: int, *, current: bool) -> w.Widget:
    removing = w.MenuItem("Remove from playing queue", partial(player.remove, place))
    menu = (removing, *song_menu(context, song))
    return w.Row(
        (
            w.Icon("drag_indicator", colour="on_surface_variant", resource_id="drag_view"),
            cover(song.album, size=40),
            w.Column(
                (
                    w.Text(
                        song.title,
                        style="body_large",
                        max_lines=1,
                        font_weight="bold" if current else None,
                        resource_id="title",
                    ),
                    w.Text(song.artist, colour="on_surface_variant", max_lines=1, resource_id="text"),
                ),
                weight=1,
            ),
            w.Text(readable(song.duration_ms), colour="on_surface_variant", resource_id="time"),
            w.MenuButton(menu, key=f"queued {place}", resource_id="menu", description="More options"),
        ),
        gap=12,
        height=ROW_HEIGHT,
        padding=(12, 0, 4, 0),
        selected=current,
        on_tap=partial(player.play_at, place),
    )
