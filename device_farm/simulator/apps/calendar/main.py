"""The main screen: search bar on top, one of six views, the button for new events and tasks."""

from __future__ import annotations

from datetime import date

from device_farm.simulator.apps.calendar import main_dialogs
from device_farm.simulator.apps.calendar.access import config_of, open_new, store_of, today
from device_farm.simulator.apps.calendar.config import DAILY, EVENT_LIST, MONTHLY_DAILY, WEEKLY, YEARLY
from device_farm.simulator.apps.calendar.lists import (
    day_rows,
    day_view,
    event_list,
    events_of_day,
    found,
    search_results,
    upcoming,
)
from device_farm.simulator.apps.calendar.main_state import (
    Main,
    MainState,
    can_go_to_today,
    new_event_day,
    show_day,
    shown_day,
    shown_view,
)
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.apps.calendar.month_view import month_and_day_view, month_view
from device_farm.simulator.apps.calendar.rows import occurrence_key
from device_farm.simulator.apps.calendar.schema import ABOUT_CLASS, PACKAGE, SETTINGS_CLASS
from device_farm.simulator.apps.calendar.week_view import week_view
from device_farm.simulator.apps.calendar.year_view import year_view
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

QUERY = "query"


def listed(context: Main) -> list[Event]:
    """The events of the list on the screen; what can be marked."""
    query = context.text(QUERY)
    if query:
        return found(context, query) if len(query) >= 2 else []
    if shown_view(context) == EVENT_LIST:
        return upcoming(context)
    return events_of_day(context, shown_day(context))


class MainActivity(Activity[MainState]):
    def initial(self, context: Main) -> MainState:
        # A database that is not there is made at the start, whether anybody looks at the screen or not.
        store_of(context)
        return MainState(day=today(context))

    def build(self, context: Main) -> w.Widget:
        query = context.text(QUERY)
        if query:
            body: w.Widget = search_results(context, query)
        else:
            body = w.Column((_view(context),), padding=(4, 0), height="fill")
        top = _marked_bar(context) if context.state.selected else _search_bar(context)
        screen = w.Screen(app_bar=None, body=w.Column((top, body), height="fill"))
        if query or context.state.selected or shown_view(context) in (WEEKLY, YEARLY):
            return screen
        return _with_button(context, screen)

    def dialog(self, context: Main, name: str, argument: object) -> w.Overlay:
        return main_dialogs.dialog(context, name, argument, listed)

    def on_back(self, context: Main) -> bool:
        state = context.state
        if state.selected:
            context.update(selected=())
        elif context.text(QUERY):
            context.set_text(QUERY, "")
        elif state.adding:
            context.update(adding=False)
        elif state.opened is not None:
            context.update(opened=None)
        elif state.month is not None:
            context.update(month=None)
        else:
            return False
        return True

    def on_new_intent(self, context: Main) -> None:
        context.update(adding=False)


def _view(context: Main) -> w.Widget:
    day = shown_day(context)
    match shown_view(context):
        case view if view == DAILY:
            return day_view(context, day)
        case view if view == WEEKLY:
            return week_view(context, day)
        case view if view == YEARLY:
            return year_view(context, day)
        case view if view == EVENT_LIST:
            return event_list(context)
        case view if view == MONTHLY_DAILY:
            return month_and_day_view(context, day_rows(context, day), day)
        case _:
            return month_view(context, day)


def _search_bar(context: Main) -> w.Widget:
    open_above = context.state.opened is not None or context.state.month is not None
    leaving = bool(context.text(QUERY)) or open_above
    icon = w.IconButton(
        "arrow_back" if leaving else "search",
        description="Back" if leaving else "Search",
        resource_id="top_toolbar_search_icon",
        on_tap=context.back if leaving else (lambda: context.focus(QUERY)),
    )
    field = w.TextField(
        key=QUERY,
        hint="Search",
        style="plain",
        resource_id="top_toolbar_search",
        on_change=lambda text: context.update(adding=False),
        weight=1,
    )
    bar = w.Row(
        (icon, field, *_actions(context), w.MenuButton(_menu(context), key="overflow")),
        height=52,
        radius=26,
        background="surface_high",
        padding=(2, 0),
        resource_id="top_toolbar_holder",
    )
    return w.Column((bar,), padding=(12, 6))


def _actions(context: Main) -> list[w.Widget]:
    """At most two icons find room beside the three dots."""
    change = w.IconButton(
        "view_agenda", description="Change view", resource_id="change_view", on_tap=lambda: context.dialog("view")
    )
    if can_go_to_today(context) and not context.text(QUERY):
        back = w.IconButton(
            "today",
            description="Go to today",
            resource_id="go_to_today",
            on_tap=lambda: show_day(context, today(context)),
        )
        return [back, change]
    if _filters(context):
        return [change, _filter_button(context)]
    settings = w.IconButton(
        "settings", description="Settings", resource_id="settings", on_tap=lambda: _open(context, SETTINGS_CLASS)
    )
    return [change, settings]


def _filters(context: Main) -> bool:
    return len(store_of(context).types()) > 1 or config_of(context).shown_types == frozenset()


def _filter_button(context: Main) -> w.Widget:
    return w.IconButton(
        "filter_list",
        description="Filter events by type",
        resource_id="filter",
        on_tap=lambda: context.dialog("filter"),
    )


def _menu(context: Main) -> tuple[w.MenuItem, ...]:
    items = []
    with_today = can_go_to_today(context) and not context.text(QUERY)
    if _filters(context) and with_today:
        items.append(w.MenuItem("Filter events by type", lambda: context.dialog("filter")))
    if shown_view(context) != EVENT_LIST:
        items.append(w.MenuItem("Go to date", lambda: context.dialog("go_to_date")))
    items += [
        w.MenuItem("Print", lambda: context.toast("No print service is enabled")),
        w.MenuItem("Add holidays", lambda: context.dialog("holidays")),
        w.MenuItem("Add contact birthdays", lambda: context.toast("No birthdays have been found")),
        w.MenuItem("Add contact anniversaries", lambda: context.toast("No anniversaries have been found")),
    ]
    if with_today or _filters(context):
        items.append(w.MenuItem("Settings", lambda: _open(context, SETTINGS_CLASS)))
    return (*items, w.MenuItem("About", lambda: _open(context, ABOUT_CLASS)))


def _open(context: Main, class_name: str) -> None:
    context.start(Intent(component=ComponentName(PACKAGE, class_name)))


def _marked_bar(context: Main) -> w.Widget:
    """While events are marked: how many, share, delete."""
    events, selected = listed(context), context.state.selected

    def select_all() -> None:
        context.update(selected=tuple(occurrence_key(event) for event in events))

    everything = len(selected) == len(events)
    count = w.Text(
        f"{len(selected)} / {len(events)}",
        style="title_large",
        weight=1,
        on_tap=(lambda: context.update(selected=())) if everything else select_all,
        resource_id="action_bar_title",
    )
    return w.Row(
        (
            w.IconButton("arrow_back", description="Done", resource_id="android:id/action_mode_close_button",
                         on_tap=lambda: context.update(selected=())),
            count,
            w.IconButton("share", description="Share", resource_id="cab_share",
                         on_tap=lambda: main_dialogs.share_marked(context, events)),
            w.IconButton("delete", description="Delete", resource_id="cab_delete",
                         on_tap=lambda: context.dialog("delete")),
        ),
        height=64,
        padding=(4, 0),
        background="surface_high",
    )  # fmt: skip


def _with_button(context: Main, screen: w.Widget) -> w.Widget:
    """The round button; with tasks allowed it first asks what is to be made."""
    tasks, adding = config_of(context).flag("allow_creating_tasks"), context.state.adding
    day, may_change_day = new_event_day(context)

    def make(task: bool, on: date = day) -> None:
        context.update(adding=False)
        open_new(context, on, task=task, may_change_day=may_change_day)

    fab = w.Fab(
        "event" if adding else "add",
        description="New Event",
        resource_id="calendar_fab",
        on_tap=(lambda: make(False)) if adding or not tasks else (lambda: context.update(adding=True)),
    )
    if not adding:
        return w.Stack((screen, w.Row((fab,), padding=(16, 16))), ("fill", "bottom_end"), height="fill", width="fill")
    veil = w.Spacer(
        width="fill",
        height="fill",
        background="scrim",
        resource_id="fab_extended_overlay",
        class_name="android.widget.RelativeLayout",
        on_tap=lambda: context.update(adding=False),
    )
    task_icon = w.IconButton(
        "task_alt", style="filled", resource_id="fab_task_icon", description="Task", on_tap=lambda: make(True)
    )
    choices = w.Column(
        (
            w.Row((_label("Task", "fab_task_label", lambda: make(True)), task_icon), gap=8, main="end"),
            w.Row((_label("Event", "fab_event_label", lambda: make(False)), fab), gap=8, main="end"),
        ),
        gap=12,
        cross="end",
        padding=(16, 16),
    )
    return w.Stack((screen, veil, choices), ("fill", "fill", "bottom_end"), height="fill", width="fill")


def _label(text: str, resource_id: str, on_tap: w.Handler) -> w.Widget:
    return w.Text(
        text,
        style="title",
        colour="on_surface",
        padding=(14, 8),
        radius=8,
        background="surface",
        resource_id=resource_id,
        on_tap=on_tap,
    )
