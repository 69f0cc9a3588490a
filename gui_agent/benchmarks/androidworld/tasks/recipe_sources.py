"""Recipes to be typed off a note or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.task import JsonValue, Task
from gui_agent.benchmarks.androidworld.tables import rows_param
from gui_agent.benchmarks.androidworld.tasks.recipe_book import COLUMNS, PREPARATION_TIMES, different_rows
from gui_agent.benchmarks.androidworld.tasks.recipes import AddRecipes, recipes_text
from gui_agent.benchmarks.androidworld.tasks.row_tasks import add_params
from gui_agent.benchmarks.androidworld.tasks.sources import look_at_picture, put_note, put_pictures, read_note
from gui_agent.benchmarks.base import Script, TaskTemplate
from gui_agent.benchmarks.params import ChoiceParam, Param

_NOTE: Final = "recipes.txt"
_PICTURE: Final = "recipes.jpg"


class RecipeAddMultipleRecipesFromMarkor(AddRecipes):
    name = "RecipeAddMultipleRecipesFromMarkor"
    goal = "Markor has a note named recipes.txt. Enter its recipes into the Broccoli recipe app."
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 3, 10)
    tags = ("broccoli app", "markor")
    complexity = 5
    max_steps = 60

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal.format(**params)

    def note(self, task: Task) -> str:
        """What the note says."""
        return recipes_text(rows_param(task, "row_objects"), str(task.params["text_representation_type"]))

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await put_note(device, _NOTE, self.note(task))

    def read_source(self, task: Task) -> Script:
        yield from read_note(_NOTE, [str(row["title"]) for row in rows_param(task, "row_objects")])


class RecipeAddMultipleRecipesFromMarkor2(RecipeAddMultipleRecipesFromMarkor):
    """The note has many recipes; those of one preparation time are wanted."""

    name = "RecipeAddMultipleRecipesFromMarkor2"
    goal = (
        "Markor has a note named recipes.txt. Enter those of its recipes that take {prep_time} to prepare into the "
        "Broccoli recipe app."
    )
    noise = 40
    params: ClassVar[Mapping[str, Param]] = {**add_params(COLUMNS, 3, 40), "prep_time": ChoiceParam(PREPARATION_TIMES)}

    def sample(self, rng: Random) -> dict[str, JsonValue]:
        wanted = rng.choice(PREPARATION_TIMES)
        targets = different_rows(rng, self.targets, lambda row: row["preparationTime"] == wanted)
        noise = different_rows(rng, self.noise, lambda row: row["preparationTime"] != wanted)
        form = rng.choice(("csv", "text_block"))
        return {
            "row_objects": list(targets),
            "noise_row_objects": list(noise),
            "text_representation_type": form,
            "prep_time": wanted,
        }

    def note(self, task: Task) -> str:
        rows = [*rows_param(task, "row_objects"), *rows_param(task, "noise_row_objects")]
        Random(f"note/{task.seed}").shuffle(rows)
        return recipes_text(rows, str(task.params["text_representation_type"]))


class RecipeAddMultipleRecipesFromImage(AddRecipes):
    name = "RecipeAddMultipleRecipesFromImage"
    goal = "The gallery (Simple Gallery Pro) has a picture named recipes.jpg. Enter its recipes into the Broccoli app."
    params: ClassVar[Mapping[str, Param]] = add_params(COLUMNS, 3, 10)
    tags = ("broccoli app", "simple gallery pro")
    complexity = 5
    max_steps = 60

    def goal_text(self, params: Mapping[str, JsonValue]) -> str:
        return self.goal

    async def set_up(self, device: Device, task: Task) -> None:
        await super().set_up(device, task)
        await put_pictures(device, {_PICTURE: recipes_text(rows_param(task, "row_objects"), "text_block")})

    def read_source(self, task: Task) -> Script:
        yield from look_at_picture(_PICTURE)


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    RecipeAddMultipleRecipesFromImage(),
    RecipeAddMultipleRecipesFromMarkor(),
    RecipeAddMultipleRecipesFromMarkor2(),
)
