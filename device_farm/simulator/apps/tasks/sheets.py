"""The panels and dialogs of the list: sorting, the lists to choose from, what to do with marked tasks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from device_farm.simulator.apps.tasks.access import Tasks, new_uuid, order_of, preferences, store_of, zone_of
from device_farm.simulator.apps.tasks.editing import delete
from device_farm.simulator.apps.tasks.model import PRIORITIES, moment
from device_farm.simulator.apps.tasks.schema import LOCAL_ACCOUNT, PACKAGE, SETTINGS_CLASS
from device_farm.simulator.apps.tasks.sorting import GROUPS, MY_TASKS, RECENT, SORTS, TODAY, belongs
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w


def dialog(context: Tasks, name: str, argument: object) -> w.Overlay:
    """The overlay that the list has opened under `name`."""
    match name:
        case "sort":
            return _sort(context)
        case "grouping":
            return _modes(context, "group_mode", GROUPS, order_of(context).group)
        case "sorting":
            return _modes(context, "sort_mode", SORTS, order_of(context).sort)
        case "drawer":
            return _drawer(context)
        case "new_tag" | "new_list":
            return _new_name(context, name)
        case "clear_completed":
            return _clear_completed(context)
        case "mark_priority":
            return w.ChoiceDialog(
                "Change priority", PRIORITIES, on_pick=lambda level: _put(context, "importance", level)
            )
        case "mark_date":
            return _reschedule(context)
        case "mark_list":
            return _move(context)
        case "mark_tags":
            return _tag(context)
        case _:
            return w.Dialog(
                text="Delete selected tasks?",
                buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: _delete_marked(context))),
            )


# Sorting


def _sort(context: Tasks) -> w.Overlay:
    order, stored = order_of(context), preferences(context)
    rows: list[w.Widget] = [
        _mode_row(context, "Grouping", dict(GROUPS).get(order.group, "None"), "grouping", "group_ascending",
                  order.group_ascending, shows_direction=order.group >= 0),
        _mode_row(context, "Sorting", dict(SORTS).get(order.sort, "Smart sort"), "sorting", "sort_ascending",
                  order.sort_ascending),
        w.Divider(),
        w.SwitchRow("Move completed tasks to bottom", order.completed_at_bottom,
                    on_change=lambda on: stored.put(completed_tasks_at_bottom=on)),
    ]  # fmt: skip
    return w.BottomSheet(w.Column(tuple(rows), padding=(0, 8, 0, 24)))


def _mode_row(
    context: Tasks, title: str, body: str, name: str, flag: str, ascending: bool, *, shows_direction: bool = True
) -> w.Widget:
    def turn() -> None:
        preferences(context).put(**{flag: not ascending})

    direction = w.Row(
        (
            w.Icon("arrow_upward" if ascending else "arrow_downward", size=16),
            w.Text("Ascending" if ascending else "Descending"),
        ),
        gap=8,
        padding=(8, 8),
        on_tap=turn,
    )
    return w.ListRow(
        title,
        body,
        icon="expand_circle_down" if name == "grouping" else "swap_vert",
        trailing=direction if shows_direction else None,
        on_tap=lambda: context.dialog(name),
    )


def _modes(context: Tasks, key: str, modes: tuple[tuple[int, str], ...], now: int) -> w.Overlay:
    def pick(mode: int) -> None:
        preferences(context).put(**{key: mode})
        context.dismiss()

    rows = tuple(
        w.Text(
            label,
            style="title_large",
            colour="primary" if mode == now else "on_surface",
            padding=(16, 8),
            selected=mode == now,
            on_tap=lambda mode=mode: pick(mode),  # type: ignore[misc]
        )
        for mode, label in modes
    )
    return w.BottomSheet(w.Column(rows, padding=(0, 8, 0, 24)))


# Lists


def _drawer(context: Tasks) -> w.Overlay:
    store, now = store_of(context), context.local()
    active = [task for task in store.all() if not task.completed]

    def line(label: str, chosen: str, icon: str) -> w.Widget:
        count = sum(belongs(task, chosen, now) for task in active)

        def open_list() -> None:
            context.dismiss()
            context.update(chosen=chosen, selected=(), searching=False)

        return w.ListRow(
            label,
            icon=icon,
            trailing=w.Text(str(count), colour="on_surface_variant") if count else None,
            background="secondary_container" if context.state.chosen == chosen else None,
            selected=context.state.chosen == chosen,
            on_tap=open_list,
        )

    def heading(label: str, add: str) -> w.Widget:
        def open_dialog() -> None:
            context.dismiss()
            context.dialog(add)

        button = w.IconButton("add", description=f"Add {label.lower()}", on_tap=open_dialog)
        return w.Row(
            (w.Text(label, style="title_small", colour="on_surface_variant", weight=1), button), padding=(16, 0, 4, 0)
        )

    rows: list[w.Widget] = [
        line("My Tasks", MY_TASKS, "all_inbox"),
        w.Text("Filters", style="title_small", colour="on_surface_variant", padding=(16, 12)),
        line("Today", TODAY, "today"),
        line("Recently modified", RECENT, "history"),
        heading("Tags", "new_tag"),
        *(line(tag.name, f"tag:{tag.name}", "label") for tag in store.tags()),
        heading("Local lists", "new_list"),
        *(line(each.name, f"list:{each.name}", "list") for each in store.lists()),
        w.Divider(),
        w.ListRow("Settings", icon="settings", on_tap=lambda: _open_settings(context)),
    ]
    return w.BottomSheet(w.Scroll(tuple(rows), key="drawer", height=560))


def _open_settings(context: Tasks) -> None:
    context.dismiss()
    context.start(Intent(component=ComponentName(PACKAGE, SETTINGS_CLASS)))


def _new_name(context: Tasks, name: str) -> w.Overlay:
    what = "tag" if name == "new_tag" else "list"

    def add() -> None:
        text = context.text("name").strip()
        if not text:
            context.toast("Name cannot be empty")
            return
        store = store_of(context)
        if what == "tag":
            text = store.add_tag(text, new_uuid(context, f"tag {text}"))
        else:
            store.add_list(text, new_uuid(context, f"list {text}"), LOCAL_ACCOUNT)
        context.update(chosen=f"{what}:{text}")

    return w.Dialog(
        title=f"Create new {what}",
        body=w.TextField(key="name", hint="Name", autofocus=True),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Save", add)),
    )


# Tasks


def _clear_completed(context: Tasks) -> w.Overlay:
    store, now = store_of(context), context.local()
    ids = tuple(task.id for task in store.all() if task.completed and belongs(task, context.state.chosen, now))
    number = f"{len(ids)} task{'' if len(ids) == 1 else 's'}"
    return w.Dialog(
        title="Clear completed tasks?",
        text=f"{number} will be deleted. This cannot be undone!",
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", lambda: delete(context, ids) if ids else None)),
    )


def _put(context: Tasks, column: str, value: int) -> None:
    store_of(context).set(context.state.selected, column, value)
    context.update(selected=())


def _delete_marked(context: Tasks) -> None:
    ids = context.state.selected
    context.update(selected=())
    delete(context, ids)


def _reschedule(context: Tasks) -> w.Overlay:
    now = context.local().date()
    choices: list[tuple[str, date | None]] = [
        ("Today", now),
        ("Tomorrow", now + timedelta(days=1)),
        ("Next week", now + timedelta(days=7)),
        ("No date", None),
    ]

    def pick(index: int) -> None:
        day = choices[index][1]
        _put(context, "dueDate", 0 if day is None else moment(day, None, zone_of(context)))

    return w.ChoiceDialog("Due date", tuple(label for label, _ in choices), on_pick=pick)


def _move(context: Tasks) -> w.Overlay:
    store, names = store_of(context), tuple(each.name for each in store_of(context).lists())

    def pick(index: int) -> None:
        for task in store.all():
            if task.id in context.state.selected:
                store.save(replace(task, list_name=names[index]))
        context.update(selected=())

    return w.ChoiceDialog("Move", names, on_pick=pick)


def _tag(context: Tasks) -> w.Overlay:
    store = store_of(context)
    marked = [task for task in store.all() if task.id in context.state.selected]

    def put(name: str, on: bool) -> None:
        for task in marked:
            rest = tuple(tag for tag in task.tags if tag != name)
            store.save(replace(task, tags=(*rest, name) if on else rest))

    boxes = tuple(
        w.CheckRow(tag.name, all(tag.name in task.tags for task in marked),
                   on_change=lambda on, name=tag.name: put(name, on))  # type: ignore[misc]
        for tag in store.tags()
    )  # fmt: skip
    none = w.Text("No tags", style="body_large", colour="on_surface_variant")
    return w.Dialog(title="Tags", body=w.Column(boxes or (none,)), buttons=(w.DialogButton("OK"),))
