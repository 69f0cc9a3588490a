"""The form of an expense: name, amount, category chips, note; date and time in the toolbar."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.expense.categories import FOOD, Category, chips_for
from device_farm.simulator.apps.expense.formats import AMOUNT, entry_date, parse_amount, typed_amount
from device_farm.simulator.apps.expense.navigation import BLUE, WHITE, MainContext, Page, bar
from device_farm.simulator.apps.expense.options import currency
from device_farm.simulator.apps.expense.store import Expense, ExpenseStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.base import Direction
from device_farm.simulator.toolkit.fonts import text_width
from device_farm.simulator.toolkit.metrics import px

_NAME_LENGTH = 20
_NOTE_LENGTH = 100
_CHIPS_WIDTH_DP = 411 - 2 * 16
_CHIP_GAP_DP = 8
_CHIP_SIDE_DP = 12


def open_entry(context: MainContext, expense: Expense | None = None) -> None:
    """Turns to the form, empty or filled with an expense."""
    below: Page = "home" if context.state.page == "entry" else context.state.page
    category = expense.category if expense is not None else FOOD
    amount = typed_amount(expense.amount_cents) if expense is not None else ""
    context.update(
        page="entry",
        back_to=below,
        drawer=False,
        entry_id=expense.id if expense is not None else 0,
        entry_category=category,
        entry_first=category,
        entry_ms=expense.modified_ms if expense is not None else int(context.now_s * 1000),
        entry_amount=amount,
        entry_shift=0,
        entry_locked=False,
        entry_error="",
    )
    context.set_text("name", expense.name if expense is not None else "")
    context.set_text("amount", amount)
    context.set_text("note", expense.note if expense is not None else "")
    if expense is None:
        context.focus("name")


def entry_page(context: MainContext) -> w.Widget:
    state = context.state
    actions = (
        w.IconButton("schedule", description="Time", resource_id="time", on_tap=lambda: context.dialog("time")),
        w.IconButton(
            "calendar_month", description="Calendar", resource_id="calendar", on_tap=lambda: context.dialog("day")
        ),
    )
    title = "Update Data" if state.entry_id else "Expense Entry"
    subtitle = entry_date(context.local(state.entry_ms / 1000))
    top = bar(title, "arrow_back", lambda: leave(context), subtitle=subtitle, actions=actions)
    amount = w.TextField(
        "",
        state.entry_amount,
        "Amount",
        "number",
        key="amount",
        resource_id="edt_amount",
        error=state.entry_error,
        on_change=partial(_amount_typed, context),
        on_submit=lambda text: context.focus("note"),
        weight=1,
    )
    form = w.Column(
        (
            w.TextField(
                "",
                "",
                "Name",
                key="name",
                resource_id="edt_name",
                on_change=partial(_cut, context, "name", _NAME_LENGTH),
                on_submit=lambda text: context.focus("amount"),
            ),
            w.Row(
                (amount, w.Text(currency(context.files).code, style="body_large")),
                gap=8,
                resource_id="edl_amount",
                decorative=True,
            ),
            _chips(context),
            w.TextField(
                "",
                "",
                "Note",
                key="note",
                resource_id="edt_note",
                multiline=True,
                min_lines=3,
                on_change=partial(_cut, context, "note", _NOTE_LENGTH),
            ),
            _buttons(context),
        ),
        gap=16,
        padding=(16, 16),
        background="surface",
    )
    return w.Column((top, w.Scroll((form,), key="sv_entry", resource_id="sv_entry", weight=1)))


def leave(context: MainContext) -> None:
    context.focus(None)
    context.update(page=context.state.back_to)


def _cut(context: MainContext, key: str, length: int, text: str) -> None:
    if len(text) > length:
        context.set_text(key, text[:length])


def _amount_typed(context: MainContext, text: str) -> None:
    """What would make it no amount is not typed at all."""
    if AMOUNT.fullmatch(text):
        context.update(entry_amount=text, entry_error="")
    else:
        context.set_text("amount", context.state.entry_amount)


def _width_dp(category: Category) -> float:
    return text_width(category.name, "regular", px(16)) / px(1) + 2 * _CHIP_SIDE_DP


def chip_pages(categories: tuple[Category, ...]) -> tuple[tuple[Category, ...], ...]:
    """The chips as they fit beside each other on the screen."""
    pages: list[list[Category]] = [[]]
    used = 0.0
    for category in categories:
        width = _width_dp(category)
        if pages[-1] and used + width > _CHIPS_WIDTH_DP:
            pages.append([])
            used = 0.0
        pages[-1].append(category)
        used += width + _CHIP_GAP_DP
    return tuple(map(tuple, pages))


def _chips(context: MainContext) -> w.Widget:
    """The row of categories; a swipe to the side brings the next ones."""
    pages = chip_pages(chips_for(context.state.entry_first))
    shift = min(context.state.entry_shift, len(pages) - 1)

    def turn(direction: Direction) -> None:
        if direction in ("left", "right"):
            step = 1 if direction == "left" else -1
            context.update(entry_shift=min(max(shift + step, 0), len(pages) - 1))

    chips = tuple(_chip(context, category) for category in pages[shift])
    return w.Row(
        chips,
        gap=_CHIP_GAP_DP,
        height=48,
        width="fill",
        on_swipe=turn,
        resource_id="rv_category",
        class_name="androidx.recyclerview.widget.RecyclerView",
        states=("scrollable",),
    )


def _chip(context: MainContext, category: Category) -> w.Widget:
    chosen = category.id == context.state.entry_category
    name = w.Text(
        category.name, style="body_large", max_lines=1, colour=WHITE if chosen else "on_surface", resource_id="tv_name"
    )
    return w.Row(
        (name,),
        padding=(_CHIP_SIDE_DP, 0),
        height=40,
        radius=8,
        background=BLUE if chosen else "surface_high",
        on_tap=partial(context.update, entry_category=category.id),
        resource_id="cd_category",
        class_name="androidx.cardview.widget.CardView",
        states=("checkable", "checked") if chosen else ("checkable",),
    )


def _buttons(context: MainContext) -> w.Widget:
    state = context.state
    if state.entry_id:
        return w.Button("UPDATE", colour=BLUE, resource_id="btn_save", on_tap=lambda: _save(context))
    lock = w.Stack(
        (w.Icon("loop", colour=WHITE if state.entry_locked else BLUE),),
        ("center",),
        width=50,
        height=48,
        radius=8,
        background=BLUE if state.entry_locked else "surface_high",
        on_tap=lambda: context.update(entry_locked=not state.entry_locked),
        resource_id="cv_lock",
    )
    label = "NEXT" if state.entry_locked else "SAVE"
    save = w.Button(label, colour=BLUE, resource_id="btn_save", on_tap=lambda: _save(context), weight=1)
    return w.Row((save, lock), gap=12)


def _save(context: MainContext) -> None:
    state = context.state
    cents = parse_amount(context.text("amount"))
    if cents is None:
        context.update(entry_error="Cost is Empty")
        return
    now_ms = int(context.now_s * 1000)
    old = ExpenseStore(context).get(state.entry_id) if state.entry_id else None
    ExpenseStore(context).save(
        Expense(
            id=state.entry_id,
            name=context.text("name"),
            amount_cents=cents,
            category=state.entry_category,
            note=context.text("note"),
            created_ms=old.created_ms if old is not None else now_ms,
            modified_ms=state.entry_ms,
        )
    )
    if not state.entry_id and state.entry_locked:
        for key in ("name", "amount", "note"):
            context.set_text(key, "")
        context.update(entry_ms=now_ms, entry_amount="")
        context.focus("name")
        context.snackbar("Saved!")
        return
    if state.entry_id:
        context.snackbar("Data Updated!")
    leave(context)
