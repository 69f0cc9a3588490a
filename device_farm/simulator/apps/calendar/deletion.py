"""Deleting events: the dialog, which asks how far a deletion reaches where one repeats, and what it then does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

from device_farm.simulator.apps.calendar import reminders
from device_farm.simulator.apps.calendar.access import store_of
from device_farm.simulator.apps.calendar.model import Event
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import AppContext

Reach: TypeAlias = Literal["one", "future", "all"]

_REACHES: tuple[tuple[Reach, str, str], ...] = (
    ("one", "Delete the selected occurrence only", "delete_event_one_only"),
    ("future", "Delete this and all future occurrences", "delete_event_future"),
    ("all", "Delete all occurrences", "delete_event_all"),
)


def delete(context: AppContext, events: Sequence[Event], reach: Reach) -> None:
    """Occurrences of repeated events as `reach` says, the others as a whole."""
    store = store_of(context)
    whole = [event.id for event in events if reach == "all" or event.repeat_interval == 0]
    store.delete(whole)
    for event in events:
        if event.id in whole:
            reminders.forget(context, event.id)
        elif reach == "one":
            store.delete_occurrence(event.id, event.start_ts)
        else:
            store.end_before(event.id, event.start_ts)
    reminders.schedule_all(context)


def delete_dialog(
    events: Sequence[Event], reach: Reach, choose: Callable[[Reach], None], confirm: Callable[[Reach], None]
) -> w.Dialog:
    """`choose` is told what the person picks while the dialog is open, `confirm` what holds at Yes."""
    repeated = any(event.repeat_interval for event in events)
    parts: list[w.Widget] = [
        w.Text(
            "Are you sure you want to proceed with the deletion?",
            style="body_large",
            resource_id="delete_event_description",
        )
    ]
    if repeated:
        noun = "task" if all(event.is_task for event in events) else "event"
        parts.append(w.Text(f"The {noun} is repeatable", style="body", resource_id="delete_event_repeat_description"))
        parts.extend(
            w.Radio(reach == value, label, resource_id=resource_id, on_change=lambda on, value=value: choose(value))  # type: ignore[misc]
            for value, label, resource_id in _REACHES
        )
    return w.Dialog(
        body=w.Column(tuple(parts), gap=8),
        buttons=(w.DialogButton("No"), w.DialogButton("Yes", lambda: confirm(reach if repeated else "all"))),
    )
