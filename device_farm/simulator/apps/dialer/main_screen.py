"""The phone app's main screen: favorites, recent calls, contacts, and the key pad above them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from urllib.parse import unquote

from device_farm.simulator.apps.contacts.phone_book import Person, names, people
from device_farm.simulator.apps.dialer.call_log import KINDS, LoggedCall, logged_calls
from device_farm.simulator.apps.dialer.keypad import call, keypad
from device_farm.simulator.apps.dialer.state import DialerContext, DialerState
from device_farm.simulator.apps.times import time_text
from device_farm.simulator.framework.sms_provider import address_key
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

_TABS = (w.NavItem("Favorites", "star"), w.NavItem("Recents", "schedule"), w.NavItem("Contacts", "people"))


class Dialtacts(Activity[DialerState]):
    """Opened by `ACTION_DIAL`, it begins with the number of the `tel:` link on the key pad."""

    def initial(self, context: DialerContext) -> DialerState:
        return _asked(context)

    def on_new_intent(self, context: DialerContext) -> None:
        asked = _asked(context)
        if asked.dialling:
            context.update(dialling=True, number=asked.number)

    def on_back(self, context: DialerContext) -> bool:
        if not context.state.dialling:
            return False
        context.update(dialling=False, number="")
        return True

    def build(self, context: DialerContext) -> w.Widget:
        dialling = context.state.dialling
        fab = w.Fab(
            "dialpad", description="key pad", resource_id="dialpad_fab", on_tap=lambda: context.update(dialling=True)
        )
        tabs = w.BottomNavigation(
            _TABS, selected_index=context.state.tab, on_pick=lambda index: context.update(tab=index)
        )
        search = w.SearchBar("Search contacts", on_tap=lambda: context.update(tab=2), resource_id="open_search_bar")
        return w.Screen(
            body=w.Column((w.Column((search,), padding=(16, 8), cross="stretch"), _page(context)), cross="stretch"),
            fab=None if dialling else fab,
            bottom=keypad(context) if dialling else tabs,
        )


def _asked(context: DialerContext) -> DialerState:
    scheme, _, number = context.intent.data.partition(":")
    dialling = scheme == "tel" or context.intent.action == "android.intent.action.DIAL"
    return DialerState(dialling=dialling, number=unquote(number) if scheme == "tel" else "")


def _page(context: DialerContext) -> w.Widget:
    match context.state.tab:
        case 0:
            rows = tuple(_person(context, person) for person in people(context) if person.starred)
            return _listed(rows, "favorites", "No favorites yet")
        case 1:
            known = names(context)
            rows = tuple(_logged(context, entry, known) for entry in logged_calls(context))
            return _listed(rows, "recents", "Your call log is empty")
        case _:
            return _listed(tuple(_person(context, person) for person in people(context)), "contacts", "No contacts yet")


def _listed(rows: tuple[w.Widget, ...], key: str, empty: str) -> w.Widget:
    if rows:
        return w.Scroll(rows, key=key, weight=1, resource_id="recycler_view")
    return w.Column(
        (w.Text(empty, style="title", align="center", colour="on_surface_variant", resource_id="empty_list_view"),),
        weight=1,
        main="center",
        cross="stretch",
    )


def _person(context: DialerContext, person: Person) -> w.Widget:
    return w.ListRow(
        person.name,
        person.numbers[0],
        leading=w.Avatar(person.name[:1]),
        on_tap=partial(call, context, person.numbers[0]),
    )


def _logged(context: DialerContext, entry: LoggedCall, known: Mapping[str, str]) -> w.Widget:
    kind, icon = KINDS.get(entry.kind, KINDS[1])
    moment = context.local(entry.at_s)
    name = known.get(address_key(entry.number), entry.number)
    return w.ListRow(
        name,
        f"{kind} • {moment:%b} {moment.day}, {time_text(moment.hour, moment.minute, context.is_24_hour)}",
        icon=icon,
        trailing=w.IconButton(
            "call", description=f"Call {name}", resource_id="call_button", on_tap=partial(call, context, entry.number)
        ),
    )
