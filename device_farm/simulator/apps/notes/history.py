"""Undo and redo: the texts that a document had since it was opened."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from device_farm.simulator.apps.notes.buffers import Buffer, current_buffer
from device_farm.simulator.toolkit.app import Context

_KEPT = 100
"""Older texts are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """`now` is the text as it stands, `before` lie behind it (the latest last), `after` were undone."""

    path: str = ""
    now: str = ""
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class HasHistory(Protocol):
    """State of a screen with an editor."""

    @property
    def buffers(self) -> tuple[Buffer, ...]: ...
    @property
    def history(self) -> History: ...


S = TypeVar("S", bound=HasHistory)


def history_of(context: Context[S], path: str) -> History:
    history = context.state.history
    return history if history.path == path else History(path=path, now=current_buffer(context, path).base)


def note_change(context: Context[S], path: str, text: str) -> None:
    """To be told each new text; what was undone before cannot come back then."""
    history = history_of(context, path)
    if text != history.now:
        context.update(history=History(path=path, now=text, before=(*history.before[-_KEPT:], history.now)))


def undo(context: Context[S], path: str) -> None:
    history = history_of(context, path)
    if history.before:
        earlier = history.before[-1]
        _show(context, replace(history, now=earlier, before=history.before[:-1], after=(*history.after, history.now)))


def redo(context: Context[S], path: str) -> None:
    history = history_of(context, path)
    if history.after:
        later = history.after[-1]
        _show(context, replace(history, now=later, before=(*history.before, history.now), after=history.after[:-1]))


def _show(context: Context[S], history: History) -> None:
    context.set_text(current_buffer(context, history.path).key, history.now)
    context.update(history=history)
