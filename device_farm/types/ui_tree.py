"""The accessibility tree of a screen, the same shape for Android (uiautomator) and desktops (AT-SPI)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from device_farm.types.geometry import Point, Rect

UiState: TypeAlias = Literal[
    "checkable",
    "checked",
    "clickable",
    "editable",
    "enabled",
    "expanded",
    "focusable",
    "focused",
    "long_clickable",
    "password",
    "scrollable",
    "selected",
    "visible",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class UiNode:
    """One element.

    `role` is the Android class (`android.widget.Button`) or the AT-SPI role (`push button`); `text` the shown
    text or AT-SPI name; `value` the content of an editable or numeric desktop element. `bounds` are device
    pixels, clipped to the screen.
    """

    role: str
    bounds: Rect
    text: str = ""
    description: str = ""
    hint: str = ""
    value: str = ""
    resource_id: str = ""
    app: str = ""
    states: frozenset[UiState] = frozenset()
    children: tuple[UiNode, ...] = ()

    @property
    def label(self) -> str:
        """What a person would call the element: its text, else its description, hint or value."""
        return self.text or self.description or self.hint or self.value

    def walk(self) -> Iterator[UiNode]:
        """This node and all below it, in document order."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))


@dataclass(frozen=True, slots=True, kw_only=True)
class UiTree:
    """All windows of a screen, the topmost last."""

    roots: tuple[UiNode, ...]

    def walk(self) -> Iterator[UiNode]:
        """Every node of every window in document order."""
        for root in self.roots:
            yield from root.walk()

    def find_all(self, predicate: Callable[[UiNode], bool]) -> list[UiNode]:
        return [node for node in self.walk() if predicate(node)]

    def at(self, point: Point) -> UiNode | None:
        """The last (topmost, deepest) node whose bounds hold `point`."""
        found = None
        for node in self.walk():
            if node.bounds.contains(point):
                found = node
        return found
