"""Editing a notebook, the list of tags, the configuration."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.joplin.looks import header, header_button, header_title
from device_farm.simulator.apps.joplin.state import JoplinContext, go_back, open_folder
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.toolkit import widgets as w


def folder_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    """ "Edit notebook", also for a new one."""
    edited = store.folder(context.state.edited_folder)
    others = store.possible_parents(context.state.edited_folder)
    parents = ("", *(folder.id for folder in others))
    parent = context.state.new_parent if context.state.new_parent in parents else ""
    title = context.text("folder_title", edited.title if edited is not None else "")
    return w.Screen(
        body=w.Column(
            (
                header(
                    header_button("arrow_back", "Back", lambda: _leave(context)),
                    header_button(
                        "check",
                        "Save changes",
                        lambda: _save(context, store, title.strip(), parent),
                        enabled=bool(title.strip()),
                    ),
                    header_title("Edit notebook"),
                ),
                w.Column(
                    (
                        w.TextField(
                            "Enter notebook title",
                            edited.title if edited is not None else "",
                            key="folder_title",
                            autofocus=True,
                        ),
                        w.Spinner(
                            ("Select parent notebook", *(folder.shown for folder in others)),
                            parents.index(parent),
                            lambda index: context.update(new_parent=parents[index]),
                            key="parent",
                        ),
                    ),
                    gap=12,
                    padding=16,
                ),
            )
        )
    )


def _leave(context: JoplinContext) -> None:
    context.focus(None)
    go_back(context)


def _save(context: JoplinContext, store: JoplinStore, title: str, parent: str) -> None:
    folder_id = store.save_folder(context.state.edited_folder, title, parent)
    context.focus(None)
    open_folder(context, store, folder_id)


def tags_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    rows = store.database.query("SELECT title FROM tags ORDER BY title COLLATE NOCASE")
    lines = tuple(w.ListRow(str(row[0]), icon="sell") for row in rows)
    return _page(context, "Tags", lines)


def config_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    options = store.sort_options()
    switches = (
        ("uncompletedTodosOnTop", "Uncompleted to-dos on top", options.open_todos_first),
        ("showCompletedTodos", "Show completed to-dos", options.show_completed),
        ("notes.sortOrder.reverse", "Reverse sort order", options.reverse),
    )
    lines = (
        w.SectionHeader("Synchronisation"),
        w.ListRow("Synchronisation target", "(None)"),
        w.SectionHeader("Note list"),
        *(w.SwitchRow(label, on, on_change=partial(_switch, store, key)) for key, label, on in switches),
        w.SectionHeader("More information"),
        w.ListRow("Joplin 2.14.9", "Database v45, FTS enabled: 0"),
    )
    return _page(context, "Configuration", lines)


def _switch(store: JoplinStore, key: str, on: bool) -> None:
    store.put_setting(key, "1" if on else "0")


def _page(context: JoplinContext, title: str, lines: tuple[w.Widget, ...]) -> w.Widget:
    bar = header(header_button("arrow_back", "Back", lambda: _leave(context)), header_title(title))
    return w.Screen(body=w.Column((bar, w.Scroll(lines, key="page", weight=1))))
