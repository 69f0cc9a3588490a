"""What all screens of Settings share: the page with its title and list, and the rows that read and write a setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeVar

from device_farm.simulator.apps.settings.tables import TableName, Tables
from device_farm.simulator.intents import ComponentName, ExtraValue, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

PACKAGE = "com.android.settings"
LIST_ID = f"{PACKAGE}:id/recycler_view"

S = TypeVar("S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A setting with a fixed set of values; `options` are (shown text, stored value)."""

    title: str
    table: TableName
    key: str
    options: tuple[tuple[str, str], ...]
    default: str

    def current(self, tables: Tables) -> str:
        return tables.text(self.table, self.key, self.default)

    def label(self, tables: Tables) -> str:
        """The shown text of the stored value, or the value itself when it is none of the options."""
        stored = self.current(tables)
        return next((text for text, value in self.options if value == stored), stored)


class Page(Activity[S]):
    """A titled list with a back arrow. Subclasses give `title` and `rows`."""

    title: ClassVar[str] = ""

    def rows(self, context: Context[S]) -> tuple[w.Widget, ...]:
        """The lines of the page, from top to bottom."""
        return ()

    def heading(self, context: Context[S]) -> str:
        return self.title

    def bar(self, context: Context[S]) -> w.AppBar:
        return w.AppBar(title=self.heading(context), navigation="back", large=True)

    def build(self, context: Context[S]) -> w.Widget:
        return w.Screen(
            app_bar=self.bar(context),
            body=w.Scroll(key="list", resource_id=LIST_ID, children=self.rows(context)),
        )

    def dialog(self, context: Context[S], name: str, argument: object) -> w.Overlay:
        match argument:
            case Choice() as choice:
                return choice_dialog(context, choice)
            case _:
                return super().dialog(context, name, argument)


def tables_of(context: Context[S]) -> Tables:
    return Tables(context.settings)


def open_page(context: Context[S], class_name: str, **extras: ExtraValue) -> None:
    """Starts the Settings screen `class_name`, such as `.Settings$WifiSettingsActivity`."""
    context.start(Intent(component=ComponentName.parse(f"{PACKAGE}/{class_name}"), extras=extras))


def link_row(
    context: Context[S], title: str, class_name: str, *, summary: str = "", icon: str = "", **extras: ExtraValue
) -> w.Widget:
    """A line that leads to another screen."""
    return w.ListRow(title, summary, icon, on_tap=lambda: open_page(context, class_name, **extras))


def switch_row(
    context: Context[S],
    title: str,
    table: TableName,
    key: str,
    *,
    summary: str = "",
    default: bool = False,
    enabled: bool = True,
    icon: str = "",
    on_value: int = 1,
    off_value: int = 0,
) -> w.Widget:
    """A switch over a setting that holds `on_value` or `off_value`; any value but `off_value` reads as on."""
    tables = tables_of(context)
    return w.SwitchRow(
        title,
        tables.number(table, key, on_value if default else off_value) != off_value,
        summary,
        icon,
        on_change=lambda on: tables.put(table, key, on_value if on else off_value),
        enabled=enabled,
    )


def main_switch(title: str, checked: bool, on_change: Callable[[bool], None]) -> w.Widget:
    """The filled bar with the page's main switch."""
    bar = w.Row(
        (
            w.Text(title, style="title", weight=1, resource_id=f"{PACKAGE}:id/switch_text"),
            w.Switch(checked, on_change, resource_id="android:id/switch_widget"),
        ),
        background="primary_container",
        radius=28,
        padding=(20, 14),
        resource_id=f"{PACKAGE}:id/main_switch_bar",
        on_tap=lambda: on_change(not checked),
    )
    return w.Column((bar,), padding=(16, 8))


def choice_row(context: Context[S], choice: Choice, *, summary: str = "") -> w.Widget:
    """A line that shows the chosen value and opens the list of values."""
    shown = summary or choice.label(tables_of(context))
    return w.ListRow(choice.title, shown, on_tap=lambda: context.dialog("choice", choice))


def choice_dialog(context: Context[S], choice: Choice) -> w.Overlay:
    tables = tables_of(context)
    values = tuple(value for _, value in choice.options)
    stored = choice.current(tables)
    return w.ChoiceDialog(
        choice.title,
        tuple(text for text, _ in choice.options),
        values.index(stored) if stored in values else -1,
        lambda index: tables.put(choice.table, choice.key, values[index]),
    )


def radio_rows(context: Context[S], choice: Choice) -> tuple[w.Widget, ...]:
    """One radio line a value, for pages that are nothing but a choice."""
    tables = tables_of(context)
    stored = choice.current(tables)

    def picked(value: str) -> Callable[[], None]:
        return lambda: tables.put(choice.table, choice.key, value)

    return tuple(w.RadioRow(text, value == stored, on_tap=picked(value)) for text, value in choice.options)


def note(text: str) -> w.Widget:
    """A paragraph of explanation at the foot of a page."""
    return w.Column(
        (w.Icon("info", colour="on_surface_variant"), w.Text(text, colour="on_surface_variant")),
        gap=8,
        padding=(24, 16),
        cross="start",
    )
