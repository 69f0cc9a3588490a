"""The start page: the week's graph, income and outcome, the newest expenses."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from device_farm.simulator.apps.expense.categories import INCOME
from device_farm.simulator.apps.expense.formats import amount_text, date_range, recent_date
from device_farm.simulator.apps.expense.navigation import BLUE, MainContext, category_disc, go_to, menu_bar
from device_farm.simulator.apps.expense.options import currency
from device_farm.simulator.apps.expense.store import Expense, ExpenseStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.content import Drawing

_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SAT")
_RECENT_COUNT = 4


def week_of(now: datetime) -> datetime:
    """The midnight with which this week, from Sunday on, began."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=(now.weekday() + 1) % 7)


def home_page(context: MainContext) -> w.Widget:
    now = context.local()
    start = week_of(now)
    end = start + timedelta(days=6)
    store = ExpenseStore(context)
    start_ms = int(start.timestamp() * 1000)
    week = store.between(start_ms, start_ms + 7 * 86_400_000 - 1)
    days = date_range(start, end, with_year=False).upper()
    cards = (
        _graph(context, week, days),
        _totals(context, week, days),
        _recent(context, store.newest(_RECENT_COUNT)),
        w.Spacer(height=88),
    )
    return w.Column(
        (
            menu_bar(context, "Home"),
            w.Scroll(cards, key="home", weight=1, gap=12, resource_id="rv_home", background="surface_container"),
        )
    )


def _card(children: tuple[w.Widget, ...], *, gap: float = 8) -> w.Widget:
    card = w.Card(w.Column(children, gap=gap, padding=16), radius=8, background="surface", elevation=1)
    return w.Column((card,), padding=(12, 12, 12, 0))


def _title(title: str, days: str) -> w.Widget:
    return w.Row(
        (
            w.Text(title, style="title", weight=1, resource_id="tv_title"),
            w.Text(days, style="body_small", colour="on_surface_variant", resource_id="tv_date_range"),
        )
    )


def _graph(context: MainContext, week: tuple[Expense, ...], days: str) -> w.Widget:
    """One point for each day that has expenses, at its share of the dearest day."""
    costs = [0] * 7
    for expense in week:
        if expense.category != INCOME:
            costs[(context.local(expense.modified_ms / 1000).weekday() + 1) % 7] += expense.amount_cents
    highest = max(costs)
    points: list[float] = [5.0]
    for index, cost in enumerate(costs):
        points.extend(((index + 0.5) / 7, 0.95 - 0.85 * (cost / highest if highest else 0)))
    drawing = Drawing("polyline", values=tuple(points), colours=(BLUE,), height=140, width="fill")
    labels = w.Row(tuple(w.Text(day, style="label_small", align="center", weight=1, decorative=True) for day in _DAYS))
    return _card(
        (
            _title("Expenses in this Week", days),
            w.Column((drawing, labels), resource_id="expense_graph", class_name="android.view.View"),
        )
    )


def _totals(context: MainContext, week: tuple[Expense, ...], days: str) -> w.Widget:
    income = sum(expense.amount_cents for expense in week if expense.category == INCOME)
    outcome = sum(expense.amount_cents for expense in week if expense.category != INCOME)
    code = currency(context.files).code
    rows = tuple(
        w.Row(
            (
                w.Text(label, weight=1, resource_id=f"tv_{label.lower()}"),
                w.Text(amount_text(cents), style="title", resource_id=f"tv_{label.lower()}_value"),
                w.Text(code, style="body_small", resource_id=f"tv_{label.lower()}_symbol"),
            ),
            gap=4,
        )
        for label, cents in (("Income", income), ("Outcome", outcome))
    )
    return _card((_title("Totals", days), *rows))


def _recent(context: MainContext, expenses: tuple[Expense, ...]) -> w.Widget:
    code = currency(context.files).code
    rows = tuple(
        expense_row(context, expense, code, on_tap=partial(context.dialog, "detail", (expense.id, code)))
        for expense in expenses
    )
    more = w.Button("MORE", "text", colour=BLUE, resource_id="btn_more_logs", on_tap=lambda: go_to(context, "logs"))
    title = w.Text("Recent", style="title", resource_id="tv_recent_lists")
    return _card((title, *rows, more), gap=0)


def expense_row(context: MainContext, expense: Expense, symbol: str, *, on_tap: w.Handler | None = None) -> w.Widget:
    """Icon, name over date, amount with its currency."""
    date = recent_date(context.local(expense.modified_ms / 1000), context.local())
    names = w.Column(
        (
            w.Text(expense.name[:20], style="body_large", max_lines=1, resource_id="tv_name"),
            w.Text(date, style="body_small", colour="on_surface_variant", resource_id="tv_date"),
        ),
        weight=1,
    )
    amount = w.Row(
        (
            w.Text(amount_text(expense.amount_cents), style="body_large", resource_id="tv_amount"),
            w.Text(symbol, style="body_small", resource_id="tv_currency_symbol"),
        ),
        gap=2,
        resource_id="linear_amount",
        decorative=True,
    )
    return w.Row(
        (category_disc(expense.category), names, amount),
        gap=16,
        height=70,
        padding=(8, 0),
        on_tap=on_tap,
        resource_id="cd_expense",
        class_name="android.widget.RelativeLayout",
    )
