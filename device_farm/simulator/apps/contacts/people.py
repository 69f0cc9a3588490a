"""The list of contacts with its search, and the favourites."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.contacts.access import open_detail, open_editor, store_of
from device_farm.simulator.apps.contacts.model import ContactSummary
from device_farm.simulator.apps.contacts.welcome import welcome_pending, welcome_screen
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_CONTACTS_TAB = 0
_ROW_HEIGHT = 64.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleState:
    tab: int = _CONTACTS_TAB


class People(Activity[PeopleState]):
    def initial(self, context: Context[PeopleState]) -> PeopleState:
        return PeopleState()

    def build(self, context: Context[PeopleState]) -> w.Widget:
        if welcome_pending(context):
            return welcome_screen(context)
        query = context.text("search")
        everyone = store_of(context).summaries(query)
        favourites = context.state.tab != _CONTACTS_TAB
        shown = tuple(entry for entry in everyone if entry.starred) if favourites else everyone
        search = w.SearchBar("Search contacts", key="search", resource_id="open_search_bar", padding=(16, 8))
        return w.Screen(
            body=w.Column((search, self._list(context, shown, query))),
            fab=w.Fab(
                "add",
                description="Create contact",
                resource_id="floating_action_button",
                on_tap=lambda: open_editor(context),
            ),
            bottom=w.BottomNavigation(
                (w.NavItem("Contacts", "person"), w.NavItem("Favorites", "star")),
                context.state.tab,
                lambda index: context.update(tab=index),
            ),
        )

    def _list(self, context: Context[PeopleState], shown: tuple[ContactSummary, ...], query: str) -> w.Widget:
        if not shown:
            if query.strip():
                message = "No contacts found"
            else:
                message = "No contacts yet" if context.state.tab == _CONTACTS_TAB else "No favorites yet"
            return w.Column(
                (w.Icon("person_search", size=72, colour="outline"), w.Text(message, style="body_large")),
                main="center",
                cross="center",
                gap=12,
                weight=1,
            )
        return w.LazyList(
            key=f"people{context.state.tab}",
            count=len(shown),
            row=lambda index: self._row(context, shown, index),
            row_height=_ROW_HEIGHT,
            weight=1,
            resource_id="android:id/list",
        )

    def _row(self, context: Context[PeopleState], shown: tuple[ContactSummary, ...], index: int) -> w.Widget:
        entry = shown[index]
        first = index == 0 or shown[index - 1].section != entry.section
        name = entry.display_name or "(No name)"
        return w.ListRow(
            name,
            leading=w.Row(
                (
                    w.Text(entry.section if first else "", style="title", colour="primary", width=28),
                    w.Avatar(
                        "" if entry.section == "#" else entry.section, "person" if entry.section == "#" else "", name
                    ),
                ),
            ),
            trailing=w.Icon("star", size=18, colour="primary", description="Favorite") if entry.starred else None,
            title_id="com.google.android.contacts:id/cliv_name_textview",
            description=name,
            height=_ROW_HEIGHT,
            padding=(16, 8),
            on_tap=lambda: open_detail(context, entry.id),
        )

    def on_back(self, context: Context[PeopleState]) -> bool:
        """Back first ends a search, then leaves the favourites."""
        if context.text("search"):
            context.set_text("search", "")
            return True
        if context.state.tab != _CONTACTS_TAB:
            context.update(tab=_CONTACTS_TAB)
            return True
        return False
