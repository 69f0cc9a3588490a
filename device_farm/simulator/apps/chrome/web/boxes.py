"""What layout makes: boxes and pieces of text at their places on the page, in CSS pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from device_farm.simulator.apps.chrome.web.model import Element, Rect
from device_farm.simulator.apps.chrome.web.style import Edges, Viewport
from device_farm.simulator.toolkit.base import FontWeight

NO_EDGES = Edges(0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Fragment:
    """Text of one line. `owner` is the element that it stands in; `top` and `height` are those of its line."""

    owner: Element
    text: str
    x: float
    top: float
    width: float
    height: float
    size: float
    weight: FontWeight

    def move(self, dx: float, dy: float) -> None:
        self.x += dx
        self.top += dy


@dataclass(slots=True)
class Box:
    """An element's border box. `baseline` is the distance from its top to that of its last line, None for none.

    `margin_top` and `margin_bottom` are what is left after collapsing with those of children.
    """

    element: Element
    x: float
    y: float
    width: float
    height: float
    border: Edges = NO_EDGES
    padding: Edges = NO_EDGES
    margin_top: float = 0.0
    margin_bottom: float = 0.0
    baseline: float | None = None
    children: list[Box] = field(default_factory=list)
    fragments: list[Fragment] = field(default_factory=list)

    @property
    def rect(self) -> Rect:
        return (self.x, self.y, self.width, self.height)

    def move(self, dx: float, dy: float) -> None:
        """Moves the box with everything in it."""
        self.x += dx
        self.y += dy
        for fragment in self.fragments:
            fragment.move(dx, dy)
        for child in self.children:
            child.move(dx, dy)

    def walk(self) -> Iterator[Box]:
        yield self
        for child in self.children:
            yield from child.walk()


class Layouter(Protocol):
    """What the ways of laying out need of each other."""

    @property
    def viewport(self) -> Viewport: ...
    def block(
        self, element: Element, x: float, y: float, room: float, *, width: float | None = None,
        height: float | None = None, alone: bool = False,
    ) -> Box:  # fmt: skip
        """The element's box with its margin box's corner at x and the top of its border box at y.

        `width` and `height` force the border box; `alone` keeps its children's margins inside.
        """
        ...

    def preferred(self, element: Element, room: float) -> float:
        """Width of the margin box that the element would like, at most all that its content can use."""
        ...

    def text_width(self, text: str, weight: FontWeight, size: float) -> float: ...
