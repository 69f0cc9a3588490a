"""Names and tables of Broccoli 1.2.6: package, database version 1 of its Room schema."""

from __future__ import annotations

from typing import Final

PACKAGE: Final = "com.flauschcode.broccoli"
DATABASE: Final = "broccoli"
DATABASE_PATH: Final = f"/data/data/{PACKAGE}/databases/{DATABASE}"

DETAILS_CLASS: Final = f"{PACKAGE}.recipe.details.RecipeDetailsActivity"
EDITOR_CLASS: Final = f"{PACKAGE}.recipe.crud.CreateAndEditRecipeActivity"
COOKING_CLASS: Final = f"{PACKAGE}.recipe.cooking.CookingAssistantActivity"

# Room's own check of the schema: a database without this hash is refused by the real app.
_IDENTITY_HASH = "1548e88f42d976a4b4915ca1cfa71e00"

_INDEXED = "`title`, `description`, `source`, `ingredients`"
_NEW_VALUES = "NEW.`rowid`, NEW.`title`, NEW.`description`, NEW.`source`, NEW.`ingredients`"


def _sync_triggers() -> str:
    """The four triggers with which Room keeps the full-text table equal to the recipes."""
    name = "CREATE TRIGGER IF NOT EXISTS room_fts_content_sync_recipes_fts"
    before = [
        f"{name}_BEFORE_{event} BEFORE {event} ON `recipes`"
        " BEGIN DELETE FROM `recipes_fts` WHERE `docid`=OLD.`rowid`; END;"
        for event in ("UPDATE", "DELETE")
    ]
    after = [
        f"{name}_AFTER_{event} AFTER {event} ON `recipes`"
        f" BEGIN INSERT INTO `recipes_fts`(`docid`, {_INDEXED}) VALUES ({_NEW_VALUES}); END;"
        for event in ("UPDATE", "INSERT")
    ]
    return "\n".join((*before, *after))


SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS android_metadata (locale TEXT);
CREATE TABLE IF NOT EXISTS `recipes` (`recipeId` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `title` TEXT,
  `imageName` TEXT, `description` TEXT, `servings` TEXT, `preparationTime` TEXT, `source` TEXT, `ingredients` TEXT,
  `directions` TEXT, `favorite` INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS `categories` (`categoryId` INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, `name` TEXT);
CREATE TABLE IF NOT EXISTS `recipes_with_categories` (`recipeId` INTEGER NOT NULL, `categoryId` INTEGER NOT NULL,
  PRIMARY KEY(`recipeId`, `categoryId`),
  FOREIGN KEY(`recipeId`) REFERENCES `recipes`(`recipeId`) ON UPDATE NO ACTION ON DELETE CASCADE,
  FOREIGN KEY(`categoryId`) REFERENCES `categories`(`categoryId`) ON UPDATE NO ACTION ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS `index_recipes_with_categories_recipeId` ON `recipes_with_categories` (`recipeId`);
CREATE INDEX IF NOT EXISTS `index_recipes_with_categories_categoryId` ON `recipes_with_categories` (`categoryId`);
CREATE VIRTUAL TABLE IF NOT EXISTS `recipes_fts` USING FTS4(`title` TEXT, `description` TEXT, `source` TEXT,
  `ingredients` TEXT, tokenize=unicode61 `tokenchars=#`, content=`recipes`);
{_sync_triggers()}
CREATE TABLE IF NOT EXISTS room_master_table (id INTEGER PRIMARY KEY, identity_hash TEXT);
INSERT OR REPLACE INTO room_master_table (id, identity_hash) VALUES (42, '{_IDENTITY_HASH}');
"""
