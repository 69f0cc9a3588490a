"""What a model is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from device_farm.types.action import Action
from device_farm.types.geometry import Size
from device_farm.types.ui_tree import UiTree


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """An encoded image. `size` is what coordinates count in; `digest` (SHA-256 of `data`, hex) finds it in caches."""

    data: bytes = field(repr=False)
    media_type: Literal["image/png", "image/jpeg"]
    size: Size
    digest: str


Part: TypeAlias = TextPart | ImagePart
Role: TypeAlias = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    role: Role
    parts: tuple[Part, ...]

    @classmethod
    def of_text(cls, role: Role, text: str) -> Message:
        return cls(role=role, parts=(TextPart(text=text),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatPrompt:
    """A dialogue that the model is to continue with one assistant message."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenPrompt:
    """A screen with its elements, for policies that read the tree: the goal and what was done before, oldest first.

    `thoughts` are those of `actions`, one each, or none at all. `given` asks for the thought of a known action.
    """

    goal: str
    screen: Size
    tree: UiTree
    actions: tuple[Action, ...] = ()
    thoughts: tuple[str, ...] = ()
    given: Action | None = None


Prompt: TypeAlias = ChatPrompt | ScreenPrompt
