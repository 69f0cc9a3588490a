"""The drawer's smaller pages: seasonal calendar, support, backup, settings, about."""

from __future__ import annotations

from functools import partial
from typing import Final

from device_farm.simulator.apps.recipes import backup
from device_farm.simulator.apps.recipes.look import GREEN_800
from device_farm.simulator.apps.recipes.navigation import MainContext, go_to
from device_farm.simulator.apps.recipes.seasons import (
    LANGUAGES,
    LANGUAGES_KEY,
    MONTHS,
    REGION_KEY,
    REGIONS,
    configured_region,
    foods_of,
    preferences,
)
from device_farm.simulator.apps.recipes.store import ALL, FAVORITES, SEASONAL
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.toolkit import widgets as w

_PREFERRED_KEY: Final = "preferred-category"
_PREFERRED: Final = ((ALL, "All recipes"), (SEASONAL, "Seasonal recipes"), (FAVORITES, "Favorites"))


def preferred_category(files: FileSystem) -> int:
    """The filter with which the list opens."""
    chosen = preferences(files).text(_PREFERRED_KEY, str(ALL))
    return next((number for number, _ in _PREFERRED if str(number) == chosen), ALL)


def page(context: MainContext) -> w.Widget:
    match context.state.page:
        case "seasons":
            return _seasons(context)
        case "support":
            return _support()
        case "backup":
            return _backup(context)
        case "settings":
            return _settings(context)
        case _:
            return _about()


def _seasons(context: MainContext) -> w.Widget:
    region = configured_region(context.files)
    if region is None:
        message = w.Text("The seasonal calendar has not been fully configured yet.", style="title", align="center")
        button = w.Button("CONFIGURE", colour=GREEN_800, on_tap=lambda: go_to(context, "settings"))
        return w.Column(
            (message, button),
            gap=16,
            main="center",
            cross="center",
            padding=32,
            weight=1,
            resource_id="seasons_not_configured_layout",
        )
    month = context.state.month
    steps = w.Row(
        (
            w.IconButton(
                "chevron_left",
                description="Previous month",
                enabled=month > 1,
                on_tap=lambda: context.update(month=month - 1),
            ),
            w.Text(MONTHS[month - 1], style="title", align="center", weight=1, colour=GREEN_800),
            w.IconButton(
                "chevron_right",
                description="Next month",
                enabled=month < len(MONTHS),
                on_tap=lambda: context.update(month=month + 1),
            ),
        ),
        resource_id="seasons_tablayout",
    )
    rows = tuple(
        w.ListRow(food.name, icon="eco", on_tap=partial(context.update, page="recipes", food=food.name))
        for food in foods_of(region, month)
    )
    return w.Column((steps, w.Scroll(rows, key=f"foods:{month}", weight=1, resource_id="seasons_pager")), weight=1)


def _section(title: str, text: str) -> w.Widget:
    return w.Column((w.Text(title, style="title", colour=GREEN_800), w.Text(text)), gap=4, padding=(24, 12))


def _support() -> w.Widget:
    return w.Scroll(
        (
            _section("Donate", "Broccoli costs nothing. A coffee for its developer keeps it growing."),
            _section("Give feedback", "Do you like Broccoli? Tell us about it!"),
            _section("Tell your friends", "Do your friends also like to cook? Tell them about Broccoli!"),
        ),
        key="support",
        weight=1,
    )


def _backup(context: MainContext) -> w.Widget:
    def back_up() -> None:
        context.snackbar(f"Saved to {backup.write(context)}")

    return w.Scroll(
        (
            w.ListRow(
                "Backup recipes",
                "Export all your recipes and categories and save them wherever you want.",
                icon="upload",
                on_tap=back_up,
            ),
            w.ListRow(
                "Restore recipes",
                "Import all recipes and categories from a backup file.",
                icon="download",
                on_tap=lambda: context.dialog("restore"),
            ),
        ),
        key="backup",
        weight=1,
    )


def _settings(context: MainContext) -> w.Widget:
    store = preferences(context.files)
    preferred = dict(_PREFERRED)[preferred_category(context.files)]
    languages = store.load().get(LANGUAGES_KEY, frozenset())
    chosen = ", ".join(sorted(languages)) if isinstance(languages, frozenset) else ""
    return w.Scroll(
        (
            w.SectionHeader("General settings"),
            w.ListRow("Preferred category", preferred, on_tap=lambda: context.dialog("preferred")),
            w.SectionHeader("Seasonal calendar"),
            w.ListRow("Region", store.text(REGION_KEY), on_tap=lambda: context.dialog("region")),
            w.ListRow(
                "Languages of recipes",
                chosen or "In which languages do you create your recipes? Choose at least one language.",
                on_tap=lambda: context.dialog("languages"),
            ),
        ),
        key="settings",
        weight=1,
    )


def _about() -> w.Widget:
    return w.Scroll(
        (w.ListRow("Version", "1.2.6"), w.ListRow("Privacy policy", "Recipes stay on this phone.")),
        key="about",
        weight=1,
    )


def dialog(context: MainContext, name: str) -> w.Overlay:
    store = preferences(context.files)
    match name:
        case "preferred":
            names = tuple(title for _, title in _PREFERRED)
            chosen = [number for number, _ in _PREFERRED].index(preferred_category(context.files))
            return w.ChoiceDialog(
                "Preferred category",
                names,
                chosen,
                lambda index: store.put(**{_PREFERRED_KEY: str(_PREFERRED[index][0])}),
            )
        case "region":
            region = store.text(REGION_KEY)
            chosen = REGIONS.index(region) if region in REGIONS else -1
            return w.ChoiceDialog("Region", REGIONS, chosen, lambda index: store.put(**{REGION_KEY: REGIONS[index]}))
        case "languages":
            return _languages_dialog(context)
        case _:
            return _restore_dialog(context)


def _languages_dialog(context: MainContext) -> w.Overlay:
    store = preferences(context.files)
    held = store.load().get(LANGUAGES_KEY, frozenset())
    chosen = held if isinstance(held, frozenset) else frozenset()

    def change(language: str, on: bool) -> None:
        store.put(**{LANGUAGES_KEY: chosen | {language} if on else chosen - {language}})

    rows = tuple(
        w.CheckRow(language, language in chosen, on_change=partial(change, language), padding=(0, 12))
        for language in LANGUAGES
    )
    return w.Dialog(title="Languages of recipes", body=w.Column(rows), buttons=(w.DialogButton("OK"),))


def _restore_dialog(context: MainContext) -> w.Overlay:
    path = backup.newest(context.files)
    if path is None:
        return w.Dialog(text="There is no backup file in Download.", buttons=(w.DialogButton("OK"),))

    def restore() -> None:
        count = backup.restore(context, path)
        context.snackbar(
            "The recipes could not be imported." if count is None else f"{count} recipes have been imported."
        )

    return w.Dialog(
        text="Do you want to import all recipes and categories from this file?",
        buttons=(w.DialogButton("CANCEL"), w.DialogButton("RESTORE", restore)),
    )
