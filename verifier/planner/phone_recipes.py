"""Goals about recipes in Broccoli."""

from __future__ import annotations

from functools import partial
from typing import Final

from verifier.planner.listings import rows_in
from verifier.planner.phone_files import NOTEBOOK
from verifier.planner.plan import Kind, Plan
from verifier.planner.row_goals import Added, AddedFromNote, Deduplicated, DeletedByName, DeletedWhere, over
from verifier.planner.tables import Row, Table
from verifier.planner.wording import REST, TEXT, Values, forms

RECIPES: Final = Table(
    package="com.flauschcode.broccoli",
    database="broccoli",
    name="recipes",
    key="recipeId",
    columns=(
        *("title", "description", "servings", "preparationTime", "source", "ingredients", "directions"),
        *("favorite", "imageName"),
    ),
)
_WRITTEN: Final = ("title", "description", "servings", "preparationTime", "ingredients", "directions")


def _listed(text: str) -> list[Row] | None:
    """Rows with what is not said of them left at what a new recipe has."""
    rows = rows_in(text, _WRITTEN, "Recipe")
    return rows and [{**row, "source": "", "favorite": "0"} for row in rows]


def _add(values: Values) -> Plan | None:
    rows = _listed(values["listed"])
    return over(RECIPES, Added(table=RECIPES, new=tuple(rows))) if rows else None


def _add_from_note(values: Values) -> Plan:
    wanted = values.get("time")

    def read(text: str) -> list[Row] | None:
        return [row for row in _listed(text) or () if wanted in (None, row["preparationTime"])]

    return over(RECIPES, AddedFromNote(table=RECIPES, path=f"{NOTEBOOK}/{values['file']}", read=read))


def _delete(values: Values) -> Plan:
    return over(RECIPES, DeletedByName(table=RECIPES, column="title", names=tuple(values["names"].split(", "))))


def _delete_with(values: Values) -> Plan:
    return over(RECIPES, DeletedWhere(table=RECIPES, column="directions", word=values["word"]))


def _deduplicate(values: Values) -> Plan:
    return over(RECIPES, Deduplicated(table=RECIPES))


_phone = partial(Kind, platform="android")
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="add recipes",
        forms=forms(rf"in the Broccoli app, enter what follows as new recipes:\n(?P<listed>{REST})"),
        plan=_add,
    ),
    _phone(
        name="add recipes from a note",
        forms=forms(
            rf"Markor has a note named (?P<file>{TEXT})\. Enter its recipes into the Broccoli (?:recipe )?app",
            rf"Markor has a note named (?P<file>{TEXT})\. Enter those of its recipes that take "
            r"(?P<time>\d[^\n.]*?\w) to prepare into the Broccoli (?:recipe )?app",
        ),
        plan=_add_from_note,
    ),
    _phone(
        name="delete recipes",
        forms=forms(r"in the Broccoli app, delete these recipes: (?P<names>\S[^\n]*?[^\s.])"),
        plan=_delete,
    ),
    _phone(
        name="delete recipes with an ingredient",
        forms=forms(r"in the Broccoli app, delete every recipe whose directions call for (?P<word>\w(?:[\w -]*?\w)??)"),
        plan=_delete_with,
    ),
    _phone(
        name="delete recipes that are there twice",
        forms=forms(
            r"some recipe in the Broccoli app is stored twice, equal in everything\. Delete one of the two, so that "
            r"each different recipe is left exactly once"
        ),
        plan=_deduplicate,
    ),
)
