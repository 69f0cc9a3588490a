"""Recipes in Broccoli: delete some, delete duplicates, add. Decided by the rows of its database."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tables import Row, Table, added, removed, rows_param
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
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import ChoiceParam, Param, RowsParam
from gui_agent.benchmarks.ui import Match, wait_for
from verifier.rules.base import judge

TABLE: Final = Table(
    package="com.flauschcode.broccoli",
    path="/data/data/com.flauschcode.broccoli/databases/broccoli",
    name="recipes",
    key="recipeId",
    columns=COLUMNS[:-1],
)
_TEXTS: Final = ("title", "description", "servings", "preparationTime", "source", "ingredients", "directions")
_WRITTEN: Final = ("title", "description", "servings", "preparationTime", "ingredients", "directions")
TEXT_FORMS: Final = ChoiceParam(("csv", "text_block"))


def recipe_rows(low: int, high: int) -> RowsParam:
    return RowsParam(COLUMNS, low, high)


def as_text(rows: Sequence[Row], columns: Sequence[str], form: str, noun: str) -> str:
    """Rows as the task writes them: a table with `|` between the cells, or a block of lines for each."""
    if form == "csv":
        return "\n".join(("|".join(columns), *("|".join(str(row[name]) for name in columns) for row in rows)))
    first, *others = columns
    blocks = ("\n".join((f"{noun}: {row[first]}", *(f" {name}: {row[name]}" for name in others))) for row in rows)
    return "\n\n".join(blocks)


def recipes_text(rows: Sequence[Row], form: str) -> str:
    return as_text(rows, _WRITTEN, form, "Recipe")


class RecipeTask(TaskTemplate):
    """`row_objects` are the recipes that the task is about, `noise_row_objects` the others."""

    tags: ClassVar[tuple[str, ...]] = ("broccoli app",)

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        """The recipes that are there at the start, in the order of their numbers."""
        return [*rows_param(task, "noise_row_objects"), *rows_param(task, "row_objects")]

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await TABLE.fill(device, self.stored(task))


class _Delete(RecipeTask):
    targets: ClassVar[int] = 3
    noise: ClassVar[int] = 0

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        titles = rng.sample(tuple(DISHES), self.targets + self.noise)
        rows: list[JsonValue] = []
        for title in titles:
            rows.extend(different_rows(rng, 1, lambda row, title=title: row["title"] == title))  # type: ignore[misc]
        values: dict[str, JsonValue] = {"row_objects": rows[: self.targets]}
        return values | ({"noise_row_objects": rows[self.targets :]} if self.noise else {})

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return f"In the Broccoli app, delete these recipes: {', '.join(_titles(params['row_objects']))}."

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        count = len(rows_param(task, "row_objects"))
        gone = tuple(range(len(before) - count + 1, len(before) + 1))
        return await judge(device, also=[removed(TABLE, before, await TABLE.rows(device), gone)])

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
    return [str(row["title"]) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


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


class _DeleteDuplicates(RecipeTask):
    goal = (
        "Some recipe in the Broccoli app is stored twice, equal in everything. Delete one of the two, so that each "
        "different recipe is left exactly once."
    )
    noise: ClassVar[int] = 5

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        *noise, target = self.different(rng)
        return {"row_objects": [target, dict(target)], "noise_row_objects": list[JsonValue](noise)}

    @abstractmethod
    def different(self, rng: Random) -> list[dict[str, JsonValue]]:
        """The recipes, all different; the last one will be there twice."""

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        gone = (len(before) - 1, len(before))
        return await judge(device, also=[removed(TABLE, before, await TABLE.rows(device), gone, either=True)])

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


class AddRecipes(RecipeTask):
    """`row_objects` are to be added; only the others are there at the start."""

    targets: ClassVar[int] = 3
    noise: ClassVar[int] = 10

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        targets = different_rows(rng, self.targets)
        titles = {row["title"] for row in targets}
        noise = different_rows(rng, self.noise, lambda row: row["title"] not in titles)
        return {
            "row_objects": list(targets),
            "noise_row_objects": list(noise),
            "text_representation_type": TEXT_FORMS.sample(rng),
        }

    def stored(self, task: Task) -> list[dict[str, JsonValue]]:
        return rows_param(task, "noise_row_objects")

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        rows = params["row_objects"]
        listed = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        text = recipes_text(listed, str(params["text_representation_type"]))
        return f"In the Broccoli app, enter what follows as new recipes:\n{text}"

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        before = TABLE.numbered(self.stored(task))
        wanted = rows_param(task, "row_objects")
        found = added(TABLE, before, await TABLE.rows(device), wanted, exact=("favorite",), alike=_TEXTS)
        return await judge(device, also=[found])

    def read_source(self, task: Task) -> Script:
        """How the expert gets to know the recipes, where the goal does not say them."""
        yield from ()

    def expert(self, task: Task) -> Script:
        yield from self.read_source(task)
        yield from open_recipes()
        for row in rows_param(task, "row_objects"):
            yield from add_recipe(row)


def add_params(targets: int, noise: int) -> dict[str, Param]:
    return {
        "row_objects": recipe_rows(targets, targets),
        "noise_row_objects": recipe_rows(noise, noise),
        "text_representation_type": TEXT_FORMS,
    }


class RecipeAddSingleRecipe(AddRecipes):
    name = "RecipeAddSingleRecipe"
    goal = "Add a recipe."
    targets = 1
    params: ClassVar[Mapping[str, Param]] = add_params(1, 10)
    complexity = 2
    max_steps = 24


class RecipeAddMultipleRecipes(AddRecipes):
    name = "RecipeAddMultipleRecipes"
    goal = "Add recipes."
    params: ClassVar[Mapping[str, Param]] = add_params(3, 10)
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
