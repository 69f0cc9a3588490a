"""The bar over selected messages: copy, share, delete and more."""

from __future__ import annotations

from device_farm.simulator.apps.sms.bubbles import S
from device_farm.simulator.apps.sms.names import NEW_CLASS, PACKAGE, TEXT_EXTRA
from device_farm.simulator.apps.sms.store import Message
from device_farm.simulator.intents import SEND, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context


def selection_bar(context: Context[S], messages: tuple[Message, ...]) -> w.AppBar:
    selected = context.state.selected
    chosen = next((message for message in messages if message.id in selected), None)
    only = chosen if len(selected) == 1 else None
    actions: list[w.Widget] = []
    items: list[w.MenuItem] = []
    if only is not None:
        actions += [
            w.IconButton(
                "content_copy",
                description="Copy to clipboard",
                resource_id="cab_copy_to_clipboard",
                on_tap=lambda: _copy(context, only.body),
            ),
            w.IconButton("share", description="Share", resource_id="cab_share", on_tap=lambda: _share(context, only)),
        ]
        items += [
            w.MenuItem("Properties", lambda: context.dialog("details")),
            w.MenuItem("Forward", lambda: _forward(context, only)),
        ]
    items.append(w.MenuItem("Select all", lambda: context.update(selected=tuple(message.id for message in messages))))
    delete = w.IconButton(
        "delete_outline",
        description="Delete",
        resource_id="cab_delete",
        on_tap=lambda: context.dialog("delete_messages"),
    )
    return w.AppBar(
        f"{len(selected)} / {len(messages)}",
        navigation="back",
        on_navigation=lambda: context.update(selected=()),
        actions=(*actions, delete),
        overflow=tuple(items),
    )


def _copy(context: Context[S], text: str) -> None:
    context.copy(text)
    context.update(selected=())
    context.toast(f"Value copied to clipboard:\n{text}")


def _share(context: Context[S], message: Message) -> None:
    context.update(selected=())
    context.start(Intent(action=SEND, type="text/plain", extras={TEXT_EXTRA: message.body}))


def _forward(context: Context[S], message: Message) -> None:
    context.update(selected=())
    context.start(
        Intent(
            action=SEND,
            type="text/plain",
            component=ComponentName(PACKAGE, NEW_CLASS),
            extras={TEXT_EXTRA: message.body},
        )
    )
