"""One contact: numbers and addresses with their actions, favourite, edit, share, delete."""

from __future__ import annotations

from device_farm.simulator.apps.contacts.access import contact_id_of, open_editor, store_of, vcard
from device_farm.simulator.apps.contacts.labels import EMAIL_LABELS, PHONE_LABELS, formatted_number, label_of
from device_farm.simulator.apps.contacts.model import Contact, EmailAddress, PhoneNumber
from device_farm.simulator.intents import DIAL, SEND, SENDTO, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context


class ContactDetail(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        contact = store_of(context).get(contact_id_of(context))
        if contact is None:
            return w.Screen(
                app_bar=w.AppBar(navigation="back"),
                body=w.Text("The contact doesn't exist.", style="body_large", padding=24),
            )
        return w.Screen(
            app_bar=self._bar(context, contact),
            body=w.Scroll(
                key="detail",
                children=(self._header(contact), self._actions(context, contact), *self._cards(context, contact)),
            ),
        )

    def _bar(self, context: Context[None], contact: Contact) -> w.AppBar:
        store = store_of(context)
        star = "Remove from favorites" if contact.starred else "Add to favorites"
        return w.AppBar(
            navigation="back",
            actions=(
                w.IconButton(
                    "edit",
                    description="Edit contact",
                    resource_id="menu_edit",
                    on_tap=lambda: open_editor(context, contact.id),
                ),
                w.IconButton(
                    "star" if contact.starred else "star_border",
                    description=star,
                    resource_id="menu_star",
                    on_tap=lambda: store.set_starred(contact.id, not contact.starred),
                ),
            ),
            overflow=(
                w.MenuItem("Share", lambda: self._share(context, contact)),
                w.MenuItem("Delete", lambda: context.dialog("delete")),
            ),
        )

    def _header(self, contact: Contact) -> w.Widget:
        name = contact.display_name or "(No name)"
        letter = name[:1].upper() if name[:1].isalpha() else ""
        company = (w.Text(contact.details.company, colour="on_surface_variant"),) if contact.details.company else ()
        return w.Column(
            (
                w.Avatar(letter, "" if letter else "person", name, 112),
                w.Text(name, style="headline", resource_id="large_title", align="center"),
                *company,
            ),
            cross="center",
            gap=8,
            padding=(16, 8),
        )

    def _actions(self, context: Context[None], contact: Contact) -> w.Widget:
        phone = contact.details.phones[0] if contact.details.phones else None
        email = contact.details.emails[0] if contact.details.emails else None
        return w.Row(
            (
                _action("Call", "call", phone is not None, lambda: _call(context, phone)),
                _action("Text", "chat", phone is not None, lambda: _text(context, phone)),
                _action("Email", "email", email is not None, lambda: _mail(context, email)),
            ),
            main="center",
            gap=40,
            padding=(16, 8),
        )

    def _cards(self, context: Context[None], contact: Contact) -> tuple[w.Widget, ...]:
        phones = (_phone_row(context, phone) for phone in contact.details.phones)
        emails = (_email_row(context, email) for email in contact.details.emails)
        rows: list[w.Widget] = [*phones, *emails]
        if not rows:
            rows.append(w.ListRow("Add phone number", icon="call", on_tap=lambda: open_editor(context, contact.id)))
        heading = w.Text("Contact info", style="title", padding=(16, 12, 16, 4))
        return (w.Column((w.Card(w.Column((heading, *rows))),), padding=(16, 8)),)

    def _share(self, context: Context[None], contact: Contact) -> None:
        text = vcard(contact.details)
        context.start(
            Intent(
                action=SEND,
                type="text/x-vcard",
                extras={"android.intent.extra.TEXT": text, "android.intent.extra.SUBJECT": contact.display_name},
            )
        )

    def dialog(self, context: Context[None], name: str, argument: object) -> w.Overlay:
        return w.Dialog(
            title="Delete contact?",
            text="This contact will be permanently deleted from your device",
            buttons=(w.DialogButton("Cancel"), w.DialogButton("Delete", lambda: self._delete(context))),
        )

    def _delete(self, context: Context[None]) -> None:
        contact_id = contact_id_of(context)
        store = store_of(context)
        contact = store.get(contact_id)
        store.delete(contact_id)
        context.toast(f"{contact.display_name} deleted" if contact is not None else "Contact deleted")
        context.finish()


def _phone_row(context: Context[None], phone: PhoneNumber) -> w.Widget:
    return w.ListRow(
        formatted_number(phone.number),
        label_of(PHONE_LABELS, phone.type, phone.label),
        "call",
        trailing=w.IconButton("chat", description=f"Text {phone.number}", on_tap=lambda: _text(context, phone)),
        on_tap=lambda: _call(context, phone),
        on_long_press=lambda: _copy(context, phone.number),
    )


def _email_row(context: Context[None], email: EmailAddress) -> w.Widget:
    return w.ListRow(
        email.address,
        label_of(EMAIL_LABELS, email.type, email.label),
        "email",
        on_tap=lambda: _mail(context, email),
        on_long_press=lambda: _copy(context, email.address),
    )


def _action(text: str, icon: str, enabled: bool, on_tap: w.Handler) -> w.Widget:
    return w.Column(
        (
            w.IconButton(icon, description=text, style="tonal", on_tap=on_tap, enabled=enabled),
            w.Text(text, style="label", align="center"),
        ),
        cross="center",
        gap=4,
    )


def _call(context: Context[None], phone: PhoneNumber | None) -> None:
    if phone is not None:
        context.start(Intent(action=DIAL, data=f"tel:{phone.number}"))


def _text(context: Context[None], phone: PhoneNumber | None) -> None:
    if phone is not None:
        context.start(Intent(action=SENDTO, data=f"smsto:{phone.number}"))


def _mail(context: Context[None], email: EmailAddress | None) -> None:
    if email is not None:
        context.start(Intent(action=SENDTO, data=f"mailto:{email.address}"))


def _copy(context: Context[None], text: str) -> None:
    context.copy(text)
    context.toast("Text copied")
