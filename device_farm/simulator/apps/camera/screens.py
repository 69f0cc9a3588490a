"""The camera's screens: first-run questions, viewfinder with shutter, list of modes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.browsing import file_uri, mimetype_of
from device_farm.simulator.apps.camera.scene import Lens, preview
from device_farm.simulator.apps.camera.storage import save_photo, save_video
from device_farm.simulator.apps.first_run import set_stage, stage
from device_farm.simulator.apps.preference_store import PreferenceStore
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import VIEW, ActivityResult, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context
from device_farm.simulator.toolkit.base import Direction
from device_farm.simulator.toolkit.containers import Place

PACKAGE: Final = "com.android.camera2"
SETTINGS_CLASS: Final = "com.android.camera.settings.CameraSettingsActivity"
LOCATION: Final = "android.permission.ACCESS_COARSE_LOCATION"
CAMERA: Final = "android.permission.CAMERA"
RECORD_AUDIO: Final = "android.permission.RECORD_AUDIO"
VIDEO_ACTIONS: Final = ("android.media.action.VIDEO_CAMERA", "android.media.action.VIDEO_CAPTURE")
CAPTURE_ACTIONS: Final = ("android.media.action.IMAGE_CAPTURE", "android.media.action.VIDEO_CAPTURE")

LOCATION_KEY: Final = "pref_camera_recordlocation_key"

Mode: TypeAlias = Literal["photo", "video"]
_BLACK = 0xFF000000
_WHITE = 0xFFFFFFFF
_RED = 0xFFE53935
_PREVIEW_HEIGHT = 548.0
_FLASH = (("flash_off", "Flash off"), ("flash_auto", "Flash auto"), ("flash_on", "Flash on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraState:
    """`recording_since_s` counts from boot, 0 while no video is being recorded; `last` the path of the last capture."""

    mode: Mode = "photo"
    lens: Lens = "back"
    modes_open: bool = False
    options_open: bool = False
    flash: int = 0
    grid: bool = False
    recording_since_s: float = 0.0
    last: str = ""


CameraContext: TypeAlias = Context[CameraState]


class Viewfinder(Activity[CameraState]):
    def initial(self, context: CameraContext) -> CameraState:
        if not stage(context) and not context.has_permission(LOCATION):
            context.request_permission(LOCATION)
        return CameraState(mode="video" if context.intent.action in VIDEO_ACTIONS else "photo")

    def build(self, context: CameraContext) -> w.Widget:
        if not stage(context):
            return _location_question(context)
        if not context.has_permission(CAMERA):
            return _no_permission(context)
        screen = w.Column((_viewfinder(context), _bottom_bar(context)), background=_BLACK)
        return w.Stack((screen, _mode_list(context)), ("fill", "fill")) if context.state.modes_open else screen

    def on_back(self, context: CameraContext) -> bool:
        if context.state.modes_open or context.state.options_open:
            context.update(modes_open=False, options_open=False)
            return True
        return False

    def on_pause(self, context: CameraContext) -> None:
        _stop_recording(context)


def _location_question(context: CameraContext) -> w.Widget:
    """The first start asks whether photos shall hold the place."""
    store = PreferenceStore(context.files, PACKAGE)
    on = store.flag(LOCATION_KEY, True)
    return w.Column(
        (
            w.Spacer(weight=1),
            w.Row((w.Icon("location_on", size=96, colour=_WHITE),), main="center"),
            w.Spacer(height=32),
            w.Text("Remember photo locations?", style="headline", colour=_WHITE, align="center"),
            w.Spacer(height=12),
            w.Text(
                "Tag your photos and videos with the locations where they're taken.",
                style="body_large",
                colour=_WHITE,
                align="center",
            ),
            w.Spacer(height=24),
            w.Row(
                (
                    w.Text("Location", colour=_WHITE, style="body_large"),
                    w.Switch(
                        on,
                        lambda value: store.put(**{LOCATION_KEY: value}),
                        resource_id="check_box",
                        description="Location",
                    ),
                ),
                main="center",
                gap=16,
            ),
            w.Spacer(weight=1),
            w.Row(
                (
                    w.Button(
                        "NEXT",
                        "text",
                        colour=_WHITE,
                        resource_id="confirm_button",
                        on_tap=lambda: set_stage(context, "done"),
                    ),
                ),
                main="end",
            ),
        ),
        padding=24,
        background=0xFF00695C,
        width="fill",
        height="fill",
    )


def _no_permission(context: CameraContext) -> w.Widget:
    return w.Column(
        (
            w.Icon("photo_camera", size=72, colour=_WHITE),
            w.Text("The app does not have critical permissions needed to run.", colour=_WHITE, align="center"),
            w.Button("Allow", on_tap=lambda: context.request_permission(CAMERA)),
        ),
        main="center",
        cross="center",
        gap=24,
        padding=32,
        background=_BLACK,
        width="fill",
        height="fill",
    )


def _viewfinder(context: CameraContext) -> w.Widget:
    state = context.state

    def swiped(direction: Direction) -> None:
        if direction == "right" and not state.recording_since_s:
            context.update(modes_open=True)
        elif direction == "left":
            _open_last(context)

    picture = w.Image(
        preview(context.phone.seed, state.lens),
        height=_PREVIEW_HEIGHT,
        width="fill",
        on_swipe=swiped,
        resource_id="preview_content",
        class_name="android.view.TextureView",
    )
    layers: list[w.Widget] = [picture]
    places: list[Place] = ["fill"]
    if state.grid:
        layers.append(_grid_lines())
        places.append("fill")
    if state.recording_since_s:
        layers.append(_recording_time(context))
        places.append("top")
    else:
        layers.append(_options(context))
        places.append("bottom_end")
    return w.Stack(tuple(layers), tuple(places), height=_PREVIEW_HEIGHT)


def _grid_lines() -> w.Widget:
    line = 0x80FFFFFF
    across = w.Column(
        (w.Spacer(weight=1), w.Spacer(height=1, background=line), w.Spacer(weight=1),
         w.Spacer(height=1, background=line), w.Spacer(weight=1)),
    )  # fmt: skip
    down = w.Row(
        (w.Spacer(weight=1), w.Spacer(width=1, height="fill", background=line), w.Spacer(weight=1),
         w.Spacer(width=1, height="fill", background=line), w.Spacer(weight=1)),
        height="fill",
    )  # fmt: skip
    return w.Stack((across, down), ("fill", "fill"), resource_id="grid_lines")


def _recording_time(context: CameraContext) -> w.Widget:
    seconds = int(context.clock.uptime_s() - context.state.recording_since_s)
    text = f"{seconds // 60:02d}:{seconds % 60:02d}"
    return w.Row(
        (
            w.Icon("fiber_manual_record", size=16, colour=_RED),
            w.Text(text, style="title", colour=_WHITE, resource_id="recording_time"),
        ),
        gap=8,
        padding=(16, 12),
    )


def _options(context: CameraContext) -> w.Widget:
    """Three dots, or the row of options that they open."""
    state = context.state
    dots = w.IconButton(
        "more_vert",
        colour=_WHITE,
        description="Options",
        resource_id="mode_options_toggle",
        on_tap=lambda: context.update(options_open=not state.options_open),
    )
    if not state.options_open:
        return dots
    flash_icon, flash_text = _FLASH[state.flash]
    other: Lens = "front" if state.lens == "back" else "back"
    return w.Row(
        (
            w.IconButton(
                flash_icon,
                colour=_WHITE,
                description=flash_text,
                resource_id="flash_toggle_button",
                on_tap=lambda: context.update(flash=(state.flash + 1) % len(_FLASH)),
            ),
            w.IconButton(
                "grid_on" if state.grid else "grid_off",
                colour=_WHITE,
                description="Grid lines on" if state.grid else "Grid lines off",
                resource_id="grid_lines_toggle_button",
                on_tap=lambda: context.update(grid=not state.grid),
            ),
            w.IconButton(
                "cameraswitch",
                colour=_WHITE,
                description=f"{state.lens.capitalize()} camera",
                resource_id="camera_toggle_button",
                on_tap=lambda: context.update(lens=other),
            ),
            dots,
        ),
        main="between",
        background=0x99000000,
        width="fill",
        resource_id="mode_options",
    )


def _bottom_bar(context: CameraContext) -> w.Widget:
    state = context.state
    recording = bool(state.recording_since_s)
    inner: w.Widget = w.Icon("photo_camera", size=36, colour=_BLACK)
    if state.mode == "video":
        inner = w.Icon("stop" if recording else "videocam", size=36, colour=_WHITE if recording else _RED)
    shutter = w.Stack(
        (inner,),
        ("center",),
        width=84,
        height=84,
        radius=42,
        background=_RED if recording else _WHITE,
        class_name="android.widget.ImageView",
        description="Shutter",
        resource_id="shutter_button",
        on_tap=lambda: _press_shutter(context),
    )
    thumbnail: w.Widget = w.Spacer(width=56, height=56)
    if state.last and context.files.is_file(state.last):
        taken = "Video taken" if state.last.endswith(".mp4") else "Photo taken"
        face: w.Widget = w.Icon("movie", colour=_WHITE)
        if not state.last.endswith(".mp4"):
            face = w.Image(context.files.read(state.last), width=56, height=56, radius=28, decorative=True)
        thumbnail = w.Stack(
            (face,),
            ("center",),
            width=56,
            height=56,
            radius=28,
            background=0xFF424242,
            description=taken,
            resource_id="rounded_thumbnail_view",
            on_tap=lambda: _open_last(context),
        )
    modes = w.Stack(
        (w.Icon("menu", colour=_WHITE),),
        ("center",),
        width=56,
        height=56,
        class_name="android.widget.Button",
        a11y_text="Mode list",
        description="Toggle mode list",
        resource_id="accessibility_mode_toggle_button",
        enabled=not recording,
        on_tap=lambda: context.update(modes_open=True),
    )
    return w.Row((modes, shutter, thumbnail), main="between", weight=1, padding=(32, 0), resource_id="bottom_bar")


def _mode_list(context: CameraContext) -> w.Widget:
    """Over the viewfinder: the modes, and the gear of the settings."""

    def line(title: str, icon: str, mode: Mode, description: str) -> w.Widget:
        return w.Row(
            (
                w.Stack((w.Icon(icon, colour=_WHITE),), ("center",), width=48, height=48, radius=24,
                        background=0xFF00897B if mode == "photo" else 0xFFC62828),
                w.Text(title, style="title_large", colour=_WHITE, resource_id="selector_text"),
            ),
            gap=20,
            padding=(24, 10),
            description=description,
            on_tap=lambda: context.update(mode=mode, modes_open=False),
        )  # fmt: skip

    def settings() -> None:
        context.update(modes_open=False)
        context.start(Intent(component=ComponentName(PACKAGE, SETTINGS_CLASS)))

    return w.Column(
        (
            w.Row(
                (
                    w.Spacer(weight=1),
                    w.IconButton(
                        "settings",
                        colour=_WHITE,
                        description="Settings",
                        resource_id="settings_button",
                        on_tap=settings,
                    ),
                ),
                padding=(8, 12),
            ),
            w.Spacer(weight=1),
            line("Camera", "photo_camera", "photo", "Switch to Camera Mode"),
            line("Video", "videocam", "video", "Switch to Video Camera"),
            w.Spacer(weight=1),
        ),
        background=0xCC000000,
        on_tap=lambda: context.update(modes_open=False),
        on_swipe=lambda direction: context.update(modes_open=False),
        resource_id="mode_list_layout",
    )


# What the shutter does


def _press_shutter(context: CameraContext) -> None:
    if context.state.mode == "photo":
        _take_photo(context)
    elif context.state.recording_since_s:
        _stop_recording(context)
    elif context.has_permission(RECORD_AUDIO):
        context.update(recording_since_s=context.clock.uptime_s(), options_open=False)
    else:
        context.request_permission(RECORD_AUDIO)


def _take_photo(context: CameraContext) -> None:
    try:
        path = save_photo(context.files, context.phone.seed, context.state.lens, context.now_s, context.local())
    except FileSystemError as error:
        context.toast(str(error))
        return
    _taken(context, path)


def _stop_recording(context: CameraContext) -> None:
    state = context.state
    if not state.recording_since_s:
        return
    length = context.clock.uptime_s() - state.recording_since_s
    start = context.now_s - length
    context.update(recording_since_s=0.0)
    try:
        path = save_video(context.files, context.phone.seed, state.lens, start, length, context.local(start))
    except FileSystemError as error:
        context.toast(str(error))
        return
    _taken(context, path)


def _taken(context: CameraContext, path: str) -> None:
    """Shows it as the last capture; an app that asked for a picture gets it."""
    if context.intent.action in CAPTURE_ACTIONS:
        context.finish(ActivityResult(ok=True, data=file_uri(path)))
    else:
        context.update(last=path)


def _open_last(context: CameraContext) -> None:
    path = context.state.last
    if path and context.files.is_file(path):
        context.start(Intent(action=VIEW, data=file_uri(path), type=mimetype_of(path)))
