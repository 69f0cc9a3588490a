"""The start screen: the list of recipes, and the other pages of the drawer."""

from __future__ import annotations

from device_farm.simulator.apps.recipes import pages
from device_farm.simulator.apps.recipes.category_pages import categories_page, category_dialog
from device_farm.simulator.apps.recipes.look import (
    GREEN_500,
    GREEN_800,
    WHITE,
    green_bar,
    green_fab,
    recipe_card,
    white_icon,
)
from device_farm.simulator.apps.recipes.navigation import PAGES, MainContext, MainState, drawer, go_to, menu_icon
from device_farm.simulator.apps.recipes.schema import DETAILS_CLASS, EDITOR_CLASS, PACKAGE
from device_farm.simulator.apps.recipes.seasons import FOODS, is_seasonal, seasonal_terms
from device_farm.simulator.apps.recipes.store import ALL, FAVORITES, SEASONAL, UNASSIGNED, Recipe, RecipeStore
from device_farm.simulator.intents import ActivityResult, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity

_FILTERS = (
    (ALL, "All recipes"),
    (SEASONAL, "Seasonal recipes"),
    (UNASSIGNED, "Recipes without category"),
    (FAVORITES, "Favorites"),
)


class Main(Activity[MainState]):
    def initial(self, context: MainContext) -> MainState:
        # As Room does, the start makes the database where it is missing, whether or not anybody looks at the screen.
        RecipeStore(context)
        return MainState(category=pages.preferred_category(context.files), month=context.local().month)

    def build(self, context: MainContext) -> w.Widget:
        match context.state.page:
            case "recipes":
                screen = _recipes(context)
            case "categories":
                screen = categories_page(context)
            case page:
                title = next(title for name, title, _, _ in PAGES if name == page)
                screen = w.Screen(
                    body=w.Column((green_bar(title, menu_icon(context)), w.Column((pages.page(context),), weight=1)))
                )
        return w.Stack((screen, drawer(context))) if context.state.drawer else screen

    def dialog(self, context: MainContext, name: str, argument: object) -> w.Overlay:
        return category_dialog(context, argument) if name == "category" else pages.dialog(context, name)

    def on_back(self, context: MainContext) -> bool:
        state = context.state
        if state.drawer:
            context.update(drawer=False)
        elif state.searching:
            _stop_search(context)
        elif state.food:
            go_to(context, "seasons")
        elif state.page != "recipes":
            go_to(context, "recipes")
        else:
            return False
        return True

    def on_result(self, context: MainContext, request: str, result: ActivityResult) -> None:
        """A recipe that was just made is shown; the list forgets its filter."""
        if request == "new" and result.ok:
            context.update(category=ALL, food="")
            open_recipe(context, int(str(result.extras.get("id", 0))))


def _recipes(context: MainContext) -> w.Widget:
    shown = _shown(context)
    terms = seasonal_terms(context.files, context.local().month)
    if shown:
        content: w.Widget = w.LazyList(
            key=f"recipes:{context.state.category}:{context.state.food}",
            # One row more: the last card can be scrolled clear of the round button.
            count=len(shown) + 1,
            row_height=128,
            row=lambda index: _card(context, shown[index], terms) if index < len(shown) else w.Spacer(),
            resource_id="recycler_view",
            weight=1,
        )
    else:
        content = _empty()
    fab = green_fab("add", "New Recipe", "fab_recipes", lambda: _new(context))
    bars = (green_bar("Recipes", menu_icon(context)), _filter_bar(context))
    return w.Screen(body=w.Column((*bars, content)), fab=fab)


def _card(context: MainContext, recipe: Recipe, terms: tuple[str, ...]) -> w.Widget:
    seasonal = is_seasonal(recipe.ingredients, terms)
    return recipe_card(context.files, recipe, seasonal=seasonal, on_tap=lambda: open_recipe(context, recipe.id))


def _shown(context: MainContext) -> tuple[Recipe, ...]:
    state, store = context.state, RecipeStore(context)
    term = context.text("search").strip() if state.searching else ""
    if state.food:
        words = next((food.terms for food in FOODS if food.name == state.food), ())
        return store.find(SEASONAL, term, words)
    return store.find(state.category, term, seasonal_terms(context.files, context.local().month))


def _empty() -> w.Widget:
    hints = tuple(
        w.Row((w.Icon(icon, colour=GREEN_800), w.Text(text, style="title_large", weight=1)), gap=8)
        for icon, text in (("add", "create a new recipe"), ("share", "import a recipe from a website"))
    )
    lines = (w.Text("No recipes found.", style="title_large"), *hints)
    return w.Column(lines, gap=12, padding=50, main="center", weight=1, resource_id="recipes_empty")


def _filters(context: MainContext) -> tuple[tuple[int, str], ...]:
    return (*_FILTERS, *((category.id, category.name) for category in RecipeStore(context).categories()))


def _filter_bar(context: MainContext) -> w.Widget:
    """The lighter bar below: the category, or the search field."""
    state, choices = context.state, _filters(context)
    chosen = next((index for index, (number, _) in enumerate(choices) if number == state.category), 0)
    name = state.food or choices[chosen][1]
    if state.searching:
        field = w.TextField(
            f"Search in {name.upper()}",
            key="search",
            style="plain",
            resource_id="search_src_text",
            background=GREEN_500,
            weight=1,
        )
        back = white_icon("arrow_back", "Collapse", lambda: _stop_search(context))
        return w.Row((back, field), height=56, background=GREEN_500, padding=(4, 0))
    search = white_icon("search", "Search", lambda: _start_search(context), "action_search")
    parts: tuple[w.Widget, ...]
    if state.food:
        chip = w.Chip(
            state.food, icon="close", background=WHITE, resource_id="chip", on_tap=lambda: go_to(context, "recipes")
        )
        parts = (w.Row((chip,), weight=1, padding=(12, 0)), search)
    else:
        parts = (_category_button(context, choices, name), w.Spacer(weight=1), search)
    return w.Row(parts, height=56, background=GREEN_500, padding=(4, 0), resource_id="toolbar_recipes", decorative=True)


def _category_button(context: MainContext, choices: tuple[tuple[int, str], ...], name: str) -> w.Widget:
    def item(number: int, title: str) -> w.MenuItem:
        return w.MenuItem(title, lambda: context.update(category=number))

    face = w.Row(
        (w.Text(name, style="title_large", colour=WHITE, max_lines=1), w.Icon("arrow_drop_down", colour=WHITE)),
        padding=(12, 0),
        height=48,
        class_name="android.widget.Spinner",
        description="Categories",
    )
    items = tuple(item(number, title) for number, title in choices)
    return w.MenuButton(items, face, key="spinner", resource_id="spinner")


def _start_search(context: MainContext) -> None:
    context.update(searching=True)
    context.set_text("search", "")
    context.focus("search")


def _stop_search(context: MainContext) -> None:
    context.set_text("search", "")
    context.update(searching=False)
    context.focus(None)


def _new(context: MainContext) -> None:
    context.start_for_result(Intent(component=ComponentName(PACKAGE, EDITOR_CLASS)), "new")


def open_recipe(context: MainContext, recipe_id: int) -> None:
    context.start(Intent(component=ComponentName(PACKAGE, DETAILS_CLASS), extras={"id": recipe_id}))
