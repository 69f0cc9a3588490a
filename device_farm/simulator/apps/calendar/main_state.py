"""Where the main screen is, and the moves between its views."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from device_farm.simulator.apps.calendar.access import config_of, today
from device_farm.simulator.apps.calendar.config import DAILY, EVENT_LIST, MONTHLY, MONTHLY_DAILY, WEEKLY, YEARLY
from device_farm.simulator.toolkit.app import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`day` is the date that the view chosen in the settings stands on. `month` lies over the year that it was opened
    from, `opened` is a day that lies over a month. `selected` are occurrences (id, start) while several are marked,
    `adding` shows the choice between event and task, `cell` is the hour tapped in the week."""

    day: date
    month: date | None = None
    opened: date | None = None
    selected: tuple[tuple[int, int], ...] = ()
    adding: bool = False
    cell: tuple[date, int] | None = None


Main = Context[MainState]


def shown_view(context: Main) -> int:
    """The view on top."""
    if context.state.opened is not None:
        return DAILY
    return MONTHLY if context.state.month is not None else config_of(context).view


def shown_day(context: Main) -> date:
    return context.state.opened or context.state.month or context.state.day


def _moved_month(day: date, months: int) -> date:
    number = day.year * 12 + day.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def move(context: Main, steps: int) -> None:
    """To the next (1) or previous (-1) day, week, month or year."""
    day = shown_day(context)
    try:
        match shown_view(context):
            case view if view == DAILY:
                day += timedelta(days=steps)
            case view if view == WEEKLY:
                day += timedelta(days=7 * steps)
            case view if view == YEARLY:
                day = _moved_month(day, 12 * steps)
            case _:
                day = _moved_month(day.replace(day=1), steps)
    except (OverflowError, ValueError):
        return
    show_day(context, day)


def show_day(context: Main, day: date) -> None:
    """Puts the view on top onto `day`."""
    if context.state.opened is not None:
        context.update(opened=day, selected=())
    elif context.state.month is not None:
        context.update(month=day, selected=())
    else:
        context.update(day=day, selected=(), cell=None)


def can_go_to_today(context: Main) -> bool:
    day, now = shown_day(context), today(context)
    match shown_view(context):
        case view if view == EVENT_LIST:
            return False
        case view if view == DAILY:
            return day != now
        case view if view == WEEKLY:
            first = week_start(context, day)
            return not first <= now < first + timedelta(days=7)
        case view if view == YEARLY:
            return day.year != now.year
        case view if view == MONTHLY_DAILY:
            return day != now
        case _:
            return (day.year, day.month) != (now.year, now.month)


def week_start(context: Main, day: date) -> date:
    return day - timedelta(days=(day.weekday() - config_of(context).first_weekday) % 7)


def choose_view(context: Main, view: int) -> None:
    """Changes the view for good. A coarser one stays at the date, a finer one goes to today, as in the real app."""
    order = (DAILY, WEEKLY, MONTHLY, YEARLY)
    old, new = (MONTHLY if each == MONTHLY_DAILY else each for each in (shown_view(context), view))
    keeps = old in order and new in order and order.index(old) <= order.index(new)
    day = shown_day(context) if keeps else today(context)
    config_of(context).put(view=view)
    context.set_text("query", "")
    context.update(day=day, month=None, opened=None, selected=(), adding=False, cell=None)


def new_event_day(context: Main) -> tuple[date, bool]:
    """(day of a new event, whether the next full hour may lie on the day after)."""
    view, day, now = shown_view(context), shown_day(context), today(context)
    if view in (DAILY, MONTHLY_DAILY):
        return day, False
    if view == MONTHLY:
        same = (day.year, day.month) == (now.year, now.month)
        return (now if same else day.replace(day=1)), True
    return now, True


def open_day(context: Main, day: date) -> None:
    context.update(opened=day, selected=())


def open_month(context: Main, month: date) -> None:
    context.update(month=month, selected=())
