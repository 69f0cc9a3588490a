"""The start screen: conversations, the search in messages, and the question to become the app for messages."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from device_farm.simulator.apps.contacts.phone_book import names
from device_farm.simulator.apps.overlays import question
from device_farm.simulator.apps.sms.access import store_of, thread_intent
from device_farm.simulator.apps.sms.bubbles import face
from device_farm.simulator.apps.sms.dates import list_date
from device_farm.simulator.apps.sms.names import DEFAULT_APP_KEY, LABEL, NEW_CLASS, PACKAGE, is_default, set_default
from device_farm.simulator.apps.sms.store import Conversation
from device_farm.simulator.framework.sms_provider import address_key
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_ROW_HEIGHT = 72.0
_SEARCH = "search"
_SHORTEST_SEARCH = 2
_ROLE = "com.google.android.permissioncontroller:id/"


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`selected` are addresses of conversations; `candidate` is what is marked in the question for the default app."""

    selected: tuple[str, ...] = ()
    candidate: str = ""


class Main(Activity[MainState]):
    def initial(self, context: Context[MainState]) -> MainState:
        return MainState()

    def build(self, context: Context[MainState]) -> w.Widget:
        if not is_default(context.files):
            return _role_question(context)
        query = context.text(_SEARCH).strip()
        conversations = store_of(context).conversations()
        known = names(context)
        if query:
            body = _results(context, query, known)
        elif conversations:
            body = w.LazyList(
                key="conversations",
                count=len(conversations),
                row=lambda index: _row(context, conversations[index], known),
                row_height=_ROW_HEIGHT,
                weight=1,
                resource_id="conversations_list",
            )
        else:
            body = _nothing(context)
        top = _selection_bar(context, conversations) if context.state.selected else _search_row(context)
        return w.Screen(
            body=w.Column((top, body)),
            fab=w.Fab("add", resource_id="conversations_fab", on_tap=lambda: _new_conversation(context)),
        )

    def on_back(self, context: Context[MainState]) -> bool:
        if context.state.selected:
            context.update(selected=())
        elif context.text(_SEARCH):
            context.set_text(_SEARCH, "")
            context.focus(None)
        else:
            return False
        return True

    def dialog(self, context: Context[MainState], name: str, argument: object) -> w.Overlay:
        selected = context.state.selected
        if name == "about":
            return w.Dialog(title="Simple SMS Messenger", text="Version 5.19.3", buttons=(w.DialogButton("OK"),))

        def delete() -> None:
            for address in selected:
                store_of(context).delete_conversation(address)
            context.update(selected=())

        count = f"{len(selected)} conversation{'' if len(selected) == 1 else 's'}"
        return w.Dialog(
            text=f"Are you sure you want to delete {count}?",
            buttons=(w.DialogButton("No"), w.DialogButton("Yes", delete)),
        )


def _new_conversation(context: Context[MainState]) -> None:
    context.start(Intent(component=ComponentName(PACKAGE, NEW_CLASS)))


def _search_row(context: Context[MainState]) -> w.Widget:
    bar = w.SearchBar("Search", key=_SEARCH, weight=1, resource_id="top_toolbar_search")
    about = w.IconButton("info", description="About", resource_id="about", on_tap=lambda: context.dialog("about"))
    return w.Row((bar, about), padding=(16, 8, 4, 8), resource_id="main_menu")


def _nothing(context: Context[MainState]) -> w.Widget:
    return w.Column(
        (
            w.Text(
                "No stored conversations have been found",
                style="body_large",
                align="center",
                resource_id="no_conversations_placeholder",
            ),
            w.Text(
                "Start a conversation",
                style="body_large",
                colour="primary",
                align="center",
                padding=12,
                resource_id="no_conversations_placeholder_2",
                on_tap=lambda: _new_conversation(context),
            ),
        ),
        padding=(24, 32),
        weight=1,
    )


def _row(context: Context[MainState], entry: Conversation, known: dict[str, str]) -> w.Widget:
    name = known.get(address_key(entry.address), entry.address)
    weight: w.FontWeight = "regular" if entry.read else "bold"
    snippet = entry.draft or entry.snippet
    chosen = entry.address in context.state.selected

    def toggle() -> None:
        selected = context.state.selected
        kept = tuple(other for other in selected if other != entry.address)
        context.update(selected=kept if chosen else (*selected, entry.address))

    draft = (w.Text("Draft", style="body", colour="primary", resource_id="draft_indicator"),) if entry.draft else ()
    words = w.Column(
        (
            w.Text(name, style="body_large", font_weight=weight, max_lines=1, resource_id="conversation_address"),
            w.Row(
                (
                    *draft,
                    w.Text(
                        snippet.replace("\n", " "),
                        colour="on_surface_variant" if entry.read else "on_surface",
                        font_weight=weight,
                        max_lines=1,
                        weight=1,
                        resource_id="conversation_body_short",
                    ),
                ),
                gap=6,
            ),
        ),
        gap=2,
        weight=1,
    )
    date = w.Text(list_date(context, entry.date_ms), style="body_small", colour="on_surface_variant",
                  resource_id="conversation_date")  # fmt: skip
    return w.Row(
        (face(name, 44), words, date),
        gap=14,
        padding=(16, 8),
        height=_ROW_HEIGHT,
        background="secondary_container" if chosen else None,
        selected=chosen,
        resource_id="conversation_frame",
        on_tap=toggle if context.state.selected else lambda: _open(context, entry.address),
        on_long_press=toggle,
    )


def _open(context: Context[MainState], address: str) -> None:
    store_of(context).mark(address, read=True)
    context.cancel_notification(notification_id(address))
    context.start(thread_intent(address))


def notification_id(address: str) -> int:
    """One notification a conversation."""
    return zlib.crc32(address_key(address).encode()) & 0x7FFFFFFF


def _selection_bar(context: Context[MainState], conversations: tuple[Conversation, ...]) -> w.Widget:
    selected = context.state.selected
    delete = w.IconButton(
        "delete_outline", description="Delete", resource_id="cab_delete", on_tap=lambda: context.dialog("delete")
    )

    def mark(read: bool) -> None:
        for address in selected:
            store_of(context).mark(address, read=read)
        context.update(selected=())

    items = (
        w.MenuItem("Mark as Read", lambda: mark(True)),
        w.MenuItem("Mark as Unread", lambda: mark(False)),
        w.MenuItem("Select all", lambda: context.update(selected=tuple(entry.address for entry in conversations))),
    )
    copy = w.MenuItem("Copy number to clipboard", lambda: context.copy(selected[0]))
    return w.AppBar(
        f"{len(selected)} / {len(conversations)}",
        navigation="back",
        on_navigation=lambda: context.update(selected=()),
        actions=(delete,),
        overflow=(copy, *items) if len(selected) == 1 else items,
    )


def _results(context: Context[MainState], query: str, known: dict[str, str]) -> w.Widget:
    if len(query) < _SHORTEST_SEARCH:
        return _hint("Type in at least 2 characters to start the search.", "search_placeholder_2")
    wanted = query.lower()
    by_name = [
        entry
        for entry in store_of(context).conversations()
        if wanted in known.get(address_key(entry.address), entry.address).lower()
    ]
    lines = [(entry.address, entry.snippet, entry.date_ms) for entry in by_name]
    lines += [(message.address, message.body, message.date_ms) for message in store_of(context).search(query)]
    if not lines:
        return _hint("No items found.", "search_placeholder")
    return w.LazyList(
        key="results",
        count=len(lines),
        row=lambda index: _result(context, *lines[index], known),
        row_height=_ROW_HEIGHT,
        weight=1,
        resource_id="search_results_list",
    )


def _hint(text: str, resource_id: str) -> w.Widget:
    return w.Text(text, align="center", padding=32, colour="on_surface_variant", resource_id=resource_id)


def _result(context: Context[MainState], address: str, body: str, date_ms: int, known: dict[str, str]) -> w.Widget:
    name = known.get(address_key(address), address)
    return w.ListRow(
        name,
        body.replace("\n", " "),
        leading=w.Avatar("", "person", name),
        trailing=w.Text(list_date(context, date_ms), style="body_small", colour="on_surface_variant"),
        title_id="search_result_title",
        summary_id="search_result_snippet",
        summary_lines=1,
        height=_ROW_HEIGHT,
        on_tap=lambda: _open(context, address),
    )


def _role_question(context: Context[MainState]) -> w.Widget:
    """The system's question over an empty screen; the answer no ends the app, as it does there."""
    marked = context.state.candidate == PACKAGE

    def accept() -> None:
        set_default(context.files)
        context.settings.put("secure", DEFAULT_APP_KEY, PACKAGE)

    current = w.RadioRow("Don’t change", not marked, on_tap=lambda: context.update(candidate=""), padding=(20, 8))
    own = w.RadioRow(
        LABEL,
        marked,
        summary="Gets access to Contacts, SMS, Phone",
        on_tap=lambda: context.update(candidate=PACKAGE),
        padding=(20, 8),
    )
    buttons = w.Row(
        (
            w.Button("Cancel", style="text", resource_id="android:id/button2", on_tap=context.finish),
            w.Button("Set as default", style="text", enabled=marked, resource_id="android:id/button1", on_tap=accept),
        ),
        main="end",
        gap=8,
        padding=(20, 8),
    )
    title = w.Text(
        f"Set {LABEL} as your default SMS app?",
        style="title_large",
        padding=(24, 24, 24, 12),
        resource_id=_ROLE + "title",
    )
    return question(title, current, own, buttons)
