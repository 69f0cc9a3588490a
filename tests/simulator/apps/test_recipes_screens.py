"""Broccoli driven by taps: what is saved lies in its tables, what the tables say is on the screen."""

from __future__ import annotations

import sqlite3

import pytest
from hand import Hand

from device_farm.simulator.apps.recipes.schema import DATABASE_PATH, PACKAGE, SCHEMA
from device_farm.simulator.apps.recipes.store import ALL, Recipe, RecipeStore
from device_farm.simulator.database import Database


def opened(*recipes: Recipe) -> Hand:
    hand = Hand()
    for recipe in recipes:
        store(hand).save(recipe, ())
    hand.open(PACKAGE)
    return hand


def store(hand: Hand) -> RecipeStore:
    return RecipeStore(hand.phone.callbacks.app_context(PACKAGE))


def titles(hand: Hand) -> list[str]:
    return [node.text for node in hand.nodes(lambda node: node.resource_id.endswith("card_text_view_title"))]


def test_new_recipe_is_stored_with_all_its_fields() -> None:
    hand = opened()
    hand.tap(description="New Recipe")
    hand.tap(resource_id="new_title")
    hand.type("Pea Soup\nGreen and quick.")
    hand.swipe_up()
    hand.tap(resource_id="new_source")
    hand.type("Aunt Ida\n4 servings\n20 mins\n200 g peas")
    hand.swipe_up()
    hand.tap(resource_id="new_directions")
    hand.type("Boil the peas.")
    assert store(hand).find(ALL) == ()
    hand.tap("SAVE")
    (saved,) = store(hand).find(ALL)
    assert saved == Recipe(
        id=saved.id,
        title="Pea Soup",
        description="Green and quick.",
        source="Aunt Ida",
        servings="4 servings",
        preparation_time="20 mins",
        ingredients="200 g peas",
        directions="Boil the peas.",
    )
    assert all(hand.sees(text) for text in ("Pea Soup", "4 servings", "200", "g peas", "Boil the peas."))


def test_recipe_without_title_is_not_saved() -> None:
    hand = opened()
    hand.tap(description="New Recipe")
    hand.tap("SAVE")
    assert store(hand).find(ALL) == ()
    assert hand.node(resource_id="button_save_recipe")


def test_deleting_asks_first() -> None:
    hand = opened(Recipe(title="Tart"), Recipe(title="Tea"))
    hand.tap("Tart")
    hand.tap(description="More options")
    hand.tap("Delete")
    hand.tap("CANCEL")
    assert len(store(hand).find(ALL)) == 2
    hand.tap(description="More options")
    hand.tap("Delete")
    hand.tap("DELETE")
    assert titles(hand) == ["Tea"]
    assert [recipe.title for recipe in store(hand).find(ALL)] == ["Tea"]


def test_search_finds_words_of_title_and_description_but_not_of_directions() -> None:
    hand = opened(
        Recipe(title="Bean Stew", description="slow"),
        Recipe(title="Cake", description="with beans"),
        Recipe(title="Punch", directions="bean"),
    )
    hand.tap(description="Search")
    hand.type("bean")
    assert titles(hand) == ["Bean Stew", "Cake"]
    hand.fill('"', resource_id="search_src_text")
    assert hand.sees("No recipes found.")


def test_discarding_a_change_asks_first() -> None:
    hand = opened(Recipe(title="Tart"))
    hand.tap("Tart")
    hand.tap(description="More options")
    hand.tap("Edit")
    hand.fill("Torte", resource_id="new_title")
    hand.back()
    hand.back()
    hand.tap("DISCARD")
    assert [recipe.title for recipe in store(hand).find(ALL)] == ["Tart"]


def test_category_filters_the_list() -> None:
    hand = opened(Recipe(title="Tart"), Recipe(title="Tea"))
    hand.tap(description="Open navigation drawer")
    hand.tap("Categories")
    hand.tap(description="Add category")
    hand.type("Sweet")
    hand.tap("SAVE")
    hand.tap(description="Open navigation drawer")
    hand.tap("Recipes")
    hand.tap("Tart")
    hand.tap(description="Mark as favorite")
    hand.tap(description="More options")
    hand.tap("Edit")
    hand.tap(resource_id="new_categories")
    hand.tap("Sweet")
    hand.tap("OK")
    hand.tap("SAVE")
    hand.back()
    for name in ("Sweet", "Favorites"):
        hand.tap(resource_id="spinner")
        hand.tap(name)
        assert titles(hand) == ["Tart"]
    hand.tap(resource_id="spinner")
    hand.tap("Recipes without category")
    assert titles(hand) == ["Tea"]


def test_backup_brings_recipes_back() -> None:
    hand = opened(Recipe(title="Tart"))
    hand.tap(description="Open navigation drawer")
    hand.tap("Backup and restore")
    hand.tap("Backup recipes")
    store(hand).delete(store(hand).find(ALL)[0].id)
    hand.tap("Restore recipes")
    hand.tap("RESTORE")
    assert [recipe.title for recipe in store(hand).find(ALL)] == ["Tart"]


def test_seasonal_calendar_is_configured_and_filters() -> None:
    hand = opened(Recipe(title="Pie", ingredients="3 apples"), Recipe(title="Tea", ingredients="water"))
    hand.tap(description="Open navigation drawer")
    hand.tap("Seasonal calendar")
    hand.tap("CONFIGURE")
    hand.tap("Region")
    hand.tap("Central Europe")
    hand.tap("Languages of recipes")
    hand.tap("English")
    hand.tap("OK")
    hand.tap(description="Open navigation drawer")
    hand.tap("Seasonal calendar")
    assert hand.sees("October")
    hand.tap("Apples")
    assert titles(hand) == ["Pie"]


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 200])
def test_database_that_is_none_is_made_anew(content: bytes) -> None:
    hand = opened(Recipe(title="Tart"))
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.write(DATABASE_PATH, content)
    hand.open(PACKAGE)
    assert hand.sees("No recipes found.")
    store(hand).save(Recipe(title="Tea"), ())
    assert [recipe.title for recipe in store(hand).find(ALL)] == ["Tea"]


def test_recipe_with_a_title_longer_than_a_file_name_is_shared() -> None:
    hand = opened()
    store(hand).save(Recipe(title="豆" * 300), ())
    hand.press(hand.nodes(lambda node: node.resource_id.endswith("card_text_view_title"))[0])
    hand.tap(description="More options")
    hand.tap("Share as file")
    (name,) = hand.phone.files.list(f"/data/data/{PACKAGE}/cache")
    assert name == "豆" * 50 + ".broccoli"


def test_missing_database_is_made_at_the_next_start_and_lost_tables_come_back() -> None:
    hand = opened(Recipe(title="Tart"))
    hand.phone.activities.force_stop(PACKAGE)
    hand.phone.files.remove(DATABASE_PATH)
    hand.open(PACKAGE)
    database = Database(hand.phone.files, DATABASE_PATH)
    assert database.query("SELECT * FROM recipes") == []
    database.execute("DROP TABLE categories")
    hand.tap(description="Open navigation drawer")
    assert database.query("SELECT * FROM categories") == []


def test_rows_pushed_from_outside_are_on_the_screen_after_a_start(tmp_path_factory: pytest.TempPathFactory) -> None:
    hand = opened()
    path = tmp_path_factory.mktemp("pushed") / "broccoli"
    path.write_bytes(hand.phone.files.read(DATABASE_PATH))
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO recipes (title, favorite) VALUES ('Tart', 0)")
    connection.commit()
    connection.close()
    hand.phone.files.write(DATABASE_PATH, path.read_bytes())
    hand.phone.activities.force_stop(PACKAGE)
    hand.open(PACKAGE)
    assert titles(hand) == ["Tart"]
    hand.tap("Tart")
    assert hand.sees("Tart")


def test_schema_says_if_not_exists_everywhere() -> None:
    hand = opened()
    Database(hand.phone.files, DATABASE_PATH).script(SCHEMA)
    assert store(hand).find(ALL) == ()
