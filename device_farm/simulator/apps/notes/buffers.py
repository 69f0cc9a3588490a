"""Text being edited: which text field holds it, and what the file held when the editing began.

A field's text is view state. While nothing was changed in it, a file that changes on disk is shown anew; once something
was changed, the person's text wins at the next save, as in Markor.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Protocol, TypeVar

from device_farm.simulator.apps.file_io import save_file
from device_farm.simulator.filesystem import FileSystem
from device_farm.simulator.filesystem_errors import FileSystemError
from device_farm.simulator.toolkit.app import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Buffer:
    """`key` names the text field, `base` is the file's text that its text started from."""

    path: str
    key: str
    base: str


class HasBuffers(Protocol):
    @property
    def buffers(self) -> tuple[Buffer, ...]: ...


S = TypeVar("S", bound=HasBuffers)


def file_text(files: FileSystem, path: str) -> str:
    """The file's text, empty where there is no such file."""
    return files.read_text(path) if files.is_file(path) else ""


def new_buffer(files: FileSystem, path: str) -> Buffer:
    base = file_text(files, path)
    return Buffer(path=path, key=_key(path, base), base=base)


def current_buffer(context: Context[S], path: str) -> Buffer:
    """The buffer to show for `path` now."""
    known = next((buffer for buffer in context.state.buffers if buffer.path == path), None)
    fresh = new_buffer(context.files, path)
    if known is None or known.base == fresh.base:
        return known or fresh
    return known if context.text(known.key, known.base) != known.base else fresh


def edited_text(context: Context[S], path: str) -> str:
    buffer = current_buffer(context, path)
    return context.text(buffer.key, buffer.base)


def save_buffer(context: Context[S], path: str) -> bool:
    """Writes the edited text where it differs from the file. False, with a toast, when it could not be written."""
    buffer = current_buffer(context, path)
    text = context.text(buffer.key, buffer.base)
    if text != file_text(context.files, path):
        try:
            save_file(context.files, path, text.encode())
        except FileSystemError as error:
            context.toast(f"Could not save: {error}")
            return False
    others = tuple(other for other in context.state.buffers if other.path != path)
    context.update(buffers=(*others, Buffer(path=path, key=buffer.key, base=text)))
    return True


def is_dirty(context: Context[S], path: str) -> bool:
    buffer = current_buffer(context, path)
    return context.text(buffer.key, buffer.base) != buffer.base


def _key(path: str, text: str) -> str:
    return f"editor:{path}:{zlib.crc32(text.encode()):08x}"
