"""Backups: an archive of all recipes and categories in the Download folder, and its way back."""

from __future__ import annotations

import io
import json
import posixpath
import zipfile
from dataclasses import asdict
from typing import Any, Final

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.recipes.store import ALL, Category, Recipe, RecipeStore
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit.app import AppContext

FOLDER: Final = "/storage/emulated/0/Download"
_SUFFIX: Final = ".broccoli-archive"
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def write_recipe(context: AppContext, recipe: Recipe) -> str:
    """Writes one recipe to a file that can be shared; returns its path."""
    content = _entry(RecipeStore(context), recipe)
    # A file's name holds 255 bytes; a character takes up to four.
    name = recipe.title.replace("/", "_")[:50]
    path = posixpath.join(context.data_dir, "cache", f"{name}.broccoli")
    save_file(context.files, path, _archive({"recipe.json": content}))
    return path


def _entry(store: RecipeStore, recipe: Recipe) -> dict[str, object]:
    return {**asdict(recipe), "categories": [category.name for category in store.categories(recipe.id)]}


def _archive(contents: dict[str, object]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, value in contents.items():
            # A fixed date in the archive: equal recipes give equal bytes.
            target.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), json.dumps(value, ensure_ascii=False))
    return archive.getvalue()


def write(context: AppContext) -> str:
    """Writes an archive of everything; returns its path."""
    store = RecipeStore(context)
    recipes = [_entry(store, recipe) for recipe in store.find(ALL)]
    names = [category.name for category in store.categories()]
    path = posixpath.join(FOLDER, f"EXPORT_{context.local():%Y%m%d_%H%M%S}{_SUFFIX}")
    save_file(context.files, path, _archive({"categories.json": names, "recipes.json": recipes}))
    return path


def newest(files: FileSystem) -> str | None:
    """The archive with the latest name in Download."""
    names = [name for name in files.list(FOLDER) if name.endswith(_SUFFIX)] if files.is_dir(FOLDER) else []
    return posixpath.join(FOLDER, max(names)) if names else None


def restore(context: AppContext, path: str) -> int | None:
    """Adds the recipes of an archive; how many, or None where it cannot be read."""
    store = RecipeStore(context)
    try:
        with zipfile.ZipFile(io.BytesIO(context.files.read(path))) as source:
            names = json.loads(source.read("categories.json"))
            recipes = [
                (Recipe(**{**_known(entry), "id": 0}), entry["categories"])
                for entry in json.loads(source.read("recipes.json"))
            ]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError):
        return None
    there = {category.name for category in store.categories()}
    for name in names:
        if name not in there:
            store.save_category(Category(0, str(name)))
    ids = {category.name: category.id for category in store.categories()}
    for recipe, categories in recipes:
        store.save(recipe, tuple(ids[name] for name in categories if name in ids))
    return len(recipes)


def _known(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if name != "categories"}
