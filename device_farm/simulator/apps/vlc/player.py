"""The video player: the frame on the screen is the one that the phone's clock has come to."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass

from device_farm.simulator.apps.browsing import path_of
from device_farm.simulator.apps.vlc.frames import MediaInfo, frame_at, media_info
from device_farm.simulator.apps.vlc.library import length_text, library_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context
from device_farm.simulator.toolkit.containers import Place

_JUMP_MS = 10_000
_OVERLAY_S = 4.0
_WHITE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerState:
    """`at_ms` is the place in the video at `since_s` of the phone's clock; it moves on while `running`."""

    path: str
    info: MediaInfo
    at_ms: int = 0
    since_s: float = 0.0
    running: bool = True
    overlay_until_s: float = 0.0


PlayerContext = Context[PlayerState]


class VideoPlayer(Activity[PlayerState]):
    def initial(self, context: PlayerContext) -> PlayerState:
        path = path_of(context.intent.data)
        info = MediaInfo()
        if context.files.is_file(path):
            info = media_info(posixpath.basename(path), context.files.read(path))
            library_of(context).note_played(path)
        now_s = context.now_s
        return PlayerState(path=path, info=info, since_s=now_s, overlay_until_s=now_s + _OVERLAY_S)

    def build(self, context: PlayerContext) -> w.Widget:
        position_ms = position(context)
        layers: list[w.Widget] = [_surface(context, position_ms)]
        places: list[Place] = ["fill"]
        if context.now_s < context.state.overlay_until_s or not _running(context):
            layers += [_title(context), _controls(context, position_ms)]
            places += ["top", "bottom"]
        return w.Stack(
            tuple(layers), tuple(places), background=0xFF000000, width="fill", height="fill", resource_id="player_root"
        )


def position(context: PlayerContext) -> int:
    """Milliseconds into the video; it stands still at the end."""
    state = context.state
    passed_ms = int((context.now_s - state.since_s) * 1000) if state.running else 0
    return min(state.info.duration_ms, state.at_ms + max(0, passed_ms))


def _running(context: PlayerContext) -> bool:
    return context.state.running and position(context) < context.state.info.duration_ms


def _surface(context: PlayerContext, position_ms: int) -> w.Widget:
    state = context.state
    data = context.files.read(state.path) if context.files.is_file(state.path) else b""
    frame = frame_at(data, position_ms, state.info.frames_per_s) if state.info.width else b""
    if frame:
        shown: w.Widget = w.Image(frame, "contain", width="fill", height="fill", resource_id="surface_video")
    else:
        icon = "audiotrack" if data else "error"
        shown = w.Stack((w.Icon(icon, size=96, colour=_WHITE),), ("center",), width="fill", height="fill")
    return w.Stack(
        (shown,),
        width="fill",
        height="fill",
        resource_id="player_surface_frame",
        on_tap=lambda: _toggle_overlay(context),
    )


def _toggle_overlay(context: PlayerContext) -> None:
    shown = context.now_s < context.state.overlay_until_s
    context.update(overlay_until_s=0.0 if shown else context.now_s + _OVERLAY_S)


def _title(context: PlayerContext) -> w.Widget:
    return w.Row(
        (
            w.IconButton("arrow_back", description="Navigate up", colour=_WHITE, on_tap=context.back),
            w.Text(
                posixpath.splitext(posixpath.basename(context.state.path))[0],
                style="title",
                colour=_WHITE,
                max_lines=1,
                weight=1,
                resource_id="player_overlay_title",
            ),
        ),
        padding=(4, 32, 16, 4),
        background=0x99000000,
    )


def _controls(context: PlayerContext, position_ms: int) -> w.Widget:
    duration_ms = context.state.info.duration_ms
    running = _running(context)
    seek = w.Slider(
        position_ms,
        maximum=float(max(1, duration_ms)),
        resource_id="player_overlay_seekbar",
        on_change=lambda value: _go(context, int(value)),
    )
    times = w.Row(
        (
            w.Text(length_text(position_ms), colour=_WHITE, resource_id="player_overlay_time"),
            w.Text(length_text(duration_ms), colour=_WHITE, resource_id="player_overlay_length"),
        ),
        main="between",
    )
    buttons = w.Row(
        (
            w.IconButton(
                "replay_10",
                description="Rewind",
                colour=_WHITE,
                resource_id="player_overlay_rewind",
                on_tap=lambda: _go(context, position_ms - _JUMP_MS),
            ),
            w.IconButton(
                "pause" if running else "play_arrow",
                description="Pause" if running else "Play",
                colour=_WHITE,
                size=40,
                resource_id="player_overlay_play",
                on_tap=lambda: _play_pause(context),
            ),
            w.IconButton(
                "forward_10",
                description="Forward",
                colour=_WHITE,
                resource_id="player_overlay_forward",
                on_tap=lambda: _go(context, position_ms + _JUMP_MS),
            ),
        ),
        main="center",
        gap=24,
    )
    return w.Column((times, seek, buttons), padding=(16, 8, 16, 16), background=0x99000000)


def _go(context: PlayerContext, at_ms: int) -> None:
    place = min(max(0, at_ms), context.state.info.duration_ms)
    context.update(at_ms=place, since_s=context.now_s, overlay_until_s=context.now_s + _OVERLAY_S)


def _play_pause(context: PlayerContext) -> None:
    """At the end Play begins anew."""
    at_ms = position(context)
    if _running(context):
        context.update(running=False, at_ms=at_ms)
    else:
        again = at_ms >= context.state.info.duration_ms
        context.update(
            running=True,
            at_ms=0 if again else at_ms,
            since_s=context.now_s,
            overlay_until_s=context.now_s + _OVERLAY_S,
        )
