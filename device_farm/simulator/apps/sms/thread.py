"""One conversation: its messages, the field for the next one, and what can be done to a selected message."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.contacts.phone_book import title_of
from device_farm.simulator.apps.sms.access import address_of, store_of, text_of
from device_farm.simulator.apps.sms.bubbles import message_rows
from device_farm.simulator.apps.sms.dates import bubble_date
from device_farm.simulator.apps.sms.selection import selection_bar
from device_farm.simulator.apps.sms.store import Message
from device_farm.simulator.intents import DIAL, INSERT, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

FIELD = "message"
_END_DP = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadState:
    """`address` is the number, empty while none is chosen; `selected` are ids of messages."""

    address: str
    selected: tuple[int, ...] = ()


class Thread(Activity[ThreadState]):
    """ThreadActivity."""

    def initial(self, context: Context[ThreadState]) -> ThreadState:
        return ThreadState(address=address_of(context.intent))

    def build(self, context: Context[ThreadState]) -> w.Widget:
        return thread_screen(context)

    def on_new_intent(self, context: Context[ThreadState]) -> None:
        address = address_of(context.intent)
        if address:
            context.update(address=address, selected=())
            context.set_text(FIELD, text_of(context.intent) or store_of(context).draft(address))

    def on_pause(self, context: Context[ThreadState]) -> None:
        """What came in while the conversation was open has been read; what was not sent is kept as a draft."""
        if context.state.address:
            store_of(context).mark(context.state.address, read=True)
            store_of(context).save_draft(context.state.address, context.text(FIELD, _first_text(context)))

    def on_back(self, context: Context[ThreadState]) -> bool:
        if context.state.selected:
            context.update(selected=())
            return True
        return False

    def dialog(self, context: Context[ThreadState], name: str, argument: object) -> w.Overlay:
        match name:
            case "delete_messages":
                return _delete_messages_dialog(context)
            case "details":
                return _details_dialog(context)
            case _:
                return _delete_conversation_dialog(context)


def thread_screen(context: Context[ThreadState]) -> w.Widget:
    state = context.state
    messages = store_of(context).messages(state.address)
    bar = selection_bar(context, messages) if state.selected else _bar(context, messages)
    rows = message_rows(context, messages)
    return w.Screen(
        app_bar=bar,
        # A list of another length opens at its end, where the newest message is.
        body=w.Scroll(
            (w.Column(rows, padding=(12, 8), gap=2),),
            key=f"messages:{len(messages)}",
            start=_END_DP,
            resource_id="thread_messages_list",
        ),
        bottom=_compose_row(context),
    )


def _bar(context: Context[ThreadState], messages: tuple[Message, ...]) -> w.AppBar:
    address = context.state.address
    title = title_of(context, address)
    dial = w.IconButton(
        "call",
        description="Dial number",
        resource_id="dial_number",
        on_tap=lambda: context.start(Intent(action=DIAL, data=f"tel:{address}")),
    )
    delete = w.IconButton(
        "delete_outline", description="Delete", resource_id="delete", on_tap=lambda: context.dialog("delete")
    )
    items = []
    if title == address:
        items.append(w.MenuItem("Add number to contact", lambda: _add_contact(context)))
    if messages:
        items.append(w.MenuItem("Mark as Unread", lambda: _mark_unread(context)))
    return w.AppBar(
        title,
        navigation="back",
        actions=(delete, dial) if messages else (dial,),
        overflow=tuple(items),
    )


def _compose_row(context: Context[ThreadState]) -> w.Widget:
    text = context.text(FIELD, _first_text(context))
    attach = w.IconButton("add", description="Attachment", resource_id="thread_add_attachment",
                          on_tap=lambda: context.toast("No app can perform this action."))  # fmt: skip
    field = w.TextField(
        "Type a message…",
        _first_text(context),
        key=FIELD,
        style="plain",
        multiline=True,
        autofocus=True,
        weight=1,
        resource_id="thread_type_message",
    )
    send = w.Button(
        "SMS",
        style="text",
        enabled=bool(text.strip()),
        description="OK",
        resource_id="thread_send_message",
        on_tap=lambda: _send(context),
    )
    return w.Column(
        (w.Divider(), w.Row((attach, field, send), padding=(4, 4), resource_id="message_holder")),
        background="surface",
    )


def _first_text(context: Context[ThreadState]) -> str:
    return text_of(context.intent) or store_of(context).draft(context.state.address)


def _send(context: Context[ThreadState]) -> None:
    text = context.text(FIELD, _first_text(context)).strip()
    if not text:
        return
    radio = not context.settings.is_on("global", "airplane_mode_on")
    store = store_of(context)
    store.save_draft(context.state.address, "")
    store.send(context.state.address, text, radio=radio)
    context.set_text(FIELD, "")
    if not radio:
        context.toast("Couldn’t send message, radio turned off")


def _add_contact(context: Context[ThreadState]) -> None:
    context.start(Intent(action=INSERT, type="vnd.android.cursor.dir/contact", extras={"phone": context.state.address}))


def _mark_unread(context: Context[ThreadState]) -> None:
    store_of(context).mark(context.state.address, read=False)
    context.finish()


def _delete_conversation_dialog(context: Context[ThreadState]) -> w.Overlay:
    def delete() -> None:
        context.set_text(FIELD, "")
        store_of(context).delete_conversation(context.state.address)
        context.finish()

    return w.Dialog(
        text="Are you sure you want to delete all messages of this conversation?",
        buttons=(w.DialogButton("No"), w.DialogButton("Yes", delete)),
    )


def _delete_messages_dialog(context: Context[ThreadState]) -> w.Overlay:
    count = len(context.state.selected)

    def delete() -> None:
        store_of(context).delete(context.state.selected)
        context.update(selected=())

    return w.Dialog(
        text=f"Are you sure you want to delete {count} message{'' if count == 1 else 's'}?",
        buttons=(w.DialogButton("No"), w.DialogButton("Yes", delete)),
    )


def _details_dialog(context: Context[ThreadState]) -> w.Overlay:
    found = [
        message for message in store_of(context).messages(context.state.address) if message.id in context.state.selected
    ]
    lines: list[str] = []
    for message in found:
        who, when = ("Sender", "Received at") if message.received else ("Receiver", "Sent at")
        lines += [f"{who}: {title_of(context, message.address)}", f"{when}: {bubble_date(context, message.date_ms)}"]
    return w.Dialog(title="Message details", text="\n".join(lines), buttons=(w.DialogButton("OK"),))
