"""Screens in words, for models that do not see."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.errors import DataError
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.history.base import Scene
from gui_agent.history.chat import ChatPromptBuilder
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, TextPart

ELEMENTS_MAX = 150
_TOUCHED = ("clickable", "long_clickable", "checkable", "editable", "scrollable", "checked", "selected", "focused")
_NOT_SHOWN = "(an earlier screen, not shown any more)"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPromptBuilder:
    """The prompts of `inner`, with the present screen's elements in place of its image, and none of earlier ones."""

    inner: ChatPromptBuilder

    def build(self, scene: Scene) -> ChatPrompt:
        """Raises DataError for a screen whose elements are not known."""
        if scene.tree is None:
            message = f"screen {scene.screen.digest[:12]} has no elements to read, and the model does not see"
            raise DataError(message, field="tree", fix="train on episodes that were stored with their UI trees")
        words = elements_text(scene.tree, self.inner.space(scene))
        prompt = self.inner.build(scene)
        *before, last = prompt.messages
        told = [_without_images(message) for message in before]
        parts: list[Part] = [part for part in last.parts if isinstance(part, TextPart)]
        return ChatPrompt(messages=(*told, Message(role=last.role, parts=(*parts, TextPart(text=words)))))


def elements_text(tree: UiTree, space: CoordinateSpace) -> str:
    """A line each element that has a label or can be touched: what it is, its label, its middle in model coordinates.

    At most ELEMENTS_MAX; a last line says how many more there are.
    """
    nodes = [node for node in tree.walk() if "visible" in node.states and node.bounds.area > 0 and _matters(node)]
    lines = [_line(node, space) for node in nodes[:ELEMENTS_MAX]]
    more = [f"({len(nodes) - ELEMENTS_MAX} more elements)"] if len(nodes) > ELEMENTS_MAX else []
    return "\n".join(["The screen's elements:", *lines, *more])


def _matters(node: UiNode) -> bool:
    return bool(node.label or node.states & set(_TOUCHED))


def _line(node: UiNode, space: CoordinateSpace) -> str:
    x, y = space.to_model(node.bounds.center)
    states = [name for name in _TOUCHED if name in node.states]
    what = node.role.rpartition(".")[2]
    return f"{what} {node.label!r} at [{x}, {y}]" + (f" ({', '.join(states)})" if states else "")


def _without_images(message: Message) -> Message:
    texts = tuple(part for part in message.parts if not isinstance(part, ImagePart))
    return Message(role=message.role, parts=texts or (TextPart(text=_NOT_SHOWN),))
