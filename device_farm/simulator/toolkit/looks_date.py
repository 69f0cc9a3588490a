"""The date picker: a month of days to tap, arrows from month to month, a list of years."""

from __future__ import annotations

import calendar
from datetime import date

from device_farm.simulator.toolkit.base import Handler, Widget
from device_farm.simulator.toolkit.chrome import DatePickerDialog, DialogButton
from device_farm.simulator.toolkit.containers import Column, Grid, LazyList, Row, Spacer, Stack
from device_farm.simulator.toolkit.content import Divider, Icon, Text
from device_farm.simulator.toolkit.controls import Button, IconButton
from device_farm.simulator.toolkit.looks_dialogs import box, closer
from device_farm.simulator.toolkit.scope import Scope

YEARS = range(1900, 2101)
_COLUMNS = 7
_CALENDAR = calendar.Calendar(firstweekday=6)


def date_picker(widget: DatePickerDialog, scope: Scope) -> Widget:
    """The dialog's box."""
    chosen = scope.draft("date", date(widget.year, widget.month, widget.day))
    assert isinstance(chosen, date)
    month = scope.draft("month", chosen.replace(day=1))
    assert isinstance(month, date)
    years = bool(scope.draft("years", False))
    parts = (
        Text(widget.title, style="label", colour="on_surface_variant", padding=(24, 20, 24, 8)),
        Text(
            f"{chosen:%a, %b} {chosen.day}",
            style="headline",
            padding=(24, 0, 24, 12),
            resource_id="mtrl_picker_header_selection_text",
        ),
        Divider(),
        _month_line(month, years, scope),
        _year_list(month, scope) if years else _days(chosen, month, scope),
        _buttons(widget, chosen, scope),
    )
    return box(Column(parts))


def _month_line(month: date, years: bool, scope: Scope) -> Widget:
    label = Row(
        (
            Text(f"{month:%B %Y}", style="label_large", colour="on_surface_variant", decorative=True),
            Icon("arrow_drop_up" if years else "arrow_drop_down"),
        ),
        padding=(8, 8),
        on_tap=lambda: scope.set_draft("years", not years),
        a11y_text=f"{month:%B %Y}",
        class_name="android.widget.Button",
        resource_id="month_navigation_fragment_toggle",
    )
    arrows = (
        IconButton("chevron_left", description="Change to previous month", on_tap=_turn(month, -1, scope)),
        IconButton("chevron_right", description="Change to next month", on_tap=_turn(month, 1, scope)),
    )
    return Row((label, Spacer(weight=1), *arrows), padding=(16, 4, 8, 4))


def _turn(month: date, step: int, scope: Scope) -> Handler | None:
    number = month.year * 12 + month.month - 1 + step
    if number // 12 not in YEARS:
        return None
    return lambda: scope.set_draft("month", date(number // 12, number % 12 + 1, 1))


def _days(chosen: date, month: date, scope: Scope) -> Widget:
    cells: list[Widget] = [
        Stack((Text(letter, style="body_large", colour="on_surface_variant", decorative=True),), ("center",), height=36)
        for letter in "SMTWTFS"
    ]
    cells.extend(
        _day(day, chosen, scope) if day.month == month.month else Spacer(height=40)
        for day in _CALENDAR.itermonthdates(month.year, month.month)
    )
    return Column((Grid(tuple(cells), columns=_COLUMNS, gap=0),), padding=(24, 0))


def _day(day: date, chosen: date, scope: Scope) -> Widget:
    picked = day == chosen
    disc = Stack(
        (Text(str(day.day), style="body_large", colour="on_primary" if picked else "on_surface", decorative=True),),
        ("center",),
        width=40,
        height=40,
        radius=20,
        background="primary" if picked else None,
    )
    return Stack(
        (disc,),
        ("center",),
        height=40,
        class_name="android.widget.TextView",
        a11y_text=str(day.day),
        description=f"{day:%A, %B} {day.day}",
        selected=picked,
        on_tap=lambda: scope.set_draft("date", day),
    )


def _year_list(month: date, scope: Scope) -> Widget:
    def line(index: int) -> Widget:
        year = YEARS[index]

        def pick() -> None:
            scope.set_draft("month", month.replace(year=year))
            scope.set_draft("years", False)

        text = Text(str(year), style="body_large", colour="primary" if year == month.year else "on_surface")
        return Row((text,), padding=(24, 8), on_tap=pick, selected=year == month.year)

    # Opens at the shown year, with two years above it.
    start = max(0, month.year - YEARS[0] - 2) * 40
    return LazyList(key="year_list", count=len(YEARS), row=line, row_height=40, height=276, start=start)


def _buttons(widget: DatePickerDialog, chosen: date, scope: Scope) -> Widget:
    def confirm() -> None:
        if widget.on_pick is not None:
            widget.on_pick(chosen.year, chosen.month, chosen.day)

    cancel = Button("Cancel", style="text", on_tap=closer(scope, DialogButton("Cancel")), resource_id="cancel_button")
    done = Button("OK", style="text", on_tap=closer(scope, DialogButton("OK", confirm)), resource_id="confirm_button")
    return Row((cancel, done), main="end", gap=8, padding=(24, 8, 24, 16))
