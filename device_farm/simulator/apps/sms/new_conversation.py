"""Choosing whom to write to: a number typed in, or a contact. Also where text shared by other apps arrives."""

from __future__ import annotations

from device_farm.simulator.apps.contacts.phone_book import Person, names, people, plain_number
from device_farm.simulator.apps.sms.access import address_of, store_of, text_of, thread_intent
from device_farm.simulator.apps.sms.bubbles import face
from device_farm.simulator.apps.sms.thread import Thread, ThreadState, thread_screen
from device_farm.simulator.framework.sms_provider import address_key
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_ADDRESS = "address"
_ROW_HEIGHT = 64.0
_SUGGESTIONS = 5
_SHORTEST_NUMBER = 3


class NewConversation(Thread):
    """NewConversationActivity. An intent that names a number goes on to the conversation at once."""

    def initial(self, context: Context[ThreadState]) -> ThreadState:
        return ThreadState(address=address_of(context.intent))

    def build(self, context: Context[ThreadState]) -> w.Widget:
        if context.state.address:
            return thread_screen(context)
        typed = context.text(_ADDRESS)
        found = tuple(person for person in people(context) if person.fits(typed))
        return w.Screen(
            app_bar=w.AppBar("New conversation", navigation="back"),
            body=w.Column(
                (
                    self._address_row(context, typed),
                    w.Divider(),
                    *self._suggestions(context, typed),
                    self._contacts(context, found),
                )
            ),
        )

    def _address_row(self, context: Context[ThreadState], typed: str) -> w.Widget:
        field = w.TextField(
            "Add Contact or Number…",
            key=_ADDRESS,
            style="plain",
            autofocus=True,
            weight=1,
            on_submit=lambda text: self._confirm(context, text),
            resource_id="new_conversation_address",
        )
        confirm = w.IconButton(
            "check", resource_id="new_conversation_confirm", on_tap=lambda: self._confirm(context, typed)
        )
        parts = (field, confirm) if len(typed.strip()) >= _SHORTEST_NUMBER else (field,)
        return w.Row(parts, padding=(12, 4))

    def _suggestions(self, context: Context[ThreadState], typed: str) -> tuple[w.Widget, ...]:
        """Whom one wrote to last."""
        recent = store_of(context).conversations()[:_SUGGESTIONS]
        if not recent or typed:
            return ()
        known = names(context)
        faces = tuple(
            self._face(context, known.get(address_key(entry.address), entry.address), entry.address) for entry in recent
        )
        label = w.Text(
            "Suggestions",
            style="title_small",
            colour="primary",
            padding=(16, 12, 16, 4),
            resource_id="suggestions_label",
        )
        return (label, w.Row(faces, gap=4, padding=(12, 4), resource_id="suggestions_holder"))

    def _face(self, context: Context[ThreadState], name: str, address: str) -> w.Widget:
        return w.Column(
            (
                face(name, 48),
                w.Text(name, style="label", max_lines=1, align="center", resource_id="suggested_contact_name"),
            ),
            gap=4,
            cross="center",
            width=72,
            resource_id="suggested_contact_holder",
            on_tap=lambda: self._open(context, address),
        )

    def _contacts(self, context: Context[ThreadState], found: tuple[Person, ...]) -> w.Widget:
        if not found:
            empty = w.Text("No contacts found", colour="on_surface_variant", align="center", padding=24,
                           resource_id="no_contacts_placeholder")  # fmt: skip
            return w.Column((empty,), weight=1)
        return w.LazyList(
            key="contacts",
            count=len(found),
            row=lambda index: self._row(context, found[index]),
            row_height=_ROW_HEIGHT,
            weight=1,
            resource_id="contacts_list",
        )

    def _row(self, context: Context[ThreadState], person: Person) -> w.Widget:
        return w.ListRow(
            person.name,
            ", ".join(map(plain_number, person.numbers)),
            leading=face(person.name),
            title_id="item_contact_name",
            summary_id="item_contact_number",
            resource_id="item_contact_frame",
            height=_ROW_HEIGHT,
            summary_lines=1,
            on_tap=lambda: self._picked(context, person),
        )

    def _picked(self, context: Context[ThreadState], person: Person) -> None:
        if len(person.numbers) == 1:
            self._open(context, plain_number(person.numbers[0]))
        else:
            context.dialog("numbers", person)

    def _confirm(self, context: Context[ThreadState], typed: str) -> None:
        """A number as it was typed; a short code with letters cannot be written to."""
        entered = typed.strip()
        if len(entered) < _SHORTEST_NUMBER:
            return
        if any(character.isalpha() for character in entered):
            context.set_text(_ADDRESS, "")
            context.toast("Can’t reply to short codes like this")
            return
        self._open(context, plain_number(entered) or entered)

    def _open(self, context: Context[ThreadState], address: str) -> None:
        context.start(thread_intent(address, text_of(context.intent)))

    def dialog(self, context: Context[ThreadState], name: str, argument: object) -> w.Overlay:
        if isinstance(argument, Person):
            numbers = tuple(map(plain_number, argument.numbers))
            return w.ChoiceDialog(argument.name, numbers, -1, lambda index: self._open(context, numbers[index]))
        return super().dialog(context, name, argument)
