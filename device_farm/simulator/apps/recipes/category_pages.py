"""Categories: their page and the dialog that adds, renames and deletes one."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.recipes.look import green_bar, green_fab
from device_farm.simulator.apps.recipes.navigation import MainContext, menu_icon
from device_farm.simulator.apps.recipes.store import Category, RecipeStore
from device_farm.simulator.toolkit import widgets as w


def categories_page(context: MainContext) -> w.Widget:
    categories = RecipeStore(context).categories()
    if categories:
        rows = tuple(
            w.ListRow(
                category.name,
                title_id="card_text_view_category_name",
                on_tap=partial(context.dialog, "category", (category.id, category.name, False)),
            )
            for category in categories
        )
        content: w.Widget = w.Scroll(rows, key="categories", weight=1, resource_id="recycler_view")
    else:
        prompt = w.Text(
            "Create custom categories to manage your recipes.",
            style="title_large",
            align="center",
            resource_id="categories_empty",
        )
        content = w.Column((prompt,), main="center", padding=32, weight=1)
    fab = green_fab("add", "Add category", "fab_categories", lambda: context.dialog("category", (0, "", False)))
    return w.Screen(body=w.Column((green_bar("Categories", menu_icon(context)), content)), fab=fab)


def category_dialog(context: MainContext, argument: object) -> w.Overlay:
    """`argument` is (id or 0, name, whether deleting was asked for once: the second tap deletes)."""
    assert isinstance(argument, tuple)
    number, name, warned = int(argument[0]), str(argument[1]), bool(argument[2])
    entered = context.text("category_name", name)
    parts: list[w.Widget] = [
        w.TextField("", name, "Name", key="category_name", icon="title", autofocus=True, resource_id="category_name")
    ]
    if warned:
        parts.append(
            w.Text(
                "Do you really want to delete this category?",
                colour="error",
                padding=(0, 16, 0, 0),
                resource_id="delete_category_warning",
            )
        )
    buttons = [
        w.DialogButton("CANCEL"),
        w.DialogButton(
            "SAVE",
            lambda: RecipeStore(context).save_category(Category(number, entered)),
            enabled=bool(entered),
        ),
    ]
    if number:
        buttons.insert(0, w.DialogButton("DELETE", lambda: _delete(context, number, entered, warned)))
    return w.Dialog(
        title="Edit category" if number else "Add category", body=w.Column(tuple(parts)), buttons=tuple(buttons)
    )


def _delete(context: MainContext, number: int, name: str, warned: bool) -> None:
    if warned:
        RecipeStore(context).delete_category(number)
    else:
        context.dialog("category", (number, name, True))
