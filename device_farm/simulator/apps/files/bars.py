"""App bars, breadcrumbs, the drawer of roots and the bar of the move and copy picker."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from device_farm.simulator.apps import overlays
from device_farm.simulator.apps.browsing import file_uri
from device_farm.simulator.apps.file_actions import entry_of, transfer_entries
from device_farm.simulator.apps.files.browser import (
    FilesContext,
    Mode,
    breadcrumbs,
    go_to,
    open_root,
    root_of,
    roots_of,
    shown_entries,
)
from device_farm.simulator.apps.files.options import PACKAGE, load_options, save_options
from device_farm.simulator.intents import SEND, VIEW, ComponentName, Intent
from device_farm.simulator.toolkit import widgets as w

INSPECTOR_CLASS = "com.android.documentsui.inspector.InspectorActivity"


def folder_bar(context: FilesContext) -> w.AppBar:
    """The usual bar."""
    state = context.state
    if state.searching:
        field = w.TextField(
            "Search this phone", key="search", style="plain", autofocus=True, resource_id="search_src_text"
        )
        return w.AppBar(navigation="back", title_widget=field)
    options = load_options(context.files)
    overflow: list[w.MenuItem] = []
    if root_of(context).folder:
        overflow.append(w.MenuItem("New folder", lambda: context.dialog("new_folder")))
    overflow.append(w.MenuItem("Sort by…", lambda: context.dialog("sort")))
    if state.mode == "browse":
        overflow.append(w.MenuItem("Select all", lambda: select_all(context)))
    overflow.append(
        w.MenuItem(
            "Hide hidden files" if options.hidden else "Show hidden files",
            lambda: save_options(context.files, replace(options, hidden=not options.hidden)),
        )
    )
    return w.AppBar(
        breadcrumbs(context)[-1][0],
        navigation="menu",
        navigation_description="Show roots",
        on_navigation=lambda: context.update(drawer=True),
        actions=(
            w.IconButton(
                "search",
                description="Search",
                resource_id="option_menu_search",
                on_tap=lambda: _start_search(context),
            ),
        ),
        overflow=tuple(overflow),
    )


def _start_search(context: FilesContext) -> None:
    context.update(searching=True)
    context.set_text("search", "")
    context.focus("search")


def select_all(context: FilesContext) -> None:
    context.update(selected=tuple(entry.path for entry in shown_entries(context)))


def header(context: FilesContext) -> w.Widget:
    """Breadcrumbs, then what the list is, with the switch between list and grid."""
    options = load_options(context.files)
    steps = breadcrumbs(context)
    crumbs: list[w.Widget] = []
    for place, (title, folder) in enumerate(steps):
        if place:
            crumbs.append(w.Icon("chevron_right", size=18, colour="on_surface_variant"))
        last = place == len(steps) - 1
        crumbs.append(
            w.Text(
                title,
                max_lines=1,
                colour="primary" if last else "on_surface_variant",
                resource_id=f"{PACKAGE}:id/breadcrumb_text",
                padding=(4, 10),
                on_tap=None if last else partial(go_to, context, folder),
            )
        )
    name = "Recent files" if root_of(context).id == "recent" else f"Files in {steps[-1][0]}"
    toggle = w.IconButton(
        "view_list" if options.grid else "grid_view",
        description="List view" if options.grid else "Grid view",
        resource_id="sub_menu",
        on_tap=lambda: save_options(context.files, replace(options, grid=not options.grid)),
    )
    title_row = w.Row(
        (w.Text(name, style="title_small", weight=1, max_lines=1, resource_id="header_title"), toggle),
        padding=(16, 0, 4, 0),
    )
    if len(steps) < 2:
        return title_row
    shown = crumbs[-5:] if len(crumbs) > 5 else crumbs
    return w.Column((w.Row(tuple(shown), padding=(12, 0), resource_id="horizontal_breadcrumb"), title_row))


def selection_bar(context: FilesContext) -> w.AppBar:
    selected = context.state.selected
    single = len(selected) == 1
    overflow = [
        w.MenuItem("Select all", lambda: select_all(context)),
        w.MenuItem("Copy to…", lambda: start_transfer(context, "copy")),
        w.MenuItem("Move to…", lambda: start_transfer(context, "move")),
    ]
    if single:
        overflow.append(w.MenuItem("Rename", lambda: context.dialog("rename")))
        overflow.append(w.MenuItem("Get info", lambda: open_info(context, selected[0])))
    return w.AppBar(
        f"{len(selected)} selected",
        navigation="close",
        on_navigation=lambda: context.update(selected=()),
        actions=(
            w.IconButton("share", description="Share", resource_id="action_menu_share", on_tap=lambda: _share(context)),
            w.IconButton(
                "delete",
                description="Delete",
                resource_id="action_menu_delete",
                on_tap=lambda: context.dialog("delete"),
            ),
        ),
        overflow=tuple(overflow),
    )


def open_info(context: FilesContext, path: str) -> None:
    component = ComponentName(PACKAGE, INSPECTOR_CLASS)
    context.start(Intent(action=VIEW, data=file_uri(path), component=component))
    context.update(selected=())


def _share(context: FilesContext) -> None:
    first = entry_of(context.files, context.state.selected[0])
    if first is None or first.is_folder:
        context.toast("Can’t share folders")
        return
    extras: dict[str, str | int | float | bool | tuple[str, ...]] = {
        "android.intent.extra.STREAM": file_uri(first.path)
    }
    if first.kind == "text":
        extras["android.intent.extra.TEXT"] = context.files.read_text(first.path)
    context.start(Intent(action=SEND, type=first.mimetype, extras=extras))


def start_transfer(context: FilesContext, mode: Mode) -> None:
    """The browser becomes a picker of the target folder; leaving it comes back here."""
    context.update(mode=mode, pending=context.state.selected, selected=())


def transfer_bar(context: FilesContext) -> w.Widget:
    """Cancel and Move or Copy, below the picker."""
    state = context.state
    word = "Move" if state.mode == "move" else "Copy"

    def transfer() -> None:
        problem = transfer_entries(context.files, state.pending, state.folder, move=state.mode == "move")
        count = len(state.pending)
        done = f"{'Moved' if state.mode == 'move' else 'Copied'} {count} item{'' if count == 1 else 's'}"
        context.snackbar(problem or done)
        context.update(mode="browse", pending=())

    return w.Row(
        (
            w.Button(
                "Cancel",
                "text",
                resource_id="android:id/button2",
                on_tap=lambda: context.update(mode="browse", pending=()),
            ),
            w.Button(
                word,
                resource_id="android:id/button1",
                on_tap=transfer,
                enabled=bool(root_of(context).folder),
            ),
        ),
        main="end",
        gap=8,
        padding=(16, 8),
        background="surface_container",
    )


def drawer(context: FilesContext) -> w.Widget:
    """The list of roots, over the screen's left side."""
    rows = tuple(
        w.ListRow(
            root.title,
            icon=root.icon,
            selected=root.id == context.state.root,
            background="secondary_container" if root.id == context.state.root else None,
            radius=28,
            on_tap=partial(open_root, context, root),
        )
        for root in roots_of(context)
    )
    return overlays.drawer(
        (w.Text("Files", style="title_large", padding=(16, 48, 16, 16)), *rows),
        lambda: context.update(drawer=False),
        background="surface_low",
        padding=(12, 0),
        resource_id=f"{PACKAGE}:id/drawer_roots",
        description="Close navigation",
    )
