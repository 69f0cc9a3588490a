"""Recipes in Broccoli: delete some, delete duplicates, add. Decided by the rows of its database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import ClassVar, Final

from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld.tables import Row, Table, rows_param
from gui_agent.benchmarks.androidworld.tasks.recipe_book import (
    COLUMNS,
    DISHES,
    INGREDIENTS_IN_DIRECTIONS,
    different_rows,
)
from gui_agent.benchmarks.androidworld.tasks.recipe_hand import (
    add_recipe,
    delete_exact,
    delete_open_recipe,
    open_card,
    open_recipes,
)
from gui_agent.benchmarks.androidworld.tasks.row_tasks import (
    AddRows,
    DeleteDuplicate,
    DeleteRows,
    add_params,
    as_text,
    listed,
)
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import ChoiceParam, Param, RowsParam
from gui_agent.benchmarks.ui import Match, wait_for

TABLE: Final = Table(
    package="com.flauschcode.broccoli",
    path="/data/data/com.flauschcode.broccoli/databases/broccoli",
    name="recipes",
    key="recipeId",
    columns=COLUMNS[:-1],
)
_TAGS: Final = ("broccoli app",)
_WRITTEN: Final = ("title", "description", "servings", "preparationTime", "ingredients", "directions")


def recipe_rows(low: int, high: int) -> RowsParam:
    return RowsParam(COLUMNS, low, high)


def recipes_text(rows: Sequence[Row], form: str) -> str:
    return as_text(rows, _WRITTEN, form, "Recipe")


class _Delete(DeleteRows):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        titles = rng.sample(tuple(DISHES), self.targets + self.noise)
        rows: list[JsonValue] = []
        for title in titles:
            rows.extend(different_rows(rng, 1, lambda row, title=title: row["title"] == title))  # type: ignore[misc]
        values: dict[str, JsonValue] = {"row_objects": rows[: self.targets]}
        return values | ({"noise_row_objects": rows[self.targets :]} if self.noise else {})

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return f"In the Broccoli app, delete these recipes: {', '.join(_titles(params['row_objects']))}."

    def expert(self, task: Task) -> Script:
        yield from open_recipes()
        for title in sorted(_titles(list(rows_param(task, "row_objects"))), key=str.lower):
            yield from open_card(title)
            yield from self.check_open(task)
            yield from delete_open_recipe()
            yield from wait_for(Match(description="New Recipe"))

    def check_open(self, task: Task) -> Script:
        """What the expert makes sure of before it deletes the open recipe."""
        yield from wait_for(Match(resource_id="details_title"))


def _titles(rows: JsonValue) -> list[str]:
    return [str(row["title"]) for row in listed(rows)]


class RecipeDeleteSingleRecipe(_Delete):
    name = "RecipeDeleteSingleRecipe"
    goal = "Delete a recipe."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = {"row_objects": recipe_rows(1, 1)}
    complexity = 1
    max_steps = 10


class RecipeDeleteSingleWithRecipeWithNoise(_Delete):
    name = "RecipeDeleteSingleWithRecipeWithNoise"
    goal = "Delete a recipe among others."
    targets, noise = 1, 29
    params: ClassVar[Mapping[str, Param]] = {
        "row_objects": recipe_rows(1, 1),
        "noise_row_objects": recipe_rows(29, 29),
    }
    complexity = 2
    max_steps = 20


class RecipeDeleteMultipleRecipes(_Delete):
    name = "RecipeDeleteMultipleRecipes"
    goal = "Delete recipes."
    params: ClassVar[Mapping[str, Param]] = {"row_objects": recipe_rows(3, 3)}
    complexity = 2
    max_steps = 24


class RecipeDeleteMultipleRecipesWithNoise(_Delete):
    name = "RecipeDeleteMultipleRecipesWithNoise"
    goal = "Delete recipes among others."
    noise = 29
    params: ClassVar[Mapping[str, Param]] = {
        "row_objects": recipe_rows(3, 3),
        "noise_row_objects": recipe_rows(29, 29),
    }
    complexity = 3
    max_steps = 34


class RecipeDeleteMultipleRecipesWithConstraint(_Delete):
    """Where AndroidWorld finds no recipe with the ingredient, doing nothing is right; here there always is one."""

    name = "RecipeDeleteMultipleRecipesWithConstraint"
    goal = "Delete the recipes with an ingredient."
    noise = 29
    params: ClassVar[Mapping[str, Param]] = {
        "row_objects": recipe_rows(0, 3),
        "noise_row_objects": recipe_rows(29, 29),
        "ingredient": ChoiceParam(INGREDIENTS_IN_DIRECTIONS),
    }
    complexity = 4
    max_steps = 40

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        word = rng.choice(INGREDIENTS_IN_DIRECTIONS)
        noise = different_rows(rng, self.noise, lambda row: word not in str(row["directions"]).lower())
        targets = different_rows(rng, self.targets, lambda row: word in str(row["directions"]).lower())
        return {"row_objects": list(targets), "noise_row_objects": list(noise), "ingredient": word}

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return f"In the Broccoli app, delete every recipe whose directions call for {params['ingredient']}."

    def check_open(self, task: Task) -> Script:
        yield from wait_for(Match(resource_id="direction_text", contains=str(task.params["ingredient"])))


class _DeleteDuplicates(DeleteDuplicate):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE
    goal = (
        "Some recipe in the Broccoli app is stored twice, equal in everything. Delete one of the two, so that each "
        "different recipe is left exactly once."
    )

    def expert(self, task: Task) -> Script:
        yield from open_recipes()
        yield from delete_exact(rows_param(task, "row_objects")[0])


def _duplicate_params(noise: int) -> dict[str, Param]:
    return {"row_objects": recipe_rows(2, 2), "noise_row_objects": recipe_rows(noise, noise)}


class RecipeDeleteDuplicateRecipes(_DeleteDuplicates):
    name = "RecipeDeleteDuplicateRecipes"
    params: ClassVar[Mapping[str, Param]] = _duplicate_params(5)
    complexity = 1
    max_steps = 10

    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        return different_rows(rng, 6)


class RecipeDeleteDuplicateRecipes2(_DeleteDuplicates):
    """Others have the same title and differ in other fields."""

    name = "RecipeDeleteDuplicateRecipes2"
    params: ClassVar[Mapping[str, Param]] = _duplicate_params(10)
    complexity = 2
    max_steps = 24

    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        *noise, target = different_rows(rng, 7)
        same_title = different_rows(rng, 4, lambda row: row["title"] == target["title"], unlike=(target, *noise))
        return [*noise, *same_title, target]


class RecipeDeleteDuplicateRecipes3(_DeleteDuplicates):
    """Many, sorted before the duplicates or equal to them in what the list shows."""

    name = "RecipeDeleteDuplicateRecipes3"
    params: ClassVar[Mapping[str, Param]] = _duplicate_params(30)
    complexity = 3
    max_steps = 34

    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        first = min(DISHES)
        *noise, target = different_rows(rng, 22, lambda row: row["title"] != first)
        top = different_rows(rng, 3, lambda row: row["title"] == first)
        shown = ("title", "description")
        alike = different_rows(
            rng, 6, lambda row: all(row[name] == target[name] for name in shown), unlike=(target, *noise)
        )
        return [*noise, *top, *alike, target]


class AddRecipes(AddRows):
    tags: ClassVar[tuple[str, ...]] = _TAGS
    table = TABLE
    called = "title"
    exact = ("favorite",)
    alike = ("title", "description", "servings", "preparationTime", "source", "ingredients", "directions")

    def draw(self, rng: Random, count: int, fits: Callable[[Row], bool]) -> list[dict[str, JsonValue]]:
        return different_rows(rng, count, fits)

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        text = recipes_text(listed(params["row_objects"]), str(params["text_representation_type"]))
        return f"In the Broccoli app, enter what follows as new recipes:\n{text}"

    def open(self) -> Script:
        return open_recipes()

    def add(self, row: Row) -> Script:
        return add_recipe(row)


class RecipeAddSingleRecipe(AddRecipes):
    name = "RecipeAddSingleRecipe"
    goal = "Add a recipe."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 1, 10)
    complexity = 2
    max_steps = 24


class RecipeAddMultipleRecipes(AddRecipes):
    name = "RecipeAddMultipleRecipes"
    goal = "Add recipes."
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 3, 10)
    complexity = 5
    max_steps = 60


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    RecipeAddMultipleRecipes(),
    RecipeAddSingleRecipe(),
    RecipeDeleteDuplicateRecipes(),
    RecipeDeleteDuplicateRecipes2(),
    RecipeDeleteDuplicateRecipes3(),
    RecipeDeleteMultipleRecipes(),
    RecipeDeleteMultipleRecipesWithConstraint(),
    RecipeDeleteMultipleRecipesWithNoise(),
    RecipeDeleteSingleRecipe(),
    RecipeDeleteSingleWithRecipeWithNoise(),
)
