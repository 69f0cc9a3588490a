"""What the one activity remembers, its drawer, and the pieces that its pages share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, TypeAlias

from device_farm.simulator.apps import overlays
from device_farm.simulator.apps.expense.categories import FOOD, category_of
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context
from device_farm.simulator.toolkit.base import Handler

Page: TypeAlias = Literal["home", "logs", "statistics", "backup", "feedback", "about", "settings", "entry"]

BLUE: Final = 0xFF039BE5
PALE_BLUE: Final = 0xFFB3E5FC
RED: Final = 0xFFEF5350
GREEN: Final = 0xFF4CAF50
DARK_GRAY: Final = 0xFF212121
WHITE: Final = 0xFFFFFFFF

PAGES: Final[tuple[tuple[Page, str, str], ...]] = (
    ("home", "Home", "home"),
    ("logs", "Expense Logs", "list_alt"),
    ("statistics", "Statistics", "pie_chart"),
    ("backup", "Backup", "upload"),
    ("feedback", "Feedback", "feedback"),
    ("about", "About", "info"),
    ("settings", "Settings", "settings"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MainState:
    """`back_to` is the page below the form. `entry_*` belong to the form: the expense that it changes (0: a new one),
    its category, the one that was chosen when it opened, its time, the first chip in sight, whether it stays open.
    `selected` and `revealed` belong to the list: rows that are marked, the row whose Delete is uncovered.
    """

    page: Page = "home"
    back_to: Page = "home"
    drawer: bool = False
    setup_step: int = 0
    entry_id: int = 0
    entry_category: int = FOOD
    entry_first: int = FOOD
    entry_ms: int = 0
    entry_amount: str = ""
    entry_shift: int = 0
    entry_locked: bool = False
    entry_error: str = ""
    selected: tuple[int, ...] = ()
    revealed: int = 0
    from_ms: int | None = None
    to_ms: int | None = None
    ascending: bool = False


MainContext: TypeAlias = Context[MainState]


def go_to(context: MainContext, page: Page) -> None:
    context.focus(None)
    context.update(page=page, drawer=False, selected=(), revealed=0)


def bar(
    title: str,
    icon: str,
    on_tap: Handler,
    *,
    subtitle: str = "",
    actions: tuple[w.Widget, ...] = (),
    resource_id: str = "toolbar",
) -> w.Widget:
    """The white toolbar. Its navigation icon has no description in the real app either."""
    texts: list[w.Widget] = [w.Text(title, style="title_large", max_lines=1)]
    if subtitle:
        texts.append(w.Text(subtitle, style="body_small", colour="on_surface_variant", max_lines=1))
    navigation = w.IconButton(icon, "on_surface", on_tap=on_tap)
    parts = (navigation, w.Column(tuple(texts), weight=1, padding=(8, 0)), *actions)
    return w.Row(parts, height=64, padding=(4, 0), background="surface", resource_id=resource_id, decorative=True)


def menu_bar(context: MainContext, title: str) -> w.Widget:
    return bar(title, "menu", partial(context.update, drawer=True))


def category_disc(number: int, size: float = 50) -> w.Widget:
    return w.Stack(
        (w.Icon(category_of(number).icon, size=size * 0.56, colour=DARK_GRAY),),
        ("center",),
        width=size,
        height=size,
        radius=size / 2,
        background=PALE_BLUE,
        resource_id="cv_category",
        class_name="androidx.cardview.widget.CardView",
    )


def drawer(context: MainContext) -> w.Widget:
    names = w.Column(
        (
            w.Text("Pro Expense", style="title_large", resource_id="tv_app_name"),
            w.Text("BETA", style="label_small", background=0xFFFFEB3B, padding=(4, 2), colour=DARK_GRAY),
        ),
        cross="start",
    )
    header = w.Row((w.Icon("account_balance_wallet", size=48, colour=BLUE), names), gap=16, padding=(16, 40, 16, 24))
    rows = tuple(
        w.ListRow(
            title,
            icon=icon,
            selected=page == context.state.page,
            background=PALE_BLUE if page == context.state.page else None,
            resource_id=f"dest_{'expense_logs' if page == 'logs' else page}",
            title_id="design_menu_item_text",
            on_tap=partial(go_to, context, page),
        )
        for page, title, icon in PAGES
    )
    return overlays.drawer((header, *rows), lambda: context.update(drawer=False), resource_id="nv_main")
