"""The smaller pages: statistics, backups, feedback, about, settings."""

from __future__ import annotations

from collections import Counter

from device_farm.simulator.apps.expense.categories import category_of
from device_farm.simulator.apps.expense.formats import amount_text
from device_farm.simulator.apps.expense.navigation import PAGES, MainContext, menu_bar
from device_farm.simulator.apps.expense.options import (
    CURRENCIES,
    CURRENCY_KEY,
    LANGUAGE_KEY,
    LANGUAGES,
    currency,
    language,
    preferences,
)
from device_farm.simulator.apps.expense.store import ExpenseStore
from device_farm.simulator.toolkit import widgets as w


def small_page(context: MainContext) -> w.Widget:
    page = context.state.page
    match page:
        case "statistics":
            body = _statistics(context)
        case "settings":
            body = _settings(context)
        case "about":
            body = _about()
        case "feedback":
            body = (w.Text("Tell the developers what you think of the app: dev.arduia@gmail.com", padding=24),)
        case _:
            body = (w.Text("No Items", align="center", padding=48),)
    title = next(name for key, name, _ in PAGES if key == page)
    return w.Column((menu_bar(context, title), w.Scroll(body, key=page, weight=1)))


def _statistics(context: MainContext) -> tuple[w.Widget, ...]:
    """The share of each category in all that is logged."""
    store = ExpenseStore(context)
    span = store.span_ms()
    title = w.Text("Category Statistics", style="title", padding=16, resource_id="tv_category_statistics")
    if span is None:
        return (title, w.Text("No Data", align="center", padding=48, resource_id="tv_no_data"))
    totals: Counter[int] = Counter()
    for expense in store.between(*span):
        totals[expense.category] += expense.amount_cents
    whole = sum(totals.values()) or 1
    rows = tuple(
        w.Column(
            (
                w.Row(
                    (
                        w.Text(category_of(number).name, weight=1, resource_id="tv_name"),
                        w.Text(f"{100 * cents / whole:.1f}%", resource_id="tv_percentage"),
                    )
                ),
                w.Progress(cents / whole),
                w.Text(amount_text(cents), style="body_small", colour="on_surface_variant"),
            ),
            gap=4,
            padding=(16, 8),
        )
        for number, cents in totals.most_common()
    )
    return (title, *rows)


def _settings(context: MainContext) -> tuple[w.Widget, ...]:
    spoken = dict(LANGUAGES).get(language(context.files), "")
    return (
        w.ListRow("Language", spoken, on_tap=lambda: context.dialog("language"), resource_id="fl_language"),
        w.ListRow(
            "Currency",
            currency(context.files).name,
            on_tap=lambda: context.dialog("currency"),
            resource_id="fl_currency",
        ),
    )


def _about() -> tuple[w.Widget, ...]:
    return (
        w.Text("Pro Expense", style="headline", align="center", padding=(24, 32, 24, 0), resource_id="tv_app_name"),
        w.Text("1.0.0-beta05", align="center", colour="on_surface_variant", resource_id="tv_version"),
        w.Text(
            "Records daily expenses simply and safely.", align="center", padding=24, resource_id="tv_about_description"
        ),
    )


def choice_dialog(context: MainContext, name: str) -> w.Overlay:
    store = preferences(context.files)
    if name == "language":
        keys = tuple(key for key, _ in LANGUAGES)
        return w.ChoiceDialog(
            "Choose Language",
            tuple(title for _, title in LANGUAGES),
            keys.index(language(context.files)) if language(context.files) in keys else -1,
            lambda index: store.put(**{LANGUAGE_KEY: keys[index]}),
        )
    return w.ChoiceDialog(
        "Choose Currency",
        tuple(each.name for each in CURRENCIES),
        CURRENCIES.index(currency(context.files)),
        lambda index: store.put(**{CURRENCY_KEY: CURRENCIES[index].number}),
    )
