"""Full-text search over all notebooks; results come while typing."""

from __future__ import annotations

from functools import partial

from device_farm.simulator.apps.joplin.list_page import check_todo
from device_farm.simulator.apps.joplin.looks import ROW_HEIGHT, header, header_button, header_title, note_row
from device_farm.simulator.apps.joplin.model import Note
from device_farm.simulator.apps.joplin.state import JoplinContext, go_back, open_note
from device_farm.simulator.apps.joplin.store import JoplinStore
from device_farm.simulator.toolkit import widgets as w


def search_page(context: JoplinContext, store: JoplinStore) -> w.Widget:
    found = store.search(context.text("query"))
    field = w.TextField(key="query", style="plain", weight=1)
    clear = w.IconButton("cancel", description="Clear", on_tap=lambda: context.set_text("query", ""))
    return w.Screen(
        body=w.Column(
            (
                header(
                    header_button("arrow_back", "Back", lambda: _leave(context)),
                    header_title("Search"),
                ),
                w.Row((field, clear), padding=(16, 4, 4, 4)),
                w.Divider(),
                w.LazyList(
                    key="results",
                    count=len(found),
                    row=lambda index: _row(context, store, found[index]),
                    row_height=ROW_HEIGHT,
                    weight=1,
                ),
            )
        )
    )


def _leave(context: JoplinContext) -> None:
    context.focus(None)
    go_back(context)


def _row(context: JoplinContext, store: JoplinStore, note: Note) -> w.Widget:
    return note_row(
        note,
        selected=False,
        on_open=partial(_open, context),
        on_hold=partial(_open, context),
        on_check=partial(check_todo, store),
    )


def _open(context: JoplinContext, note: Note) -> None:
    context.focus(None)
    open_note(context, note)
