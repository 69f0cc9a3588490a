"""The cooking assistant: the ingredients, then one direction a page, without anything around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from device_farm.simulator.apps.recipes.details import direction_lines, ingredient_lines
from device_farm.simulator.apps.recipes.look import GREEN_800
from device_farm.simulator.apps.recipes.store import RecipeStore
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context
from device_farm.simulator.toolkit.base import Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class CookingState:
    page: int = 0


CookingContext: TypeAlias = Context[CookingState]


class CookingAssistant(Activity[CookingState]):
    def initial(self, context: CookingContext) -> CookingState:
        return CookingState()

    def build(self, context: CookingContext) -> w.Widget:
        pages = _pages(context)
        last = len(pages) - 1
        page = min(context.state.page, last)

        def turn(direction: Direction) -> None:
            if direction == "left" and page < last:
                context.update(page=page + 1)
            elif direction == "right" and page > 0:
                context.update(page=page - 1)

        title, lines = pages[page]
        texts = tuple(w.Text(line, style="title_large") for line in lines)
        controls = w.Row(
            (
                w.IconButton("close", description="Close", on_tap=context.finish),
                w.Text(f"{page + 1}/{last + 1}", weight=1, align="center"),
                w.IconButton("chevron_left", description="Previous", enabled=page > 0, on_tap=lambda: turn("right")),
                w.IconButton("chevron_right", description="Next", enabled=page < last, on_tap=lambda: turn("left")),
            ),
            padding=(8, 8),
        )
        heading = w.Text(title, style="headline", colour=GREEN_800)
        body = w.Column((heading, *texts), gap=16, padding=32, main="center", weight=1, on_swipe=turn)
        return w.Screen(body=w.Column((body, controls)))


def _pages(context: CookingContext) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(title, lines) of each page."""
    number = context.intent.extras.get("id", 0)
    recipe = RecipeStore(context).get(number) if isinstance(number, int) else None
    if recipe is None or not (recipe.ingredients or recipe.directions):
        return (("", ("This recipe does not have any ingredients or directions yet.",)),)
    pages = []
    if recipe.ingredients:
        lines = tuple(f"{quantity} {text}".strip() for quantity, text in ingredient_lines(recipe.ingredients))
        pages.append(("Ingredients", lines))
    pages.extend((str(index), (line,)) for index, line in enumerate(direction_lines(recipe.directions), 1))
    return tuple(pages)
