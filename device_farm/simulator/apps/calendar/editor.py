"""The editor of an event or a task, which is also its page of details."""

from __future__ import annotations

from device_farm.simulator.apps.calendar import editor_dialogs
from device_farm.simulator.apps.calendar.access import DUPLICATE, config_of, event_intent, share, store_of, today
from device_farm.simulator.apps.calendar.editor_state import (
    Editor,
    EditorState,
    change,
    changed,
    loaded,
    save,
)
from device_farm.simulator.apps.calendar.formats import (
    day_title,
    interval_text,
    limit_label,
    limit_text,
    reminder_text,
    rule_label,
    rule_text,
)
from device_farm.simulator.apps.calendar.model import (
    ALL_DAY,
    REMINDER_OFF,
    EventType,
    argb,
    is_monthly,
    is_weekly,
    is_yearly,
)
from device_farm.simulator.apps.calendar.schema import REGULAR_EVENT_COLOUR
from device_farm.simulator.apps.times import two_digit_time
from device_farm.simulator.intents import VIEW, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

_GUTTER_DP = 56.0


class EditorActivity(Activity[EditorState]):
    """`task` is what a new entry becomes; resource ids start with `task_` or `event_` accordingly."""

    def __init__(self, *, task: bool) -> None:
        self._task = task
        self._prefix = "task" if task else "event"

    def initial(self, context: Editor) -> EditorState:
        return loaded(context, task=self._task)

    def build(self, context: Editor) -> w.Widget:
        if context.state.missing:
            return w.Screen(app_bar=w.AppBar(title=self._title(context), navigation="back"))
        parts = (
            *self._texts(context),
            w.Divider(),
            *self._times(context),
            w.Divider(),
            *self._reminders(context),
            w.Divider(),
            *self._repetition(context),
            w.Divider(),
            *self._kind(context),
        )
        form = w.Scroll(
            (*parts, w.Spacer(height=48)),
            key="form",
            resource_id=f"{self._prefix}_nested_scrollview",
            weight=1,
        )
        return w.Screen(app_bar=self._bar(context), body=w.Column((form, *self._completion(context)), height="fill"))

    def dialog(self, context: Editor, name: str, argument: object) -> w.Overlay:
        return editor_dialogs.dialog(context, name, argument)

    def on_permission(self, context: Editor, permission: str, granted: bool) -> None:
        if granted:
            save(context)
        else:
            context.toast("You must allow the app to display notifications for reminders to work")

    def on_back(self, context: Editor) -> bool:
        if context.state.missing or not changed(context):
            return False
        context.dialog("discard")
        return True

    def _title(self, context: Editor) -> str:
        return f"{'Edit' if context.state.draft.id else 'New'} {'Task' if self._task else 'Event'}"

    def _bar(self, context: Editor) -> w.AppBar:
        event = context.state.draft
        actions: list[w.Widget] = [
            w.IconButton("check", description="Save", resource_id="save", on_tap=lambda: save(context))
        ]
        if event.id:
            duplicate = f"Duplicate {'task' if self._task else 'event'}"
            actions += [
                w.IconButton("delete", description="Delete", resource_id="delete",
                             on_tap=lambda: context.dialog("delete")),
                w.IconButton("content_copy", description=duplicate, resource_id="duplicate",
                             on_tap=lambda: _duplicate(context)),
            ]  # fmt: skip
            if not self._task:
                actions.append(
                    w.IconButton("share", description="Share", resource_id="share",
                                 on_tap=lambda: share(context, [context.state.original]))
                )  # fmt: skip
        return w.AppBar(title=self._title(context), navigation="back", actions=tuple(actions))

    def _texts(self, context: Editor) -> tuple[w.Widget, ...]:
        event = context.state.original
        new = not context.state.draft.id

        def field(name: str, hint: str, start: str, *, lines: bool = False) -> w.Widget:
            return w.TextField(
                key=name,
                hint=hint,
                initial=start,
                style="plain",
                multiline=lines,
                autofocus=new and name == "title",
                resource_id=f"{self._prefix}_{name}",
                padding=(12, 8),
                weight=1 if name == "location" else 0,
            )

        def show_map() -> None:
            place = context.text("location", event.location).strip()
            if place:
                context.start(Intent(action=VIEW, data=f"geo:0,0?q={place}"))
            else:
                context.toast("Please fill in a location to be shown on a map")

        location = w.Row(
            (
                field("location", "Location", event.location),
                w.IconButton("place", resource_id="event_show_on_map", on_tap=show_map),
            )
        )
        return (
            field("title", "Title", event.title),
            *(() if self._task else (location,)),
            field("description", "Description", event.description, lines=True),
        )

    def _times(self, context: Editor) -> tuple[w.Widget, ...]:
        event, now = context.state.draft, today(context)
        is_24_hour = config_of(context).is_24_hour
        start, end = context.local(event.start_ts), context.local(event.end_ts)
        ink: w.Colour = "error" if event.start_ts > event.end_ts else "on_surface"

        def line(which: str, at_date: str, at_time: str, colour: w.Colour) -> w.Widget:
            name = {"start": "", "end": ""}[which] if self._task else f"{which}_"
            clock = w.Text(at_time, style="body_large", colour=colour, padding=(8, 12),
                           resource_id=f"{self._prefix}_{name}time",
                           on_tap=lambda: context.dialog(f"{which}_time"))  # fmt: skip
            day = w.Text(at_date, style="body_large", colour=colour, padding=(8, 12), weight=1,
                         resource_id=f"{self._prefix}_{name}date",
                         on_tap=lambda: context.dialog(f"{which}_date"))  # fmt: skip
            return w.Row(
                (w.Spacer(width=_GUTTER_DP - 8), day, *(() if event.all_day else (clock,))), padding=(0, 0, 8, 0)
            )

        lines = [line("start", day_title(start.date(), now), two_digit_time(start, is_24_hour), "on_surface")]
        if not self._task:
            lines.append(line("end", day_title(end.date(), now), two_digit_time(end, is_24_hour), ink))
        return (self._all_day(context), *lines)

    def _all_day(self, context: Editor) -> w.Widget:
        event = context.state.draft

        def toggle() -> None:
            context.focus(None)
            change(context, flags=event.flags ^ ALL_DAY)

        box = w.Checkbox(event.all_day, resource_id=f"{self._prefix}_all_day", on_change=lambda on: toggle())
        return w.Row(
            (
                _icon("access_time"),
                w.Text("All-day", style="body_large", weight=1),
                box,
            ),
            padding=(0, 0, 8, 0),
            height=48,
            resource_id=f"{self._prefix}_all_day_holder",
            on_tap=toggle,
        )

    def _reminders(self, context: Editor) -> tuple[w.Widget, ...]:
        event = context.state.draft
        minutes = (event.reminder_1_minutes, event.reminder_2_minutes, event.reminder_3_minutes)
        rows = []
        for number, value in enumerate(minutes, start=1):
            if number > 1 and minutes[number - 2] == REMINDER_OFF:
                break
            unset = number > 1 and value == REMINDER_OFF
            rows.append(
                w.Row(
                    (
                        _icon("notifications") if number == 1 else w.Spacer(width=_GUTTER_DP),
                        w.Text(
                            "Add another reminder" if unset else reminder_text(value),
                            style="body_large",
                            colour="outline" if unset else "on_surface",
                            weight=1,
                            padding=(0, 12),
                            resource_id=f"{self._prefix}_reminder_{number}",
                            on_tap=lambda number=number: _ask_reminder(context, number),  # type: ignore[misc]
                        ),
                    )
                )
            )
        return tuple(rows)

    def _repetition(self, context: Editor) -> tuple[w.Widget, ...]:
        event = context.state.draft
        interval = event.repeat_interval
        first = w.Row(
            (
                _icon("repeat"),
                w.Text(
                    interval_text(interval),
                    style="body_large",
                    weight=1,
                    padding=(0, 12),
                    resource_id=f"{self._prefix}_repetition",
                    on_tap=lambda: _without_keyboard(context, "interval"),
                ),
            )
        )
        if not interval:
            return (first,)
        rows: list[w.Widget] = [first]
        if is_weekly(interval) or is_monthly(interval) or is_yearly(interval):
            text = rule_text(interval, event.repeat_rule, context.local(event.start_ts).date())
            rows.append(self._pair(context, "rule", rule_label(interval, event.repeat_rule), text))
        until = context.local(event.repeat_limit).date() if event.repeat_limit > 0 else None
        rows.append(
            self._pair(context, "limit", limit_label(event.repeat_limit), limit_text(event.repeat_limit, until))
        )
        return tuple(rows)

    def _pair(self, context: Editor, name: str, label: str, value: str) -> w.Widget:
        prefix = f"{self._prefix}_repetition_{name}"
        return w.Row(
            (
                w.Spacer(width=_GUTTER_DP),
                w.Text(label, style="body_large", resource_id=f"{prefix}_label"),
                w.Text(value, style="body_large", align="end", weight=1, resource_id=prefix),
            ),
            gap=8,
            padding=(0, 12, 16, 12),
            resource_id=f"{prefix}_holder",
            on_tap=lambda: _without_keyboard(context, name),
        )

    def _kind(self, context: Editor) -> tuple[w.Widget, ...]:
        event = context.state.draft
        kinds = {kind.id: kind for kind in store_of(context).types()}
        regular = EventType(id=1, title="Regular event", colour=argb(REGULAR_EVENT_COLOUR))
        kind = kinds.get(event.event_type, regular)
        dot = w.Spacer(width=24, height=24, radius=12, background=argb(event.color or kind.colour),
                       resource_id=f"{self._prefix}_color")  # fmt: skip
        rows = (
            ("category", w.Text(kind.title, style="body_large", weight=1, resource_id=f"{self._prefix}_type"), "type"),
            (
                "palette",
                w.Text(
                    f"{'Task' if self._task else 'Event'} color",
                    style="body_large",
                    weight=1,
                    resource_id=f"{self._prefix}_color_text",
                ),
                "color",
            ),
        )
        return tuple(
            w.Row(
                (_icon(icon), text, *((dot,) if name == "color" else ())),
                padding=(0, 12, 16, 12),
                resource_id=f"{self._prefix}_{name}_holder",
                on_tap=lambda name=name: _without_keyboard(context, name),  # type: ignore[misc]
            )
            for icon, text, name in rows
        )

    def _completion(self, context: Editor) -> tuple[w.Widget, ...]:
        event = context.state.original
        if not (self._task and event.id):
            return ()
        found = store_of(context).between(event.start_ts, event.start_ts)
        done = any(each.completed for each in found if each.id == event.id and each.start_ts == event.start_ts)

        def toggle() -> None:
            store_of(context).set_completed(event, not done)
            context.finish()

        label = "Mark incomplete" if done else "Mark completed"
        button = w.Button(label, "text" if done else "filled", resource_id="toggle_mark_complete", on_tap=toggle)
        return (w.Column((button,), padding=(16, 8)),)


def _icon(name: str) -> w.Widget:
    return w.Stack((w.Icon(name),), ("center",), width=_GUTTER_DP, height=40)


def _without_keyboard(context: Editor, name: str) -> None:
    """Opens a dialog whose first look is taken from the draft."""
    context.focus(None)
    context.update(mask=context.state.draft.repeat_rule, limit=context.state.draft.repeat_limit)
    context.dialog(name)


def _ask_reminder(context: Editor, number: int) -> None:
    context.focus(None)
    if number == 1 and not config_of(context).flag("was_alarm_warning_shown"):
        context.dialog("reminder_warning", "reminder")
    else:
        context.dialog("reminder", number)


def _duplicate(context: Editor) -> None:
    intent = event_intent(context.state.original, **{DUPLICATE: True})
    context.finish()
    context.start(intent)
