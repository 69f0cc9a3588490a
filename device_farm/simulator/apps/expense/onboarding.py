"""The two steps after the app's data were cleared: language, then currency."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.expense.navigation import BLUE, MainContext
from device_farm.simulator.apps.expense.options import (
    CURRENCIES,
    CURRENCY_KEY,
    FIRST_TIME_KEY,
    LANGUAGE_KEY,
    LANGUAGES,
    currency,
    language,
    preferences,
)
from device_farm.simulator.toolkit import widgets as w


def onboarding(context: MainContext) -> w.Widget:
    step = context.state.setup_step
    choices = _languages(context) if step == 0 else _currencies(context)
    button = (
        w.Button("NEXT", colour=BLUE, resource_id="btn_continue", on_tap=lambda: context.update(setup_step=1))
        if step == 0
        else w.Button("CONTINUE", colour=BLUE, resource_id="btn_continue", on_tap=lambda: _finish(context))
    )
    parts = (
        w.Icon("account_balance_wallet", size=96, colour=BLUE),
        w.Text("Hello! Welcome to Pro Expense", style="title_large", resource_id="tv_welcome"),
    )
    head = w.Column(parts, gap=16, cross="center", padding=(24, 32, 24, 8))
    title = w.Text(
        "Choose Language" if step == 0 else "Choose Currency", style="title", padding=(24, 8), resource_id="tv_lang"
    )
    return w.Column(
        (head, title, w.Scroll(choices, key=f"setup{step}", weight=1), w.Column((button,), padding=(24, 16)))
    )


def _finish(context: MainContext) -> None:
    preferences(context.files).put(**{FIRST_TIME_KEY: False})
    context.update(setup_step=0)


def _languages(context: MainContext) -> tuple[w.Widget, ...]:
    chosen = language(context.files)
    return tuple(choice(context, name, LANGUAGE_KEY, key, marked=key == chosen) for key, name in LANGUAGES)


def _currencies(context: MainContext) -> tuple[w.Widget, ...]:
    chosen = currency(context.files)
    return tuple(
        choice(context, f"{each.symbol}   {each.name}", CURRENCY_KEY, each.number, marked=each is chosen)
        for each in CURRENCIES
    )


def choice(context: MainContext, title: str, key: str, value: str, *, marked: bool) -> w.Widget:
    """A line that stores `value` under a preference key."""
    put = partial(preferences(context.files).put, **{key: value})
    check = w.Icon("check", colour=BLUE, description="Selected") if marked else None
    return w.ListRow(title, trailing=check, on_tap=put, selected=marked)
