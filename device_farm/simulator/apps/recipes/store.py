"""Recipes and categories in Broccoli's database. Every call reads or writes the file; nothing is held in memory."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Final

from device_farm.simulator.apps.recipes.schema import DATABASE, SCHEMA
from device_farm.simulator.apps.room import room_database
from device_farm.simulator.toolkit.app import AppContext

ALL: Final = -1
FAVORITES: Final = -2
UNASSIGNED: Final = -3
SEASONAL: Final = -4
"""Ids of the filters that are no stored category, as in the real app."""

_COLUMNS: Final = (
    "title",
    "imageName",
    "description",
    "servings",
    "preparationTime",
    "source",
    "ingredients",
    "directions",
    "favorite",
)
_SELECT = "SELECT recipes.recipeId, " + ", ".join(f"recipes.{name}" for name in _COLUMNS) + " FROM recipes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One row of `recipes`; `id` 0 is a recipe that was never saved."""

    id: int = 0
    title: str = ""
    image_name: str = ""
    description: str = ""
    servings: str = ""
    preparation_time: str = ""
    source: str = ""
    ingredients: str = ""
    directions: str = ""
    favorite: bool = False

    @property
    def values(self) -> tuple[str | int, ...]:
        """In the order of the table's columns."""
        return (
            self.title,
            self.image_name,
            self.description,
            self.servings,
            self.preparation_time,
            self.source,
            self.ingredients,
            self.directions,
            int(self.favorite),
        )


@dataclass(frozen=True, slots=True)
class Category:
    id: int
    name: str


def _recipe(row: sqlite3.Row) -> Recipe:
    texts = ["" if value is None else str(value) for value in tuple(row)[1:9]]
    return Recipe(
        id=row[0],
        title=texts[0],
        image_name=texts[1],
        description=texts[2],
        servings=texts[3],
        preparation_time=texts[4],
        source=texts[5],
        ingredients=texts[6],
        directions=texts[7],
        favorite=bool(row[9]),
    )


class RecipeStore:
    """The tables, opened anew for each screen."""

    def __init__(self, context: AppContext) -> None:
        self._database = room_database(context, DATABASE, SCHEMA)

    def find(self, category: int, term: str = "", seasonal: tuple[str, ...] = ()) -> tuple[Recipe, ...]:
        """Recipes of a category, by title, or the full-text hits of `term` (the start of a word) in it.

        `seasonal` are the words of which one must be among the ingredients.
        """
        joins, conditions, values = "", ["1"], list[str | int]()
        match category:
            case -2:
                conditions.append("favorite = 1")
            case -3:
                conditions.append("recipes.recipeId NOT IN (SELECT recipeId FROM recipes_with_categories)")
            case -4:
                conditions.append(
                    "recipes.recipeId IN (SELECT docid FROM recipes_fts WHERE recipes_fts.ingredients MATCH ?)"
                )
                values.append(" OR ".join(f'"{word}"' for word in seasonal) or '""')
            case number if number > 0:
                conditions.append(
                    "recipes.recipeId IN (SELECT recipeId FROM recipes_with_categories WHERE categoryId = ?)"
                )
                values.append(number)
        order = "title COLLATE NOCASE"
        if term:
            joins = " JOIN recipes_fts ON recipes.recipeId = recipes_fts.docid"
            conditions.append("recipes_fts MATCH ?")
            values.append(f"{term}*")
            order = "SUBSTR(OFFSETS(recipes_fts), 1, 1), recipes.title COLLATE NOCASE"
        sql = f"{_SELECT}{joins} WHERE {' AND '.join(conditions)} ORDER BY {order}"
        try:
            return tuple(map(_recipe, self._database.query(sql, values)))
        except sqlite3.OperationalError:
            # What is no full-text query, such as a lone quotation mark, finds nothing.
            return ()

    def get(self, recipe_id: int) -> Recipe | None:
        rows = self._database.query(f"{_SELECT} WHERE recipeId = ?", (recipe_id,))
        return _recipe(rows[0]) if rows else None

    def save(self, recipe: Recipe, categories: tuple[int, ...]) -> int:
        """Inserts or updates; returns the id."""
        names = ", ".join(_COLUMNS)
        with self._database.session() as connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            if recipe.id:
                changes = ", ".join(f"{name} = ?" for name in _COLUMNS)
                connection.execute(f"UPDATE recipes SET {changes} WHERE recipeId = ?", (*recipe.values, recipe.id))
                recipe_id = recipe.id
            else:
                marks = ", ".join("?" for _ in _COLUMNS)
                cursor = connection.execute(f"INSERT INTO recipes ({names}) VALUES ({marks})", recipe.values)
                recipe_id = cursor.lastrowid or 0
            connection.execute("DELETE FROM recipes_with_categories WHERE recipeId = ?", (recipe_id,))
            connection.executemany(
                "INSERT INTO recipes_with_categories (recipeId, categoryId) VALUES (?, ?)",
                [(recipe_id, category) for category in categories],
            )
        return recipe_id

    def delete(self, recipe_id: int) -> None:
        with self._database.session() as connection:
            connection.execute("DELETE FROM recipes_with_categories WHERE recipeId = ?", (recipe_id,))
            connection.execute("DELETE FROM recipes WHERE recipeId = ?", (recipe_id,))

    def set_favorite(self, recipe_id: int, favorite: bool) -> None:
        self._database.execute("UPDATE recipes SET favorite = ? WHERE recipeId = ?", (int(favorite), recipe_id))

    def categories(self, recipe_id: int | None = None) -> tuple[Category, ...]:
        """All categories by name, or those of one recipe."""
        sql = "SELECT categoryId, COALESCE(name, '') FROM categories"
        values: tuple[int, ...] = ()
        if recipe_id is not None:
            sql += " WHERE categoryId IN (SELECT categoryId FROM recipes_with_categories WHERE recipeId = ?)"
            values = (recipe_id,)
        rows = self._database.query(f"{sql} ORDER BY name COLLATE NOCASE", values)
        return tuple(Category(row[0], row[1]) for row in rows)

    def save_category(self, category: Category) -> None:
        if category.id:
            self._database.execute("UPDATE categories SET name = ? WHERE categoryId = ?", (category.name, category.id))
        else:
            self._database.execute("INSERT INTO categories (name) VALUES (?)", (category.name,))

    def delete_category(self, category_id: int) -> None:
        with self._database.session() as connection:
            connection.execute("DELETE FROM recipes_with_categories WHERE categoryId = ?", (category_id,))
            connection.execute("DELETE FROM categories WHERE categoryId = ?", (category_id,))
