"""Making and editing a contact. Nothing is stored before Save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from device_farm.simulator.apps.contacts.access import contact_id_of, contact_uri, open_detail, store_of
from device_farm.simulator.apps.contacts.labels import (
    CUSTOM_TYPE,
    DEFAULT_EMAIL_TYPE,
    DEFAULT_PHONE_TYPE,
    EMAIL_LABELS,
    PHONE_LABELS,
    label_of,
    type_of,
)
from device_farm.simulator.apps.contacts.model import ContactDetails, EmailAddress, PhoneNumber, split_name
from device_farm.simulator.intents import ActivityResult, ExtraValue
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

Kind: TypeAlias = Literal["phone", "email"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number or address in the making: its text is view state under `key`."""

    kind: Kind
    number: int
    type: int
    label: str = ""
    start: str = ""

    @property
    def key(self) -> str:
        return f"{self.kind}{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorState:
    """`start` is what the screen began with, for the question about discarded changes."""

    start: ContactDetails
    lines: tuple[Line, ...]


_TITLES: Mapping[Kind, str] = {"phone": "Phone", "email": "Email"}
_LABELS: Mapping[Kind, Mapping[int, str]] = {"phone": PHONE_LABELS, "email": EMAIL_LABELS}
_DEFAULTS: Mapping[Kind, int] = {"phone": DEFAULT_PHONE_TYPE, "email": DEFAULT_EMAIL_TYPE}
_NO_CHANGE = ContactDetails()


class ContactEditor(Activity[EditorState]):
    def initial(self, context: Context[EditorState]) -> EditorState:
        contact = store_of(context).get(contact_id_of(context))
        start = contact.details if contact is not None else details_of_extras(context.intent.extras)
        phones = [
            Line(kind="phone", number=place, type=phone.type, label=phone.label, start=phone.number)
            for place, phone in enumerate(start.phones)
        ]
        emails = [
            Line(kind="email", number=place, type=email.type, label=email.label, start=email.address)
            for place, email in enumerate(start.emails)
        ]
        phones = phones or [Line(kind="phone", number=0, type=DEFAULT_PHONE_TYPE)]
        emails = emails or [Line(kind="email", number=0, type=DEFAULT_EMAIL_TYPE)]
        return EditorState(start=start, lines=(*phones, *emails))

    def build(self, context: Context[EditorState]) -> w.Widget:
        editing = bool(contact_id_of(context))
        start = context.state.start
        return w.Screen(
            app_bar=w.AppBar(
                "Edit contact" if editing else "Create contact",
                navigation="close",
                on_navigation=context.back,
                actions=(w.Button("Save", on_tap=lambda: self._save(context), resource_id="toolbar_button"),),
            ),
            body=w.Scroll(
                key="editor",
                gap=12,
                padding=(16, 8),
                children=(
                    w.Column((w.Avatar(icon="add_a_photo", size=96),), cross="center", padding=(0, 8)),
                    _field("first", "First name", start.first, "person", autofocus=start.empty),
                    _field("last", "Last name", start.last, ""),
                    _field("company", "Company", start.company, "business"),
                    *self._lines(context, "phone"),
                    *self._lines(context, "email"),
                ),
            ),
        )

    def _lines(self, context: Context[EditorState], kind: Kind) -> tuple[w.Widget, ...]:
        lines = tuple(line for line in context.state.lines if line.kind == kind)
        icon = "call" if kind == "phone" else "email"
        return (
            *(self._line(context, line, icon if place == 0 else "") for place, line in enumerate(lines)),
            w.Row(
                (
                    w.Spacer(width=40),
                    w.Button(f"Add {kind}", "text", "add", on_tap=lambda: self._add(context, kind)),
                ),
            ),
        )

    def _line(self, context: Context[EditorState], line: Line, icon: str) -> w.Widget:
        labels = _LABELS[line.kind]
        types = (*labels, CUSTOM_TYPE)
        shown = label_of(labels, line.type, line.label)
        names = tuple(shown if kind == line.type else label_of(labels, kind) for kind in types)

        def picked(index: int) -> None:
            if types[index] == CUSTOM_TYPE:
                context.dialog("label", line)
            else:
                self._change(context, replace(line, type=types[index], label=""))

        return w.Row(
            (
                _gutter(icon),
                w.Column(
                    (
                        w.TextField(
                            _TITLES[line.kind],
                            line.start,
                            key=line.key,
                            kind=line.kind,
                        ),
                        w.Spinner(
                            names,
                            types.index(line.type) if line.type in types else 0,
                            picked,
                            key=f"{line.key}_label",
                            description=f"{shown} {_TITLES[line.kind]}",
                            width=160,
                        ),
                    ),
                    gap=4,
                    weight=1,
                    cross="stretch",
                ),
                w.IconButton(
                    "remove_circle_outline",
                    description=f"Delete {shown} {_TITLES[line.kind]}",
                    on_tap=lambda: self._remove(context, line),
                ),
            ),
            cross="start",
        )

    def _change(self, context: Context[EditorState], line: Line) -> None:
        context.update(lines=tuple(line if other.key == line.key else other for other in context.state.lines))

    def _add(self, context: Context[EditorState], kind: Kind) -> None:
        number = 1 + max((line.number for line in context.state.lines if line.kind == kind), default=-1)
        added = Line(kind=kind, number=number, type=_DEFAULTS[kind])
        context.update(lines=(*context.state.lines, added))
        context.focus(added.key)

    def _remove(self, context: Context[EditorState], line: Line) -> None:
        context.set_text(line.key, "")
        context.update(lines=tuple(other for other in context.state.lines if other.key != line.key))

    def _entered(self, context: Context[EditorState]) -> ContactDetails:
        start = context.state.start
        phones, emails = [], []
        for line in context.state.lines:
            text = context.text(line.key, line.start)
            match line.kind:
                case "phone":
                    phones.append(PhoneNumber(number=text, type=line.type, label=line.label))
                case "email":
                    emails.append(EmailAddress(address=text, type=line.type, label=line.label))
        return ContactDetails(
            first=context.text("first", start.first),
            last=context.text("last", start.last),
            company=context.text("company", start.company),
            phones=tuple(phones),
            emails=tuple(emails),
        ).trimmed()

    def _save(self, context: Context[EditorState]) -> None:
        entered, contact_id = self._entered(context), contact_id_of(context)
        store = store_of(context)
        if contact_id:
            store.update(contact_id, entered)
        elif entered.empty:
            context.toast("Nothing to save. Contact discarded.")
            context.finish()
            return
        else:
            contact_id = store.insert(entered)
            open_detail(context, contact_id)
        context.toast("Contact saved")
        context.finish(ActivityResult(ok=True, data=contact_uri(contact_id)))

    def on_back(self, context: Context[EditorState]) -> bool:
        if self._entered(context) == context.state.start.trimmed() and contact_id_of(context):
            return False
        if not contact_id_of(context) and self._entered(context) == _NO_CHANGE:
            return False
        context.dialog("discard")
        return True

    def dialog(self, context: Context[EditorState], name: str, argument: object) -> w.Overlay:
        match argument:
            case Line() as line:
                return self._label_dialog(context, line)
            case _:
                return w.Dialog(
                    text="Your changes have not been saved",
                    buttons=(
                        w.DialogButton("Cancel"),
                        w.DialogButton("Discard", context.finish),
                        w.DialogButton("Save", lambda: self._save(context)),
                    ),
                )

    def _label_dialog(self, context: Context[EditorState], line: Line) -> w.Overlay:
        return w.Dialog(
            title="Custom label",
            body=w.TextField("Custom label name", line.label, key="custom", autofocus=True),
            buttons=(
                w.DialogButton("Cancel"),
                w.DialogButton(
                    "OK",
                    lambda: self._change(
                        context, replace(line, type=CUSTOM_TYPE, label=context.text("custom", line.label).strip())
                    ),
                ),
            ),
        )


def _gutter(icon: str) -> w.Widget:
    return (
        w.Column((w.Icon(icon, colour="on_surface_variant"),), width=40, padding=(0, 16))
        if icon
        else w.Spacer(width=40)
    )


def _field(key: str, hint: str, start: str, icon: str, *, autofocus: bool = False) -> w.Widget:
    field = w.TextField(hint, start, key=key, weight=1, autofocus=autofocus)
    return w.Row((_gutter(icon), field, w.Spacer(width=48)), cross="start")


def details_of_extras(extras: Mapping[str, ExtraValue]) -> ContactDetails:
    """What an INSERT intent asks to have filled in, by the keys of `ContactsContract.Intents.Insert`."""
    first, last = split_name(str(extras.get("name", "")))
    phones, emails = [], []
    for prefix in ("", "secondary_", "tertiary_"):
        if number := extras.get(f"{prefix}phone"):
            kind, label = _type_extra(extras.get(f"{prefix}phone_type"), PHONE_LABELS, DEFAULT_PHONE_TYPE)
            phones.append(PhoneNumber(number=str(number), type=kind, label=label))
        if address := extras.get(f"{prefix}email"):
            kind, label = _type_extra(extras.get(f"{prefix}email_type"), EMAIL_LABELS, DEFAULT_EMAIL_TYPE)
            emails.append(EmailAddress(address=str(address), type=kind, label=label))
    return ContactDetails(
        first=first,
        last=last,
        company=str(extras.get("company", "")),
        phones=tuple(phones),
        emails=tuple(emails),
    )


def _type_extra(value: ExtraValue | None, labels: Mapping[int, str], default: int) -> tuple[int, str]:
    """A kind given by number or by name; a name that is none of the known ones is a custom label."""
    if value is None or value == "":
        return default, ""
    if isinstance(value, int) or str(value).isdigit():
        return int(str(value)), ""
    kind = type_of(labels, str(value))
    return kind, str(value) if kind == CUSTOM_TYPE else ""
