"""The one activity: the list of tasks, and the editor over it."""

from __future__ import annotations

from dataclasses import replace

from device_farm.simulator.apps.tasks import edit_dialogs, sheets
from device_farm.simulator.apps.tasks.access import ListState, Tasks, new_uuid, order_of, preferences, store_of
from device_farm.simulator.apps.tasks.completion import UNDO_COMPLETION, undo
from device_farm.simulator.apps.tasks.editing import open_new, open_task
from device_farm.simulator.apps.tasks.editor import editor, leave
from device_farm.simulator.apps.tasks.rows import item
from device_farm.simulator.apps.tasks.sorting import MY_TASKS, RECENT, TODAY, Item, Line, Order, arranged
from device_farm.simulator.intents import SEND, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

_QUERY = "query"
_TITLES = {MY_TASKS: "My Tasks", TODAY: "Today", RECENT: "Recently modified"}


def shown_list(context: Tasks) -> str:
    """The list on the screen: what is searched for, else the chosen one."""
    query = context.text(_QUERY).strip() if context.state.searching else ""
    return f"search:{query}" if query else context.state.chosen


def items(context: Tasks, order: Order) -> list[Item]:
    state = context.state
    return arranged(store_of(context).all(), shown_list(context), order, context.local(), state.folded)


class MainActivity(Activity[ListState]):
    def initial(self, context: Tasks) -> ListState:
        # A database that is not there is made at the start, whether anybody looks at the screen or not.
        store_of(context)
        return ListState()

    def build(self, context: Tasks) -> w.Widget:
        draft = context.state.draft
        if draft is not None:
            return editor(context, draft)
        order = order_of(context)
        entries = items(context, order)
        if entries:
            rows = tuple(item(context, entry, order) for entry in entries)
            # A key of its own for each list: another list starts at its top.
            body: w.Widget = w.Scroll(
                (*rows, w.Spacer(height=72)),
                key=f"recycler_view {shown_list(context)}",
                resource_id="recycler_view",
                class_name="androidx.recyclerview.widget.RecyclerView",
            )
        else:
            body = _empty()
        top = _marked_bar(context, entries) if context.state.selected else _bar(context)
        return w.Screen(app_bar=top, body=body, bottom=_bottom(context))

    def dialog(self, context: Tasks, name: str, argument: object) -> w.Overlay:
        draft = context.state.draft
        if draft is not None:
            return edit_dialogs.dialog(context, draft, name, argument)
        return sheets.dialog(context, name, argument)

    def on_event(self, context: Tasks, event: str, argument: object) -> None:
        if event == UNDO_COMPLETION:
            undo(context, argument)

    def on_new_intent(self, context: Tasks) -> None:
        task_id = context.intent.extras.get("open_task")
        task = store_of(context).get(int(task_id)) if isinstance(task_id, int) else None
        if task is not None:
            open_task(context, task)

    def on_back(self, context: Tasks) -> bool:
        state = context.state
        if leave(context):
            return True
        if state.selected:
            context.update(selected=())
        elif state.searching:
            context.set_text(_QUERY, "")
            context.update(searching=False)
        elif state.chosen != MY_TASKS:
            context.update(chosen=MY_TASKS)
        else:
            return False
        return True


def _title(chosen: str) -> str:
    return _TITLES.get(chosen) or chosen.partition(":")[2]


def _bar(context: Tasks) -> w.AppBar:
    if not context.state.searching:
        return w.AppBar(title=_title(context.state.chosen))
    field = w.TextField(
        key=_QUERY, hint="Search", style="plain", autofocus=True, resource_id="search_src_text", weight=1
    )
    return w.AppBar(navigation="back", title_widget=field)


def _empty() -> w.Widget:
    return w.Column(
        (
            w.Icon("check_circle_outline", size=96, colour="outline_variant"),
            w.Text("There are no tasks here.", style="title_large", colour="on_surface_variant"),
        ),
        main="center",
        cross="center",
        gap=16,
        height="fill",
    )


def _bottom(context: Tasks) -> w.Widget:
    def search() -> None:
        context.update(searching=True)

    def new() -> None:
        open_new(context)

    fab = w.Fab("add", description="Create new task", resource_id="fab", on_tap=new)
    return w.Row(
        (
            w.IconButton("menu", description="Menu", on_tap=lambda: context.dialog("drawer")),
            w.IconButton("search", description="Search", resource_id="menu_search", on_tap=search),
            w.IconButton(
                "swap_vert", description="Sort", resource_id="menu_sort", on_tap=lambda: context.dialog("sort")
            ),
            w.MenuButton(_menu(context), key="overflow"),
            w.Spacer(weight=1),
            fab,
        ),
        height=80,
        padding=(4, 0, 16, 0),
        background="surface_container",
        resource_id="bottomAppBar",
    )


def _menu(context: Tasks) -> tuple[w.MenuItem, ...]:
    order, stored = order_of(context), preferences(context)

    def fold(collapsed: int) -> None:
        tasks = store_of(context).all()
        parents = sorted({task.parent for task in tasks if task.parent})
        if parents:
            store_of(context).set(parents, "collapsed", collapsed)

    return (
        w.MenuItem(
            "Show unstarted",
            lambda: stored.put(show_hidden_tasks=not order.show_unstarted),
            checked=order.show_unstarted,
        ),
        w.MenuItem(
            "Show completed",
            lambda: stored.put(show_completed_tasks=not order.show_completed),
            checked=order.show_completed,
        ),
        w.MenuItem("Clear Completed", lambda: context.dialog("clear_completed")),
        w.MenuItem("Collapse subtasks", lambda: fold(1)),
        w.MenuItem("Expand subtasks", lambda: fold(0)),
        w.MenuItem("Share", lambda: _share(context, None)),
    )


def _share(context: Tasks, ids: tuple[int, ...] | None) -> None:
    """The tasks of the list, or the marked ones, as text with boxes."""
    lines = []
    for entry in items(context, order_of(context)):
        if isinstance(entry, Line) and (ids is None or entry.task.id in ids):
            box = "☑" if entry.task.completed else "☐"
            lines += [
                f"{'  ' * entry.depth}{box} {entry.task.title}",
                *([entry.task.notes] if entry.task.notes else []),
            ]
    context.start(Intent(action=SEND, type="text/plain", extras={"android.intent.extra.TEXT": "\n".join(lines)}))
    context.update(selected=())


def _copy(context: Tasks) -> None:
    store = store_of(context)
    for task in store.all():
        if task.id in context.state.selected:
            copy = replace(task, id=0, created=0, completed=0)
            store.save(copy, store.alarms(task.id), new_remote_id=new_uuid(context, f"copy {task.id}"))
    context.snackbar(f"{len(context.state.selected)} tasks copied")
    context.update(selected=())


def _marked_bar(context: Tasks, entries: list[Item]) -> w.AppBar:
    """While tasks are marked: how many, and what can be done with them."""

    def act(icon: str, description: str, resource_id: str, name: str) -> w.Widget:
        return w.IconButton(icon, description=description, resource_id=resource_id, on_tap=lambda: context.dialog(name))

    everything = tuple(entry.task.id for entry in entries if isinstance(entry, Line))
    return w.AppBar(
        title=str(len(context.state.selected)),
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=(
            act("label", "Tags", "edit_tags", "mark_tags"),
            act("list", "Move", "move_tasks", "mark_list"),
            act("schedule", "Reschedule", "reschedule", "mark_date"),
            act("flag", "Change priority", "edit_priority", "mark_priority"),
        ),
        overflow=(
            w.MenuItem("Select all", lambda: context.update(selected=everything)),
            w.MenuItem("Share", lambda: _share(context, context.state.selected)),
            w.MenuItem("Copy", lambda: _copy(context)),
            w.MenuItem("Delete", lambda: context.dialog("mark_delete")),
        ),
    )
