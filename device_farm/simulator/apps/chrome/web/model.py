"""The document as the engine tells it: elements with computed style, and what happens to a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

Style: TypeAlias = Mapping[str, Any]
"""Computed values as text by property name; `font-size` is a number of CSS pixels."""

EventKind: TypeAlias = Literal["finger", "focus", "type", "enter", "pick", "slide"]
EventValue: TypeAlias = str | float | tuple[tuple[float, float], ...] | None
Rect: TypeAlias = tuple[float, float, float, float]
"""Left, top, width, height in CSS pixels of the page."""

NO_DETAILS: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """`details` are attributes and state that matter outside the engine; children are elements and text."""

    id: int
    tag: str
    details: Mapping[str, Any] = field(default_factory=lambda: NO_DETAILS)
    style: Style
    children: tuple[Element | str, ...] = ()

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    @property
    def text(self) -> str:
        """All text below, with blanks as they are shown."""
        pieces = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join("".join(pieces).split())


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvent:
    """What a person did to element `node` at phone time `at_s`. Points are CSS pixels of the page."""

    at_s: float
    node: int
    kind: EventKind
    value: EventValue = None


@dataclass(frozen=True, slots=True, eq=False)
class EventLog:
    """All events of a page, newest last; a linked list, so that adding one copies nothing."""

    event: PageEvent | None = None
    before: EventLog | None = None
    length: int = 0

    def added(self, event: PageEvent) -> EventLog:
        return EventLog(event, self, self.length + 1)

    def events(self) -> list[PageEvent]:
        """From the first to the last."""
        found: list[PageEvent] = []
        log: EventLog | None = self
        while log is not None and log.event is not None:
            found.append(log.event)
            log = log.before
        return found[::-1]


def element_of(told: Sequence[Any]) -> Element:
    """From the engine's form: id, tag, details, style, children."""
    number, tag, details, style, children = told
    return Element(
        id=number,
        tag=tag,
        details=details,
        style=style,
        children=tuple(child if isinstance(child, str) else element_of(child) for child in children),
    )
