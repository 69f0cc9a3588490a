"""The editor of a task, in the order of the real one's rows."""

from __future__ import annotations

from device_farm.simulator.apps.tasks.access import Draft, Tasks, store_of, zone_of
from device_farm.simulator.apps.tasks.completion import set_completed
from device_farm.simulator.apps.tasks.editing import (
    change,
    change_alarms,
    close,
    is_changed,
    key,
    open_new,
    open_task,
    save,
)
from device_farm.simulator.apps.tasks.formats import date_time
from device_farm.simulator.apps.tasks.model import PRIORITIES, PRIORITY_COLOURS, is_overdue
from device_farm.simulator.apps.tasks.recurrence import recurrence_text
from device_farm.simulator.apps.tasks.reminders import alarm_text
from device_farm.simulator.apps.tasks.rows import box_icon
from device_farm.simulator.apps.tasks.store import DATE_TIME, SNOOZED, Alarm
from device_farm.simulator.toolkit import widgets as w

_GUTTER_DP = 56.0


def editor(context: Tasks, draft: Draft) -> w.Widget:
    rows = (
        _title(context, draft),
        w.Divider(),
        _start(context, draft),
        _due(context, draft),
        _row(context, "repeat", recurrence_text(draft.task.recurrence), "repeat", set_=bool(draft.task.recurrence)),
        _priority(context, draft),
        _row(context, "list", draft.task.list_name or "Default list", "list", set_=True),
        _notes(context, draft),
        _tags(context, draft),
        *_alarms(context, draft),
        *_subtasks(context, draft),
    )
    actions: tuple[w.Widget, ...] = ()
    if draft.task.id:
        actions = (
            w.IconButton("delete", description="Delete task", on_tap=lambda: context.dialog("delete", draft.task.id)),
        )
    leave = w.IconButton("save", description="Save", on_tap=lambda: save(context))
    return w.Screen(
        app_bar=w.AppBar(title_widget=w.Row((leave, w.Spacer(weight=1), *actions), weight=1)),
        body=w.Scroll((*rows, w.Spacer(height=48)), key=key(context, "form"), resource_id="task_edit_scroll"),
    )


def _icon(name: str) -> w.Widget:
    return w.Stack((w.Icon(name),), ("center",), width=_GUTTER_DP, height=56)


def _row(context: Tasks, icon: str, text: str, dialog: str, *, set_: bool, colour: w.Colour | None = None) -> w.Widget:
    def tap() -> None:
        context.focus(None)
        context.dialog(dialog)

    ink: w.Colour = colour or ("on_surface" if set_ else "outline")
    return w.Column(
        (
            w.Row(
                (_icon(icon), w.Text(text, style="body_large", colour=ink, weight=1)), on_tap=tap, padding=(0, 0, 16, 0)
            ),
            w.Divider(),
        )
    )


def _title(context: Tasks, draft: Draft) -> w.Widget:
    task = draft.task

    def complete() -> None:
        save(context)
        if task.id:
            set_completed(context, [task.id], not task.completed)

    box = w.Stack(
        (w.Icon(box_icon(task), colour=PRIORITY_COLOURS[task.priority]),),
        ("center",),
        width=_GUTTER_DP,
        height=56,
        class_name="android.widget.CheckBox",
        states=("checkable", "checked") if task.completed else ("checkable",),
        on_tap=complete,
    )
    field = w.TextField(
        key=key(context, "title"),
        hint="Task name",
        initial=task.title,
        style="plain",
        autofocus=not task.id,
        weight=1,
        padding=(0, 8, 16, 8),
        on_submit=lambda text: save(context),
    )
    return w.Row((box, field))


def _moment(context: Tasks, at_ms: int) -> str:
    return date_time(at_ms, context.local(), zone_of(context), is_24_hour=context.is_24_hour)


def _start(context: Tasks, draft: Draft) -> w.Widget:
    start = draft.task.hide_until
    text = _moment(context, start) if start else "No start date"
    return _row(context, "pending_actions", text, "start", set_=bool(start))


def _due(context: Tasks, draft: Draft) -> w.Widget:
    task = draft.task
    text = _moment(context, task.due) if task.due else "No due date"
    colour: w.Colour | None = "error" if is_overdue(task, context.local()) else None
    return _row(context, "schedule", text, "due", set_=bool(task.due), colour=colour)


def _priority(context: Tasks, draft: Draft) -> w.Widget:
    radios = tuple(
        w.Stack(
            (
                w.Icon(
                    "radio_button_checked" if level == draft.task.priority else "radio_button_unchecked",
                    colour=PRIORITY_COLOURS[level],
                ),
            ),
            ("center",),
            width=48,
            height=56,
            class_name="android.widget.RadioButton",
            description=PRIORITIES[level],
            states=("checkable", "checked") if level == draft.task.priority else ("checkable",),
            on_tap=lambda level=level: change(context, importance=level),  # type: ignore[misc]
        )
        for level in reversed(range(len(PRIORITIES)))
    )
    line = w.Row((_icon("flag"), w.Text("Priority", style="body_large", weight=1), *radios), padding=(0, 0, 8, 0))
    return w.Column((line, w.Divider()))


def _notes(context: Tasks, draft: Draft) -> w.Widget:
    field = w.TextField(
        key=key(context, "notes"),
        hint="Description",
        initial=draft.task.notes,
        style="plain",
        multiline=True,
        weight=1,
        padding=(0, 16, 16, 16),
    )
    return w.Column((w.Row((_icon("subject"), field), cross="start"), w.Divider()))


def _tags(context: Tasks, draft: Draft) -> w.Widget:
    tags = draft.task.tags
    if not tags:
        return _row(context, "label", "Add tags", "tags", set_=False)
    chips = tuple(w.Chip(tag, icon="label", on_tap=lambda: context.dialog("tags")) for tag in tags)
    return w.Column(
        (w.Row((_icon("label"), *chips), gap=6, on_tap=lambda: context.dialog("tags")), w.Divider()),
    )


def _alarms(context: Tasks, draft: Draft) -> tuple[w.Widget, ...]:
    def without(alarm: Alarm) -> None:
        change_alarms(context, tuple(other for other in draft.alarms if other != alarm))

    def text(alarm: Alarm) -> str:
        return _moment(context, alarm.time) if alarm.type in (DATE_TIME, SNOOZED) else alarm_text(alarm)

    rows = tuple(
        w.Row(
            (
                _icon("notifications") if number == 0 else w.Spacer(width=_GUTTER_DP),
                w.Text(text(alarm), style="body_large", weight=1),
                w.IconButton("clear", description="Delete", on_tap=lambda alarm=alarm: without(alarm)),  # type: ignore[misc]
            )
        )
        for number, alarm in enumerate(draft.alarms)
    )
    icon = w.Spacer(width=_GUTTER_DP) if rows else _icon("notifications")
    add = w.Row(
        (icon, w.Text("Add reminder", style="body_large", colour="outline", weight=1, padding=(0, 14))),
        on_tap=lambda: context.dialog("reminder"),
    )
    return (*rows, add, w.Divider())


def _subtasks(context: Tasks, draft: Draft) -> tuple[w.Widget, ...]:
    """Those of a stored task; a new one is saved first."""
    task = draft.task
    children = [each for each in store_of(context).all() if task.id and each.parent == task.id]
    rows = tuple(
        w.Row(
            (
                w.Spacer(width=_GUTTER_DP),
                w.Icon(box_icon(child), colour=PRIORITY_COLOURS[child.priority]),
                w.Text(child.title, style="body_large", strike=bool(child.completed), weight=1, padding=(12, 12)),
            ),
            on_tap=lambda child=child: open_task(context, child),  # type: ignore[misc]
        )
        for child in children
    )

    def add() -> None:
        save(context)
        open_new(context, parent=task)

    if not task.id:
        return ()
    text = w.Text("Add subtask", style="body_large", colour="outline", weight=1)
    return (*rows, w.Row((_icon("subdirectory_arrow_right"), text), on_tap=add))


def leave(context: Tasks) -> bool:
    """The system's Back."""
    draft = context.state.draft
    if draft is None:
        return False
    if is_changed(context, draft):
        context.dialog("discard")
    else:
        close(context)
    return True
