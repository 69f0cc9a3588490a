"""Dialogs that the recorder's screens share: name, delete, information."""

from __future__ import annotations

import posixpath
from datetime import datetime
from typing import TypeVar

from device_farm.simulator.apps.browsing import size_text
from device_farm.simulator.apps.recorder.store import Record, RecorderStore, clock_text
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

S = TypeVar("S")


def rename_dialog(context: Context[S], path: str, *, asked: bool) -> w.Overlay:
    """A new name for a record; right after recording (`asked`) with the box that ends the asking."""
    old = posixpath.basename(path).rpartition(".")[0]
    store = RecorderStore(context)

    def save() -> None:
        problem = store.rename(path, context.text("name", old).strip())
        if problem:
            context.toast(problem)

    parts: list[w.Widget] = [w.TextField("New name", old, key="name", autofocus=True, resource_id="input_name")]
    if asked:
        parts.append(
            w.Checkbox(
                not store.asks_for_name,
                "Don't ask again",
                lambda on: store.put(is_ask_rename_after_stop_recording=not on),
                resource_id="check_box",
            )
        )
    return w.Dialog(
        title="New name",
        body=w.Column(tuple(parts), gap=8),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("Save", save)),
    )


def delete_dialog(context: Context[S], path: str) -> w.Overlay:
    name = posixpath.basename(path).rpartition(".")[0]

    def delete() -> None:
        context.toast(RecorderStore(context).delete(path) or "The record deleted successfully")

    return w.Dialog(
        title="Warning!",
        text=f"Delete record {name} forever?",
        buttons=(w.DialogButton("No"), w.DialogButton("Yes", delete)),
    )


def info_text(record: Record, created: datetime) -> str:
    return "\n".join(
        (
            f"Name: {record.name}",
            f"Format: {record.format.capitalize()}",
            f"Duration: {clock_text(record.length_s)}",
            f"Size: {size_text(record.size_bytes)}",
            f"Created: {created:%d %b %Y %H:%M}",
            f"File location: {record.path}",
        )
    )
