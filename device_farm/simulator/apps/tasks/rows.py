"""How a list of tasks looks: headings that fold, rows with box, title, due date, description and chips."""

from __future__ import annotations

from device_farm.simulator.apps.tasks.access import Tasks, store_of, zone_of
from device_farm.simulator.apps.tasks.completion import set_completed
from device_farm.simulator.apps.tasks.editing import open_task
from device_farm.simulator.apps.tasks.formats import clock, date_time
from device_farm.simulator.apps.tasks.model import PRIORITY_COLOURS, Task, has_time, is_overdue, is_unstarted, local
from device_farm.simulator.apps.tasks.sorting import Heading, Item, Line, Order, due_text_is_in_heading
from device_farm.simulator.toolkit import widgets as w

_INDENT_DP = 20.0


def item(context: Tasks, entry: Item, order: Order) -> w.Widget:
    return _heading(context, entry) if isinstance(entry, Heading) else _line(context, entry, order)


def _heading(context: Tasks, heading: Heading) -> w.Widget:
    folded = context.state.folded
    closed = heading.key in folded

    def toggle() -> None:
        context.update(folded=folded - {heading.key} if closed else folded | {heading.key})

    colour: w.Colour = "error" if heading.key == "Overdue" else "primary"
    return w.Row(
        (
            w.Text(heading.text, style="title_small", colour=colour, weight=1, resource_id="header"),
            w.Icon("expand_more" if closed else "expand_less", resource_id="chevron"),
        ),
        padding=(16, 10, 12, 10),
        resource_id="header_row",
        class_name="android.widget.RelativeLayout",
        on_tap=toggle,
    )


def box_icon(task: Task) -> str:
    if task.completed:
        return "check_box"
    return "repeat" if task.recurrence else "check_box_outline_blank"


def _line(context: Tasks, line: Line, order: Order) -> w.Widget:
    task, selected = line.task, context.state.selected
    dim = bool(task.completed) or is_unstarted(task, context.now_s * 1000)
    texts: list[w.Widget] = [
        w.Row(
            (
                w.Text(
                    task.title or "(No title)",
                    style="body_large",
                    colour="outline" if dim else "on_surface",
                    strike=bool(task.completed),
                    weight=1,
                    resource_id="title",
                ),
                *_due(context, line, order),
            ),
            gap=8,
            cross="start",
        )
    ]
    if task.notes:
        texts.append(w.Text(task.notes.strip(), colour="on_surface_variant", max_lines=2, resource_id="description"))
    chips = _chips(context, line)
    if chips:
        texts.append(w.Row(chips, gap=6, padding=(0, 4, 0, 0), resource_id="chip_group"))
    body = w.Row(
        (_box(context, task), w.Column(tuple(texts), weight=1, gap=2, padding=(0, 12, 16, 12))),
        cross="start",
        background="primary_container" if task.id in selected else None,
        selected=task.id in selected,
        resource_id="rowBody",
        class_name="android.widget.RelativeLayout",
        on_tap=(lambda: toggle(context, task.id)) if selected else (lambda: open_task(context, task)),
        on_long_press=lambda: toggle(context, task.id),
    )
    return w.Column((body,), padding=(line.depth * _INDENT_DP, 0, 0, 0), resource_id="row")


def toggle(context: Tasks, task_id: int) -> None:
    selected = context.state.selected
    rest = tuple(other for other in selected if other != task_id)
    context.update(selected=rest if task_id in selected else (*selected, task_id))


def _box(context: Tasks, task: Task) -> w.Widget:
    done = bool(task.completed)
    return w.Stack(
        (w.Icon(box_icon(task), colour=PRIORITY_COLOURS[task.priority]),),
        ("center",),
        width=56,
        height=48,
        class_name="android.widget.ImageView",
        resource_id="completeBox",
        states=("checkable", "checked") if done else ("checkable",),
        on_tap=lambda: set_completed(context, [task.id], not done),
    )


def _due(context: Tasks, line: Line, order: Order) -> tuple[w.Widget, ...]:
    """The due date, or only its time below a heading that names the day."""
    task, now, zone = line.task, context.local(), zone_of(context)
    if not task.due:
        return ()
    if due_text_is_in_heading(line, order, now):
        text = clock(local(task.due, zone), context.is_24_hour) if has_time(task.due) else ""
    else:
        text = date_time(task.due, now, zone, is_24_hour=context.is_24_hour, short=True)
    if not text:
        return ()
    colour: w.Colour = "error" if is_overdue(task, now) else "on_surface_variant"
    return (w.Text(text, colour=colour, resource_id="due_date", padding=(0, 2)),)


def _chips(context: Tasks, line: Line) -> tuple[w.Widget, ...]:
    task, now, chosen = line.task, context.local(), context.state.chosen
    chips: list[w.Widget] = []
    if line.children:
        text = f"{line.children} subtask{'' if line.children == 1 else 's'}"
        fold = "expand_more" if task.collapsed else "expand_less"
        chips.append(_chip(text, fold, lambda: store_of(context).set([task.id], "collapsed", int(not task.collapsed))))
    if is_unstarted(task, context.now_s * 1000) and task.hide_until != task.due:
        start = date_time(task.hide_until, now, zone_of(context), is_24_hour=context.is_24_hour, short=True)
        chips.append(_chip(start, "pending_actions"))
    if task.list_name and line.depth == 0 and not chosen.startswith("list:"):
        chips.append(_chip(task.list_name, "list", lambda: context.update(chosen=f"list:{task.list_name}")))
    chips.extend(
        _chip(tag, "label", lambda tag=tag: context.update(chosen=f"tag:{tag}"))  # type: ignore[misc]
        for tag in task.tags
        if chosen != f"tag:{tag}"
    )
    return tuple(chips)


def _chip(text: str, icon: str, on_tap: w.Handler | None = None) -> w.Widget:
    return w.Chip(text, icon=icon, on_tap=on_tap)
