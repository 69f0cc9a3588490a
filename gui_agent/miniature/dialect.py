"""The words of the miniature's replies: the phone dialect of UI-S1, and in it keys with modifiers, as `ctrl+a`.

Its thoughts are the label of the element that an action touches.
"""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.types.action import Action, PressKey
from device_farm.types.codec.dialect import ParsedTurn
from device_farm.types.codec.envelope import open_envelope, seal
from device_farm.types.codec.keys import combination
from device_farm.types.codec.mobile_use import MobileUse, format_action, parse_action
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import JsonValue
from gui_agent.miniature.kinds import Spoken
from gui_agent.models.prompt import ScreenPrompt

_TOOL = "mobile_use"


@dataclass(frozen=True, slots=True, kw_only=True)
class MiniDialect:
    """`parse(format(a, t, s), s)` gives `a` and `t`, but for a swipe's duration."""

    @property
    def name(self) -> str:
        return "mini"

    def parse(self, text: str, space: CoordinateSpace) -> ParsedTurn:
        """Raises DialectError as UI-S1's."""
        values, thought = open_envelope(text, _TOOL)
        key = values.get("text")
        if values.get("action") == "key" and isinstance(key, str) and "+" in key.strip("+ "):
            return ParsedTurn(action=combination(key.split("+")), thought=thought)
        return ParsedTurn(action=parse_action(values, space), thought=thought)

    def format(self, action: Action, thought: str, space: CoordinateSpace) -> str:
        """Raises DialectError as UI-S1's."""
        values = _combined(action) if isinstance(action, PressKey) and action.modifiers else None
        return seal(values or format_action(action, space), thought, "action_tag", _TOOL)

    def schema(self) -> dict[str, JsonValue]:
        return MobileUse().schema()


def _combined(action: PressKey) -> dict[str, JsonValue]:
    return {"action": "key", "text": "+".join((*action.modifiers, action.key))}


def text_of(spoken: Spoken, prompt: ScreenPrompt) -> str:
    """The reply, in the screen's own pixels."""
    return MiniDialect().format(spoken.action, spoken.thought, CoordinateSpace.exact(prompt.screen))
