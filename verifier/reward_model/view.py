"""A proposal as the rules see it: the elements in front, the focus, what was done last."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.types.action import Click, LongPress
from device_farm.types.elements import Element, element_at, visible_elements
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree
from verifier.agentic.memory import Entry
from verifier.reward_model.critic import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`elements` are all that can be seen, `own` those of the application in front: no keyboard, no system bars."""

    proposal: Proposal
    tree: UiTree
    elements: tuple[Element, ...]
    own: tuple[Element, ...]

    @property
    def whole(self) -> bool:
        """Whether the tree holds all that can be touched: phones' do, desktops' lack what no program describes."""
        return self.proposal.platform == "android"

    @property
    def last(self) -> Entry | None:
        """The step before; None at the start."""
        entries = self.proposal.memory.entries
        return entries[-1] if entries else None

    @property
    def place(self) -> str:
        """What is in front now, as memory writes it."""
        return self.proposal.memory.final

    def touched(self, point: Point) -> UiNode | None:
        """The element that a tap at `point` reaches."""
        return element_at(self.tree, point)

    @property
    def targets(self) -> tuple[Element, ...]:
        """What can be tapped in the application in front."""
        return tuple(element for element in self.own if element.acted_on)

    @property
    def fields(self) -> tuple[Element, ...]:
        """What can be typed into."""
        return tuple(element for element in self.targets if "editable" in element.node.states)

    @property
    def focused(self) -> UiNode | None:
        """The field that has the focus."""
        nodes = self.tree.find_all(lambda node: "focused" in node.states and "editable" in node.states)
        return nodes[0] if nodes else None

    def tapped_before(self, box: Rect) -> bool:
        """Whether a step since this place came to the front tapped inside `box`."""
        for entry in reversed(self.proposal.memory.entries):
            if entry.screen != self.place:
                return False
            match entry.action:
                case Click(at=at) | LongPress(at=at) if box.contains(at):
                    return True
        return False


def view_of(proposal: Proposal) -> View | None:
    """None for a screen without a UI tree."""
    screen = proposal.screen
    if screen.ui_tree is None:
        return None
    elements = visible_elements(screen.ui_tree, screen.screen)
    own = tuple(element for element in elements if element.node.app == screen.foreground.app)
    return View(proposal=proposal, tree=screen.ui_tree, elements=elements, own=own or elements)


def distance_px(point: Point, box: Rect) -> float:
    """From `point` to the nearest pixel of `box`; 0 inside it."""
    dx = max(box.left - point.x, 0, point.x - (box.right - 1))
    dy = max(box.top - point.y, 0, point.y - (box.bottom - 1))
    return float((dx * dx + dy * dy) ** 0.5)
