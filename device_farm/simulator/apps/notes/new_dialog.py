"""The dialog for a new file or folder: name, ending, type and template."""

from __future__ import annotations

import posixpath

from device_farm.simulator.apps.file_actions import make_folder
from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.apps.notes.document import document_intent
from device_farm.simulator.apps.notes.filelist import S
from device_farm.simulator.apps.notes.filetypes import FORMATS, usable_name
from device_farm.simulator.apps.notes.options import NewFileChoice, load_choice, save_choice
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

_TEMPLATES: tuple[tuple[str, str], ...] = (
    ("Empty file", ""),
    ("todo.example.txt", "(A) Call Mom @mobile +family\n(B) Outline chapter 5 +novel @computer\nBuy salad @shop\n"),
    (
        "cooking-recipe.md",
        "# Title\n\n### Ingredients\n\n| Ingredient | Amount |\n|:--|:--|\n\n### Preparation\n\n1. \n",
    ),
    ("sample.csv", "number;text;finishing date\n1;Learn to write CSV;2019-06-24\n"),
)


def _name_fields(ending: str) -> tuple[w.Widget, w.Widget]:
    name = w.TextField(
        "my_note", key="name", style="filled", autofocus=True, weight=7, resource_id="new_file_dialog__name"
    )
    extension = w.TextField(".md", ending, key="ext", style="filled", weight=3, resource_id="new_file_dialog__ext")
    return name, extension


def new_dialog(context: Context[S]) -> w.Overlay:
    choice = load_choice(context.files)
    entered = context.text("name").strip()
    ending = context.text("ext", choice.ending).strip()
    template = context.state.template

    def pick_type(index: int) -> None:
        context.set_text("ext", FORMATS[index].extensions[0])
        save_choice(context.files, NewFileChoice(kind=index, ending=choice.ending))

    return w.Dialog(
        body=w.Column(
            (
                _caption("Name"),
                w.Row(_name_fields(choice.ending), gap=8),
                _caption("Type"),
                w.Spinner(
                    tuple(entry.name for entry in FORMATS),
                    min(choice.kind, len(FORMATS) - 1),
                    pick_type,
                    key="type",
                    resource_id="new_file_dialog__type",
                ),
                _caption("Template"),
                w.Spinner(
                    tuple(name for name, _ in _TEMPLATES),
                    template,
                    lambda index: context.update(template=index),
                    key="template",
                    resource_id="new_file_dialog__template",
                ),
                _caption("- Folder is created without file extension"),
                _caption("- Files and folders are not overwritten"),
            ),
            gap=4,
        ),
        buttons=(
            w.DialogButton("FOLDER", lambda: _create_folder(context, usable_name(entered))),
            w.DialogButton("CANCEL"),
            w.DialogButton("OK", lambda: _create_file(context, usable_name(entered), ending, _TEMPLATES[template][1])),
        ),
    )


def _caption(text: str) -> w.Widget:
    return w.Text(text, style="body_small", colour="on_surface_variant")


def _create_folder(context: Context[S], name: str) -> None:
    if name and (problem := make_folder(context.files, context.state.folder, name)):
        context.toast(problem)


def _create_file(context: Context[S], name: str, ending: str, content: str) -> None:
    """Makes the file unless it is there, and opens it. The ending is put behind whatever name was given."""
    if not name:
        return
    save_choice(context.files, NewFileChoice(kind=load_choice(context.files).kind, ending=ending))
    full = usable_name(name + ending)
    path = posixpath.join(context.state.folder, full)
    if context.files.is_dir(path):
        context.toast(f"{full} is a folder")
        return
    if not context.files.exists(path):
        try:
            save_file(context.files, path, content.encode())
        except FileSystemError as error:
            context.toast(str(error))
            return
    context.start(document_intent(path))
