"""The messages of a conversation: what came in at the left, what was sent at the right, dates between them."""

from __future__ import annotations

from typing import Protocol, TypeVar

from device_farm.simulator.apps.contacts.phone_book import title_of
from device_farm.simulator.apps.sms.access import store_of
from device_farm.simulator.apps.sms.dates import bubble_date
from device_farm.simulator.apps.sms.store import Message
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_PAUSE_MS = 300_000
"""A message later than this after the one before gets a date of its own (MIN_DATE_TIME_DIFF_SECS of the app)."""
_BUBBLE_CHARACTERS = 34
_BUBBLE_DP = 290.0


class HasMessages(Protocol):
    """State of a screen that shows a conversation and may have messages selected."""

    @property
    def address(self) -> str: ...
    @property
    def selected(self) -> tuple[int, ...]: ...


S = TypeVar("S", bound=HasMessages)


def face(name: str, size: float = 40) -> w.Widget:
    """The first letter of a name; a person for what begins with none, such as a number."""
    letter = name[:1].upper() if name[:1].isalpha() else ""
    return w.Avatar(letter, "" if letter else "person", name, size=size)


def message_rows(context: Context[S], messages: tuple[Message, ...]) -> tuple[w.Widget, ...]:
    rows: list[w.Widget] = []
    name = title_of(context, context.state.address)
    for index, message in enumerate(messages):
        if index == 0 or message.date_ms - messages[index - 1].date_ms > _PAUSE_MS:
            rows.append(_date(context, message))
        rows.append(_bubble(context, message, name))
        if message.failed:
            rows.append(_failed(context, message))
    return tuple(rows)


def _date(context: Context[S], message: Message) -> w.Widget:
    text = bubble_date(context, message.date_ms)
    return w.Row((w.Text(text, style="body_small", colour="on_surface_variant", resource_id="thread_date_time"),),
                 main="center", padding=(0, 10, 0, 6))  # fmt: skip


def _bubble(context: Context[S], message: Message, name: str) -> w.Widget:
    chosen = message.id in context.state.selected

    def toggle() -> None:
        selected = context.state.selected
        kept = tuple(other for other in selected if other != message.id)
        context.update(selected=kept if message.id in selected else (*selected, message.id))

    body = w.Text(
        message.body,
        style="body_large",
        colour="on_surface" if message.received else "on_primary",
        background="surface_highest" if message.received else "primary",
        radius=18,
        padding=(14, 9),
        # A long text is broken at a fixed width; a short one makes its bubble as wide as itself.
        width=_BUBBLE_DP if len(message.body) > _BUBBLE_CHARACTERS else None,
        resource_id="thread_message_body",
        on_tap=toggle if context.state.selected else None,
        on_long_press=toggle,
    )
    parts = (face(name, 32), body) if message.received else (body,)
    return w.Row(
        parts,
        gap=8,
        main="start" if message.received else "end",
        padding=(4, 3),
        radius=8,
        background="secondary_container" if chosen else None,
        selected=chosen,
        resource_id="thread_message_holder",
    )


def _failed(context: Context[S], message: Message) -> w.Widget:
    def retry() -> None:
        store = store_of(context)
        store.delete((message.id,))
        store.send(message.address, message.body, radio=not context.settings.is_on("global", "airplane_mode_on"))

    text = w.Text("Not sent. Touch to retry.", style="body_small", colour="error", resource_id="thread_error")
    return w.Row((text,), main="end", padding=(4, 2), on_tap=retry)
