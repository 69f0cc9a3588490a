"""New recipe and edit recipe: photo, then one field under the other."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from device_farm.simulator.apps.browsing import path_of
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.recipes.look import PICTURES, WHITE, green_bar, photo, white_icon
from device_farm.simulator.apps.recipes.store import Recipe, RecipeStore
from device_farm.simulator.intents import ActivityResult, Intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, Context

_FIELDS: Final = (
    ("new_description", "Description", "description", "info", True),
    ("new_source", "Source", "source", "link", False),
    ("new_servings", "Servings", "servings", "person", False),
    ("new_preparation_time", "Time", "preparation_time", "schedule", False),
    ("new_ingredients", "Ingredients", "ingredients", "format_list_bulleted", True),
    ("new_directions", "Directions", "directions", "format_list_numbered", True),
)
"""Resource id and key, label, attribute of the recipe, icon, whether it has lines."""

_NEXT: Final = {
    "new_title": "new_description",
    "new_source": "new_servings",
    "new_servings": "new_preparation_time",
    "new_preparation_time": "new_ingredients",
}
"""Where Enter goes from a field of one line: to the next field below that takes the focus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorState:
    """The recipe as it was when opened; typed text is in the fields."""

    recipe: Recipe
    categories: tuple[int, ...]
    dirty: bool = False


EditorContext: TypeAlias = Context[EditorState]


class Editor(Activity[EditorState]):
    def initial(self, context: EditorContext) -> EditorState:
        number = context.intent.extras.get("id", 0)
        store = RecipeStore(context)
        recipe = store.get(number) if isinstance(number, int) and number else None
        if recipe is not None:
            return EditorState(recipe=recipe, categories=tuple(each.id for each in store.categories(recipe.id)))
        shared = context.intent.extras.get("android.intent.extra.TEXT", "")
        return EditorState(recipe=Recipe(source=str(shared)), categories=())

    def build(self, context: EditorContext) -> w.Widget:
        recipe = context.state.recipe
        save = w.Button("SAVE", "text", colour=WHITE, resource_id="button_save_recipe", on_tap=lambda: _save(context))
        bar = green_bar("New Recipe", white_icon("close", "Navigate up", lambda: _leave(context)), (save,))
        camera = w.Row((w.Icon("photo_camera", description="Change photo"),), padding=10, main="end")
        image = w.Stack(
            (photo(context.files, recipe.image_name, width=411, height=200, resource_id="new_image"), camera),
            ("fill", "bottom_end"),
            height=200,
            on_tap=lambda: context.dialog("photo"),
            decorative=True,
        )
        fields = (
            _field(context, "new_title", "Title", recipe.title, "title", multiline=False),
            _category_field(context),
            *(
                _field(context, key, label, getattr(recipe, attribute), icon, multiline=lines)
                for key, label, attribute, icon, lines in _FIELDS
            ),
        )
        form = w.Column(fields, padding=(16, 16), gap=12)
        return w.Screen(body=w.Column((bar, w.Scroll((image, form), key="form", weight=1))))

    def dialog(self, context: EditorContext, name: str, argument: object) -> w.Overlay:
        match name:
            case "photo":
                return _photo_dialog(context)
            case "categories":
                return _categories_dialog(context)
            case _:
                return w.Dialog(
                    text="Discard changes?",
                    buttons=(w.DialogButton("CANCEL"), w.DialogButton("DISCARD", context.finish)),
                )

    def on_back(self, context: EditorContext) -> bool:
        _leave(context)
        return True

    def on_result(self, context: EditorContext, request: str, result: ActivityResult) -> None:
        """A picture that was taken or picked is copied beside the others."""
        if not result.ok:
            return
        path = path_of(result.data)
        if not context.files.is_file(path):
            context.toast("The image file could not be created.")
            return
        name = f"JPEG_{context.local():%Y%m%d_%H%M%S}_{len(context.files.read(path))}.jpg"
        save_file(context.files, posixpath.join(PICTURES, name), context.files.read(path))
        context.update(recipe=replace(context.state.recipe, image_name=name), dirty=True)


def _field(context: EditorContext, key: str, label: str, initial: str, icon: str, *, multiline: bool) -> w.Widget:
    return w.TextField(
        "",
        initial,
        label,
        key=key,
        icon=icon,
        multiline=multiline,
        resource_id=key,
        on_change=lambda text: None if context.state.dirty else context.update(dirty=True),
        on_submit=lambda text: context.focus(_NEXT[key]),
    )


def _category_field(context: EditorContext) -> w.Widget:
    """Looks like the other fields, but a tap opens the list of categories."""
    chosen = [
        category.name for category in RecipeStore(context).categories() if category.id in context.state.categories
    ]
    text = ", ".join(chosen)
    face = w.Row(
        (
            w.Icon("category"),
            w.Text(
                text or "Categories",
                style="body_large",
                colour="on_surface" if text else "on_surface_variant",
                weight=1,
                max_lines=1,
                decorative=True,
            ),
            w.Icon("arrow_drop_down"),
        ),
        gap=12,
        padding=16,
        radius=4,
        border="outline",
        class_name="android.widget.EditText",
        a11y_text=text or "Categories",
        resource_id="new_categories",
        on_tap=lambda: context.dialog("categories"),
    )
    return w.Column((face,), padding=(0, 8, 0, 0))


def entered(context: EditorContext) -> Recipe:
    """The recipe as it stands on the screen."""
    recipe = context.state.recipe
    values = {attribute: context.text(key, getattr(recipe, attribute)) for key, _, attribute, _, _ in _FIELDS}
    return replace(recipe, title=context.text("new_title", recipe.title), **values)  # type: ignore[arg-type]


def _save(context: EditorContext) -> None:
    recipe = entered(context)
    if not recipe.title.strip():
        context.toast("Please add a title.")
        return
    number = RecipeStore(context).save(recipe, context.state.categories)
    context.toast("The recipe has been saved.")
    context.finish(ActivityResult(ok=True, extras={"id": number}))


def _leave(context: EditorContext) -> None:
    if context.state.dirty:
        context.dialog("discard")
    else:
        context.finish()


def _photo_dialog(context: EditorContext) -> w.Overlay:
    def act(action: str) -> None:
        context.dismiss()
        if action == "remove":
            context.update(recipe=replace(context.state.recipe, image_name=""), dirty=True)
        else:
            context.start_for_result(Intent(action=action, type="image/*"), "photo")

    items = [("Pick photo", "android.intent.action.GET_CONTENT"), ("Take photo", "android.media.action.IMAGE_CAPTURE")]
    if context.state.recipe.image_name:
        items.append(("Remove photo", "remove"))
    rows = tuple(_choice(title, lambda action=action: act(action)) for title, action in items)  # type: ignore[misc]
    return w.Dialog(title="Change photo", body=w.Column(rows))


def _choice(title: str, on_tap: w.Handler) -> w.Widget:
    return w.ListRow(title, title_id="android:id/text1", on_tap=on_tap, padding=(0, 12))


def _categories_dialog(context: EditorContext) -> w.Overlay:
    categories = RecipeStore(context).categories()

    def toggle(number: int, on: bool) -> None:
        others = tuple(each for each in context.state.categories if each != number)
        context.update(categories=(*others, number) if on else others, dirty=True)

    rows = tuple(
        w.CheckRow(
            category.name,
            category.id in context.state.categories,
            on_change=lambda on, number=category.id: toggle(number, on),  # type: ignore[misc]
            padding=(0, 12),
        )
        for category in categories
    )
    body = w.Column(rows) if rows else None
    text = "" if rows else "No categories have been created yet."
    return w.Dialog(title="Categories", text=text, body=body, buttons=(w.DialogButton("OK"),))
