"""Expense Logs: every expense by its date; a tap opens it, a swipe marks it or uncovers Delete."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.expense.formats import date_range
from device_farm.simulator.apps.expense.home import expense_row
from device_farm.simulator.apps.expense.navigation import GREEN, RED, WHITE, MainContext, bar
from device_farm.simulator.apps.expense.options import currency
from device_farm.simulator.apps.expense.store import Expense, ExpenseStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Direction

ROW_DP = 71.0


def shown_expenses(context: MainContext) -> tuple[Expense, ...]:
    """The expenses of the chosen time, in the chosen order."""
    state, store = context.state, ExpenseStore(context)
    span = store.span_ms()
    if span is None:
        return ()
    start, end = filter_range(context, span)
    return store.between(start, end, ascending=state.ascending)


def filter_range(context: MainContext, span: tuple[int, int]) -> tuple[int, int]:
    """From and to in milliseconds: what was chosen, else all there is."""
    state = context.state
    return (span[0] if state.from_ms is None else state.from_ms, span[1] if state.to_ms is None else state.to_ms)


def logs_page(context: MainContext) -> w.Widget:
    expenses = shown_expenses(context)
    if not expenses:
        body = _nothing()
    else:
        body = w.LazyList(
            key="rv_expense",
            # One row more: the last expense can be scrolled clear of the round button.
            count=len(expenses) + 1,
            row_height=ROW_DP,
            row=lambda index: _row(context, expenses[index]) if index < len(expenses) else w.Spacer(),
            resource_id="rv_expense",
            weight=1,
        )
    return w.Column((_bar(context), body), background="surface_container")


def _bar(context: MainContext) -> w.Widget:
    selected = context.state.selected
    if selected:
        count = f"{len(selected)}  item{'' if len(selected) == 1 else 's'}"
        delete = w.IconButton(
            "delete", description="Delete", resource_id="delete", on_tap=lambda: context.dialog("confirm", selected)
        )
        return bar(
            count, "arrow_back", lambda: context.update(selected=()), actions=(delete,), resource_id="tb_expense"
        )
    span = ExpenseStore(context).span_ms()
    subtitle = ""
    if span is not None:
        start, end = (context.local(moment / 1000) for moment in filter_range(context, span))
        subtitle = f"{date_range(start, end)} . {'ASC' if context.state.ascending else 'DESC'}"
    filters = w.IconButton(
        "filter_list",
        description="Filter",
        resource_id="filter",
        enabled=span is not None,
        on_tap=lambda: context.dialog("filter"),
    )
    return bar(
        "Expense Logs",
        "menu",
        lambda: context.update(drawer=True),
        subtitle=subtitle,
        actions=(filters,),
        resource_id="tb_expense",
    )


def _nothing() -> w.Widget:
    parts = (
        w.Icon("info", size=64),
        w.Text("NO EXPENSE LOGS", style="title", resource_id="tv_no_expense_logs"),
        w.Text(
            "There is no expense logs.\n Please start adding your expense.",
            align="center",
            resource_id="tv_no_expense_description",
        ),
    )
    return w.Column(parts, gap=8, main="center", cross="center", weight=1, resource_id="layout_no_data")


def _row(context: MainContext, expense: Expense) -> w.Widget:
    state = context.state

    def reveal() -> None:
        context.update(revealed=0 if state.revealed == expense.id else expense.id)

    def swipe(direction: Direction) -> None:
        if direction == "left" and expense.id not in state.selected:
            context.update(revealed=expense.id)
        elif direction == "right" and state.revealed != expense.id:
            others = tuple(number for number in state.selected if number != expense.id)
            context.update(selected=(*others, expense.id))
        elif direction in ("left", "right"):
            rest = tuple(number for number in state.selected if number != expense.id)
            context.update(selected=rest, revealed=0)

    symbol = currency(context.files).symbol
    line = expense_row(context, expense, symbol)
    parts: list[w.Widget] = [w.Row((line,), weight=1, background="surface")]
    if expense.id in state.selected:
        mark = w.Stack(
            (w.Icon("check", colour=WHITE),),
            ("center",),
            width=46,
            height="fill",
            background=GREEN,
            resource_id="imv_check",
        )
        parts.insert(0, mark)
    elif state.revealed == expense.id:
        parts.append(_delete_panel(context, expense))
    row = w.Row(
        tuple(parts),
        height=70,
        cross="stretch",
        on_tap=partial(context.dialog, "detail", (expense.id, symbol)),
        on_long_press=reveal,
        on_swipe=swipe,
        resource_id="view_bg",
        class_name="android.widget.FrameLayout",
    )
    return w.Column((row, w.Divider()))


def _delete_panel(context: MainContext, expense: Expense) -> w.Widget:
    return w.Column(
        (
            w.Icon("delete", colour=WHITE, resource_id="imv_delete_icon"),
            w.Text("Delete", colour=WHITE, resource_id="tv_undo"),
        ),
        main="center",
        cross="center",
        width=80,
        height="fill",
        background=RED,
        on_tap=lambda: context.dialog("confirm", (expense.id,)),
    )
