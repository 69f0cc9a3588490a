"""The editor pane, used by the document screen and by the To-Do and QuickNote tabs."""

from __future__ import annotations

import posixpath
from functools import partial

from device_farm.simulator.apps.notes.buffers import current_buffer, edited_text, is_dirty, save_buffer
from device_farm.simulator.apps.notes.filetypes import is_markdown_name
from device_farm.simulator.apps.notes.history import S, history_of, note_change, redo, undo
from device_farm.simulator.apps.notes.preview import preview_widgets
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_LINE_HEIGHT = 24.0

# (icon, what it is called, text before the cursor, text after it, whether it belongs at the start of the line)
_MARKS: tuple[tuple[str, str, str, str, bool], ...] = (
    ("check_box", "Check list", "- [ ] ", "", True),
    ("format_list_bulleted", "Unordered list", "- ", "", True),
    ("format_list_numbered", "Ordered list", "1. ", "", True),
    ("title", "Heading 1", "# ", "", True),
    ("format_bold", "Bold", "**", "**", False),
    ("format_italic", "Italic", "_", "_", False),
    ("code", "Inline code", "`", "`", False),
    ("format_quote", "Quote", "> ", "", True),
    ("horizontal_rule", "Horizontal line", "----\n", "", True),
)


def editor_pane(context: Context[S], path: str, *, preview: bool) -> w.Widget:
    """The text to edit with the row of marks below it, or the preview. An empty document waits for the keyboard."""
    if preview:
        shown = preview_widgets(posixpath.basename(path), edited_text(context, path))
        return w.Scroll(
            key=f"preview:{path}", gap=4, padding=16, children=shown, resource_id="document__fragment_view_webview"
        )
    buffer = current_buffer(context, path)
    field = w.TextField(
        "Write text here",
        buffer.base,
        key=buffer.key,
        style="plain",
        multiline=True,
        min_lines=20,
        autofocus=not buffer.base,
        on_change=lambda text: note_change(context, path, text),
        resource_id="document__fragment__edit__highlighting_editor",
    )
    body = w.Scroll(key=f"scroll:{path}", children=(field,), padding=(12, 8), weight=1)
    if not is_markdown_name(path):
        return w.Column((body,))
    marks = w.Row(
        tuple(_mark_button(context, path, mark) for mark in _MARKS),
        background="surface_container",
        resource_id="document__fragment__edit__text_actions_bar",
    )
    return w.Column((body, marks))


def _mark_button(context: Context[S], path: str, mark: tuple[str, str, str, str, bool]) -> w.Widget:
    icon, name, before, after, at_line_start = mark

    def insert() -> None:
        buffer = current_buffer(context, path)
        text = context.text(buffer.key, buffer.base)
        place = min(context.cursor(buffer.key), len(text))
        if at_line_start:
            place = text.rfind("\n", 0, place) + 1
        marked = text[:place] + before + after + text[place:]
        context.set_text(buffer.key, marked)
        note_change(context, path, marked)

    return w.IconButton(icon, description=name, on_tap=insert, weight=1)


def editor_actions(context: Context[S], path: str, *, preview: bool, on_preview: w.Handler) -> tuple[w.Widget, ...]:
    """What the app bar offers: undo, redo, save, the other mode, search."""
    toggle = w.IconButton(
        "edit" if preview else "visibility",
        description="Edit mode" if preview else "View mode",
        resource_id="action_edit" if preview else "action_preview",
        on_tap=on_preview,
    )
    search = w.IconButton(
        "search", description="Search", resource_id="action_search", on_tap=lambda: context.dialog("find", path)
    )
    if preview:
        return (toggle, search)
    history = history_of(context, path)

    def button(icon: str, name: str, resource_id: str, enabled: bool, on_tap: w.Handler) -> w.Widget:
        return w.IconButton(icon, description=name, resource_id=resource_id, enabled=enabled, on_tap=on_tap)

    def save() -> None:
        save_buffer(context, path)

    return (
        button("undo", "Undo", "action_undo", bool(history.before), lambda: undo(context, path)),
        button("redo", "Redo", "action_redo", bool(history.after), lambda: redo(context, path)),
        button("save", "Save", "action_save", is_dirty(context, path), save),
        toggle,
        search,
    )


def find_dialog(context: Context[S], path: str) -> w.Overlay:
    """Lines that contain what is typed; a tap scrolls to the line."""
    query = context.text("query").lower()
    lines = edited_text(context, path).split("\n")
    hits = [(number, line) for number, line in enumerate(lines) if query and query in line.lower()]

    def show(number: int) -> None:
        context.dismiss()
        context.scroll_to(f"scroll:{path}", number * _LINE_HEIGHT)

    rows = tuple(
        w.ListRow(line.strip() or " ", f"Line {number + 1}", on_tap=partial(show, number), max_lines=1)
        for number, line in hits[:30]
    )
    found = f"{len(hits)} result{'' if len(hits) == 1 else 's'}" if query else ""
    return w.Dialog(
        title="Search",
        body=w.Column(
            (
                w.TextField("Search", key="query", autofocus=True, resource_id="search_query"),
                w.Text(found, colour="on_surface_variant"),
                w.Scroll(key="hits", children=rows, height=min(260.0, 72.0 * len(rows))),
            ),
            gap=8,
        ),
        buttons=(w.DialogButton("Cancel"),),
    )
