"""The list of records, and the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device_farm.simulator.apps.browsing import size_text
from device_farm.simulator.apps.recorder.dialogs import delete_dialog, info_text, rename_dialog
from device_farm.simulator.apps.recorder.look import ACCENT, FAINT, INK, PANEL, bar, page
from device_farm.simulator.apps.recorder.setup import naming_spinner, recording_settings
from device_farm.simulator.apps.recorder.store import Record, RecorderStore, clock_text
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_ORDERS = ("By date (newest)", "By date (oldest)", "By name (A-Z)", "By name (Z-A)")
_ROW_HEIGHT = 76.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsState:
    """`playing` is the path of the record that plays since `since_s` after boot."""

    order: int = 0
    playing: str = ""
    since_s: float = 0.0


RecordsContext: TypeAlias = Context[RecordsState]


class Records(Activity[RecordsState]):
    def initial(self, context: RecordsContext) -> RecordsState:
        return RecordsState()

    def build(self, context: RecordsContext) -> w.Widget:
        records = _ordered(RecorderStore(context).records(), context.state.order)
        sort = w.MenuButton(
            tuple(
                w.MenuItem(title, lambda place=place: context.update(order=place))  # type: ignore[misc]
                for place, title in enumerate(_ORDERS)
            ),
            child=w.IconButton("sort", colour=INK),
            key="sort",
            resource_id="btn_sort",
        )
        title = bar("Records", context.back, sort, subtitle=_ORDERS[context.state.order])
        if not records:
            empty = w.Column(
                (
                    w.Icon("audiotrack", size=64, colour=FAINT),
                    w.Text("Records is empty", style="title", colour=INK, resource_id="txtEmpty"),
                ),
                main="center",
                cross="center",
                gap=16,
                weight=1,
            )
            return page(title, empty)
        rows = w.LazyList(
            key="records",
            count=len(records),
            row=lambda place: _row(context, records[place]),
            row_height=_ROW_HEIGHT,
            weight=1,
            resource_id="recycler_view",
        )
        playing = next((record for record in records if record.path == context.state.playing), None)
        return page(title, rows, *((_panel(context, playing),) if playing is not None else ()))

    def dialog(self, context: RecordsContext, name: str, argument: object) -> w.Overlay:
        path = str(argument)
        match name:
            case "rename":
                return rename_dialog(context, path, asked=False)
            case "delete":
                return delete_dialog(context, path)
            case _:
                record = next((found for found in RecorderStore(context).records() if found.path == path), None)
                text = info_text(record, context.local(record.created_s)) if record is not None else ""
                return w.Dialog(title="Information", text=text, buttons=(w.DialogButton("Ok"),))


def _ordered(records: tuple[Record, ...], order: int) -> tuple[Record, ...]:
    match order:
        case 1:
            return tuple(reversed(records))
        case 2 | 3:
            return tuple(sorted(records, key=lambda record: record.name.lower(), reverse=order == 3))
        case _:
            return records


def _row(context: RecordsContext, record: Record) -> w.Widget:
    created = context.local(record.created_s)
    details = f"{clock_text(record.length_s)}  {record.format.capitalize()}  {size_text(record.size_bytes)}"
    texts = w.Column(
        (
            w.Text(record.name, style="title", colour=INK, max_lines=1, resource_id="list_item_name"),
            w.Text(details, style="body", colour=FAINT, max_lines=1, resource_id="list_item_description"),
            w.Text(f"{created:%d %b %Y, %H:%M}", style="body_small", colour=FAINT, resource_id="list_item_date"),
        ),
        weight=1,
    )
    more = w.MenuButton(
        (
            w.MenuItem("Information", lambda: context.dialog("info", record.path)),
            w.MenuItem("Rename", lambda: context.dialog("rename", record.path)),
            w.MenuItem("Delete", lambda: context.dialog("delete", record.path)),
        ),
        child=w.IconButton("more_vert", colour=INK),
        key=f"more:{record.path}",
        resource_id="list_item_more",
    )

    def play() -> None:
        RecorderStore(context).choose(record.path)
        context.update(playing=record.path, since_s=context.clock.uptime_s())

    return w.Row((texts, more), height=_ROW_HEIGHT, padding=(16, 4, 4, 4), resource_id="container", on_tap=play)


def _panel(context: RecordsContext, record: Record) -> w.Widget:
    """The player below the list."""
    played = min(context.clock.uptime_s() - context.state.since_s, record.length_s)
    return w.Column(
        (
            w.Text(clock_text(played), style="title_large", colour=INK, align="center", resource_id="txt_progress"),
            w.Text(record.name, style="title", colour=INK, align="center", max_lines=2, resource_id="txt_name"),
            w.Progress(played / record.length_s if record.length_s else 0.0),
            w.Row(
                (
                    w.IconButton(
                        "delete_forever",
                        colour=INK,
                        resource_id="btn_delete",
                        on_tap=lambda: context.dialog("delete", record.path),
                    ),
                    w.IconButton("stop", colour=INK, resource_id="btn_stop", on_tap=lambda: context.update(playing="")),
                ),
                main="center",
                gap=24,
            ),
        ),
        gap=8,
        padding=16,
        background=PANEL,
        resource_id="touch_layout",
    )


class Settings(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        store = RecorderStore(context)
        records = store.records()
        total = sum(record.length_s for record in records)
        return page(
            bar("Settings", context.back),
            w.Scroll(
                (
                    _switch("Keep screen ON while recording", store, "keep_screen_on", store.flag("keep_screen_on")),
                    _switch(
                        "Show rename dialog after recording is completed",
                        store,
                        "is_ask_rename_after_stop_recording",
                        store.asks_for_name,
                    ),
                    w.Row((naming_spinner(context, store),), padding=(16, 8)),
                    *recording_settings(store),
                    w.Text(f"Total records count: {len(records)}", colour=INK, padding=(16, 8)),
                    w.Text(f"Total recorded duration: {clock_text(total)}", colour=INK, padding=(16, 8)),
                ),
                key="settings",
                gap=8,
                weight=1,
            ),
        )


def _switch(title: str, store: RecorderStore, key: str, on: bool) -> w.Widget:
    return w.Row(
        (
            w.Text(title, style="body_large", colour=INK, weight=1),
            w.Switch(on, lambda value: store.put(**{key: value}), background=ACCENT if on else None, radius=16),
        ),
        padding=(16, 8),
        gap=12,
    )
