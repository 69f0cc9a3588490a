"""The panels from below: one expense, the question before deleting, the filter; and the pickers of the form."""

from __future__ import annotations

from datetime import UTC
from functools import partial

from device_farm.simulator.apps.expense.formats import amount_text, recent_date
from device_farm.simulator.apps.expense.logs import filter_range
from device_farm.simulator.apps.expense.navigation import BLUE, RED, MainContext, category_disc
from device_farm.simulator.apps.expense.store import Expense, ExpenseStore
from device_farm.simulator.toolkit import widgets as w

_DAY_MS = 86_400_000


def detail_sheet(context: MainContext, argument: object, edit: w.Handler) -> w.Overlay:
    """`argument` is (id, currency as this page writes it)."""
    assert isinstance(argument, tuple)
    number, symbol = int(argument[0]), str(argument[1])
    expense = ExpenseStore(context).get(number)
    if expense is None:
        return w.BottomSheet(w.Text("No Data", padding=24))

    def delete() -> None:
        context.dismiss()
        context.dialog("confirm", (number,))

    def change() -> None:
        context.dismiss()
        edit()

    heading = w.Row(
        (
            category_disc(expense.category, 55),
            w.Text(expense.name, style="title_large", weight=1, resource_id="tv_name_value"),
            w.IconButton("delete", resource_id="btn_delete", on_tap=delete),
        ),
        gap=16,
    )
    title = w.Row(
        (
            w.Text("Expense Detail", style="title_large", weight=1),
            w.IconButton("expand_more", resource_id="btn_close", on_tap=context.dismiss),
        )
    )
    button = w.Button("EDIT", icon="edit", colour=BLUE, resource_id="btn_edit", on_tap=change)
    info = w.Card(w.Column((heading, *_facts(context, expense, symbol)), gap=12, padding=16), radius=8)
    return w.BottomSheet(w.Column((title, info, button), gap=12, padding=(16, 0, 16, 24)))


def _facts(context: MainContext, expense: Expense, symbol: str) -> tuple[w.Widget, ...]:
    date = recent_date(context.local(expense.modified_ms / 1000), context.local())
    amount = w.Row(
        (
            w.Text(amount_text(expense.amount_cents), style="body_large", resource_id="tv_amount_value"),
            w.Text(symbol, style="body_small", resource_id="tv_currency_symbol"),
        ),
        gap=2,
        weight=1,
    )
    lines: list[w.Widget] = [
        _fact("Amount", amount, "tv_amount"),
        _fact("Date", w.Text(date, style="body_large", weight=1, resource_id="tv_date_value"), "tv_date"),
    ]
    if expense.note:
        note = w.Text(expense.note, style="body_large", weight=1, resource_id="tv_note_value")
        lines.append(_fact("Note", note, "tv_note"))
    return tuple(lines)


def _fact(label: str, value: w.Widget, resource_id: str) -> w.Widget:
    return w.Row((w.Text(label, width=80, colour="on_surface_variant", resource_id=resource_id), value), cross="start")


def confirm_sheet(context: MainContext, argument: object) -> w.Overlay:
    """`argument` holds the ids that will be deleted."""
    assert isinstance(argument, tuple)
    ids = tuple(int(number) for number in argument)

    def delete() -> None:
        ExpenseStore(context).delete(ids)
        context.dismiss()
        context.update(selected=(), revealed=0)
        context.snackbar("Item Deleted" if len(ids) == 1 else "Items Deleted")

    title = w.Row(
        (
            w.Text("Delete Items", style="title_large", weight=1, resource_id="tv_delete_item"),
            w.IconButton("expand_more", resource_id="imv_drop_close", on_tap=context.dismiss),
        )
    )
    what = " item " if len(ids) == 1 else f"{len(ids)}  items "
    line = w.Row(
        (
            w.Text(what, style="body_large", font_weight="bold", resource_id="tv_items"),
            w.Text("will be deleted!", style="body_large", resource_id="tv_delete_description"),
        ),
        main="center",
        padding=24,
    )
    button = w.Button("CONFIRM", colour=RED, resource_id="btn_confirm", on_tap=delete)
    return w.BottomSheet(w.Column((title, w.Card(line, radius=8), button), gap=12, padding=(16, 0, 16, 24)))


def filter_sheet(context: MainContext) -> w.Overlay:
    """The first and last day that are listed, and the order."""
    span = ExpenseStore(context).span_ms()
    if span is None:
        return w.BottomSheet(w.Text("No Data", padding=24))
    start, end = filter_range(context, span)
    days = w.Row((_day(context, "From", start, "start"), _day(context, "To", end, "end")), gap=16)
    orders = w.Row(
        tuple(
            w.Button(
                label,
                "filled" if context.state.ascending is ascending else "outlined",
                resource_id=f"btn_date_order_{label.lower()}",
                on_tap=partial(context.update, ascending=ascending),
                weight=1,
            )
            for label, ascending in (("DESC", False), ("ASC", True))
        ),
        gap=8,
    )
    parts = (
        w.Text("Filter", style="title_large", resource_id="tv_filter"),
        days,
        w.Text("Order by Date in", resource_id="tv_sorted_by"),
        orders,
        w.Button("APPLY FILTER", colour=BLUE, resource_id="btn_apply_filter", on_tap=context.dismiss),
    )
    return w.BottomSheet(w.Column(parts, gap=12, padding=(16, 0, 16, 24)))


def _day(context: MainContext, label: str, moment_ms: int, name: str) -> w.Widget:
    moment = context.local(moment_ms / 1000)
    card = w.Card(
        w.Column(
            (
                w.Text(f"{moment:%b}", align="center", resource_id=f"tv_{name}_month"),
                w.Text(str(moment.day), style="headline", align="center", resource_id=f"tv_{name}_day"),
                w.Text(str(moment.year), align="center", resource_id=f"tv_{name}_year"),
            ),
            padding=8,
        ),
        "outlined",
        radius=8,
        resource_id=f"cv_{name}_date",
        on_tap=lambda: context.dialog("filter_day", (name, moment_ms)),
    )
    return w.Column((w.Text(label), card), gap=4, weight=1)


def filter_day_picker(context: MainContext, argument: object) -> w.Overlay:
    """`argument` is (`start` or `end`, the moment now chosen in milliseconds)."""
    assert isinstance(argument, tuple)
    name, moment = str(argument[0]), context.local(int(argument[1]) / 1000)

    def pick(year: int, month: int, day: int) -> None:
        midnight = moment.replace(year=year, month=month, day=day, hour=0, minute=0, second=0, microsecond=0)
        chosen_ms = int(midnight.astimezone(UTC).timestamp() * 1000)
        if name == "start":
            context.update(from_ms=chosen_ms)
        else:
            context.update(to_ms=chosen_ms + _DAY_MS - 1)

    return w.DatePickerDialog(year=moment.year, month=moment.month, day=moment.day, on_pick=pick)


def entry_day_picker(context: MainContext) -> w.Overlay:
    moment = context.local(context.state.entry_ms / 1000)

    def pick(year: int, month: int, day: int) -> None:
        context.update(entry_ms=int(moment.replace(year=year, month=month, day=day).timestamp() * 1000))

    return w.DatePickerDialog(year=moment.year, month=moment.month, day=moment.day, on_pick=pick)


def entry_time_picker(context: MainContext) -> w.Overlay:
    moment = context.local(context.state.entry_ms / 1000)

    def pick(hour: int, minute: int) -> None:
        context.update(entry_ms=int(moment.replace(hour=hour, minute=minute, microsecond=0).timestamp() * 1000))

    return w.TimePickerDialog(hour=moment.hour, minute=moment.minute, on_pick=pick)
