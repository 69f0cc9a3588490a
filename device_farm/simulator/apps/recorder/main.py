"""The main screen: record, pause, stop, name; and play what was recorded last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps.browsing import file_uri
from device_farm.simulator.apps.recorder.dialogs import delete_dialog, info_text, rename_dialog
from device_farm.simulator.apps.recorder.look import BACKGROUND, FAINT, INK, PANEL, RED, page
from device_farm.simulator.apps.recorder.setup import open_screen, welcome_page
from device_farm.simulator.apps.recorder.sound import LONGEST_S
from device_farm.simulator.apps.recorder.store import PACKAGE, Record, RecorderStore, clock_text, spec_text
from device_farm.simulator.apps.recorder.wave import waveform
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.intents import SEND, VIEW, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

RECORD_AUDIO: Final = "android.permission.RECORD_AUDIO"
RECORDS_CLASS: Final = f"{PACKAGE}.app.records.RecordsActivity"
SETTINGS_CLASS: Final = f"{PACKAGE}.app.settings.SettingsActivity"
# The real app leaves the placeholder of its notification text in the button's description.
_RECORD_DESCRIPTION: Final = "Recording: %s"

Phase: TypeAlias = Literal["idle", "recording", "paused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`since_s` is when recording or playing began or went on, since boot; `before_s` what lay before it.

    `playing` is a record's path, empty for none.
    """

    phase: Phase = "idle"
    since_s: float = 0.0
    before_s: float = 0.0
    playing: str = ""


MainContext: TypeAlias = Context[MainState]


class Main(Activity[MainState]):
    def initial(self, context: MainContext) -> MainState:
        return MainState()

    def build(self, context: MainContext) -> w.Widget:
        store = RecorderStore(context)
        if store.first_run:
            return welcome_page(context)
        record = store.active() if context.state.phase == "idle" else None
        return page(
            _toolbar(context, record),
            w.Spacer(weight=1),
            _wave(context, record),
            _play_buttons(context, record),
            w.Spacer(weight=1),
            *_texts(context, store, record),
            _progress(context, record),
            _controls(context),
        )

    def dialog(self, context: MainContext, name: str, argument: object) -> w.Overlay:
        path = str(argument)
        match name:
            case "name":
                return rename_dialog(context, path, asked=True)
            case "rename":
                return rename_dialog(context, path, asked=False)
            case "discard":
                return w.Dialog(
                    title="Warning!",
                    text="Delete this record?",
                    buttons=(w.DialogButton("No"), w.DialogButton("Yes", lambda: context.update(phase="idle"))),
                )
            case "delete":
                return delete_dialog(context, path)
            case _:
                record = next((found for found in RecorderStore(context).records() if found.path == path), None)
                text = info_text(record, context.local()) if record is not None else "Records is empty"
                return w.Dialog(title="Information", text=text, buttons=(w.DialogButton("Ok"),))

    def on_permission(self, context: MainContext, permission: str, granted: bool) -> None:
        if granted and permission == RECORD_AUDIO:
            _start(context)
        elif permission == RECORD_AUDIO:
            context.toast("Permission denied")


def elapsed_s(context: MainContext) -> float:
    """How much is recorded: at most what one file may hold."""
    state = context.state
    running = context.clock.uptime_s() - state.since_s if state.phase == "recording" else 0.0
    return min(LONGEST_S, state.before_s + running)


def _played_s(context: MainContext, record: Record | None) -> float | None:
    """How far playing has come; None where nothing plays (any more)."""
    if record is None or context.state.playing != record.path:
        return None
    played = context.clock.uptime_s() - context.state.since_s
    return played if played < record.length_s else None


def _press_record(context: MainContext) -> None:
    state = context.state
    match state.phase:
        case "idle":
            if context.has_permission(RECORD_AUDIO):
                _start(context)
            else:
                context.request_permission(RECORD_AUDIO)
        case "recording":
            context.update(phase="paused", before_s=elapsed_s(context))
        case "paused":
            context.update(phase="recording", since_s=context.clock.uptime_s())


def _start(context: MainContext) -> None:
    context.update(phase="recording", since_s=context.clock.uptime_s(), before_s=0.0, playing="")


def _stop(context: MainContext) -> None:
    store = RecorderStore(context)
    length = elapsed_s(context)
    context.update(phase="idle", before_s=0.0)
    try:
        path = store.save(store.free_name(context.local()), length)
    except FileSystemError as error:
        context.toast(str(error))
        return
    if store.asks_for_name:
        context.dialog("name", path)


def _toolbar(context: MainContext, record: Record | None) -> w.Widget:
    title = w.Text("Audio Recorder", style="title_large", colour=INK, align="center", weight=1)
    idle = context.state.phase == "idle"
    left: w.Widget = w.Spacer(width=48)
    right: w.Widget = w.Spacer(width=48)
    if idle:
        left = w.IconButton(
            "file_upload", colour=INK, resource_id="btn_import", on_tap=lambda: context.toast("Can't import files")
        )
    if idle and record is not None:
        right = w.MenuButton(
            _menu(context, record),
            child=w.IconButton("more_vert", colour=INK),
            key="more",
            resource_id="btn_share",
        )
    return w.Row((left, title, right), height=64, padding=(4, 0), resource_id="toolbar")


def _menu(context: MainContext, record: Record) -> tuple[w.MenuItem, ...]:
    uri = file_uri(record.path)
    mimetype = "audio/x-wav" if record.format == "wav" else "audio/mp4"
    return (
        w.MenuItem("Share", lambda: context.start(
            Intent(action=SEND, type=mimetype, extras={"android.intent.extra.STREAM": uri}))),
        w.MenuItem("Information", lambda: context.dialog("info", record.path)),
        w.MenuItem("Rename", lambda: context.dialog("rename", record.path)),
        w.MenuItem("Open with", lambda: context.start(Intent(action=VIEW, data=uri, type=mimetype))),
        w.MenuItem("Delete", lambda: context.dialog("delete", record.path)),
    )  # fmt: skip


def _wave(context: MainContext, record: Record | None) -> w.Widget:
    if context.state.phase != "idle":
        return waveform(elapsed_s(context), 1.0, resource_id="recording_view")
    if record is None:
        return w.Row((w.Icon("graphic_eq", size=160, colour=PANEL),), main="center", resource_id="placeholder")
    played = _played_s(context, record)
    share = 0.0 if played is None or record.length_s <= 0 else played / record.length_s
    return waveform(record.length_s, share, resource_id="record")


def _play_buttons(context: MainContext, record: Record | None) -> w.Widget:
    if record is None:
        return w.Spacer(height=64)
    playing = _played_s(context, record) is not None
    path = record.path
    buttons = [
        w.IconButton(
            "pause" if playing else "play_arrow",
            colour=INK,
            size=36,
            resource_id="btn_play",
            on_tap=lambda: context.update(playing="" if playing else path, since_s=context.clock.uptime_s()),
        )
    ]
    if playing:
        buttons.append(
            w.IconButton("stop", colour=INK, size=36, resource_id="btn_stop", on_tap=lambda: context.update(playing=""))
        )
    return w.Row(tuple(buttons), main="center", gap=24, height=64)


def _texts(context: MainContext, store: RecorderStore, record: Record | None) -> tuple[w.Widget, ...]:
    phase = context.state.phase
    played = _played_s(context, record)
    shown = elapsed_s(context) if phase != "idle" else played or 0.0
    parts: list[w.Widget] = [
        w.Text(
            clock_text(shown),
            style="display_large",
            font_weight="bold",
            colour=INK,
            align="center",
            resource_id="txt_progress",
        )
    ]
    match phase:
        case "recording" | "paused":
            text = "Recording…" if phase == "recording" else "Paused"
            parts.append(w.Text(text, style="title_large", colour=INK, align="center", resource_id="txt_name"))
        case "idle" if record is not None:
            name = w.Text(
                record.name,
                style="title_large",
                colour=INK,
                max_lines=2,
                resource_id="txt_name",
                on_tap=lambda: context.dialog("rename", record.path),
            )
            parts.append(w.Row((name, w.Icon("edit", size=18, colour=FAINT)), main="center", gap=8, padding=(24, 0)))
        case "idle":
            parts.append(w.Spacer(height=28))
    parts.append(
        w.Text(
            spec_text(store.spec),
            style="body_small",
            colour=FAINT,
            align="center",
            padding=(0, 4, 0, 8),
            resource_id="txt_record_info",
        )
    )
    return tuple(parts)


def _progress(context: MainContext, record: Record | None) -> w.Widget:
    length = record.length_s if record is not None else 0.0
    played = _played_s(context, record) or 0.0
    ends: list[w.Widget] = [w.Spacer(height=24)]
    if record is not None:
        ends = [
            w.Text("00:00", colour=INK, resource_id="txt_zero_time"),
            w.Spacer(weight=1),
            w.Text(clock_text(length), colour=INK, resource_id="txt_duration"),
        ]
    return w.Column(
        (
            w.Row(tuple(ends), padding=(16, 0)),
            w.Slider(
                1000 * played / length if length else 0.0,
                maximum=1000.0,
                enabled=record is not None,
                resource_id="play_progress",
                on_change=lambda value: _seek(context, record, value / 1000.0),
            ),
        ),
        padding=(8, 0),
    )


def _seek(context: MainContext, record: Record | None, share: float) -> None:
    if record is not None:
        context.update(playing=record.path, since_s=context.clock.uptime_s() - share * record.length_s)


def _controls(context: MainContext) -> w.Widget:
    """Settings, delete, record or pause, stop, list. Three of them have no description, as in the real app."""
    phase = context.state.phase
    busy = phase != "idle"
    none = w.Spacer(width=56, height=56)
    icon = {"idle": "fiber_manual_record", "recording": "pause", "paused": "fiber_manual_record"}[phase]
    record = w.Stack(
        (w.Icon(icon, size=56, colour=RED),),
        ("center",),
        width=80,
        height=80,
        radius=40,
        background=BACKGROUND if busy else PANEL,
        class_name="android.widget.ImageButton",
        description=_RECORD_DESCRIPTION,
        resource_id="btn_record",
        on_tap=lambda: _press_record(context),
    )
    delete = w.IconButton(
        "delete_forever",
        colour=INK,
        size=32,
        description="Delete",
        resource_id="btn_record_delete",
        on_tap=lambda: context.dialog("discard"),
    )
    stop = w.IconButton("stop", colour=INK, size=36, resource_id="btn_record_stop", on_tap=lambda: _stop(context))
    return w.Row(
        (
            w.IconButton(
                "settings",
                colour=INK,
                description="Settings",
                resource_id="btn_settings",
                on_tap=lambda: open_screen(context, SETTINGS_CLASS),
            ),
            w.Row((delete if busy else none, record, stop if busy else none), gap=8),
            w.IconButton(
                "format_list_bulleted",
                colour=INK,
                resource_id="btn_records_list",
                on_tap=lambda: open_screen(context, RECORDS_CLASS),
            ),
        ),
        main="between",
        padding=(12, 8, 12, 20),
    )
