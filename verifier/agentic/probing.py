"""The loop of the last stage: one tool call a turn, until the model says a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from device_farm.types.task import Platform
from device_farm.types.trajectory import Evidence
from verifier.agentic.prompts import called_part, system_prompt, tool_lines
from verifier.agentic.reply import Call, Kind, Said
from verifier.agentic.talk import Talk
from verifier.port import Part, Picture, Text
from verifier.probes.tool import ToolCall, ToolResult
from verifier.probes.toolbox import Toolbox
from verifier.verdict import Cost

_OLD_CHARS: Final = 600
"""What is kept of a result once it is older than `_FRESH` calls."""
_FRESH: Final = 3
_CALLS: Final[tuple[Kind, ...]] = ("call", "verdict")
_LAST: Final[tuple[Kind, ...]] = ("verdict",)


class Probing:
    """What the model may call is read from `tools` here, once, before any text of the device is seen."""

    def __init__(self, *, talk: Talk, tools: Toolbox, turns: int, result_chars: int) -> None:
        self._talk = talk
        self._tools = tools
        self._turns = turns
        self._result_chars = result_chars
        self._names = tuple(spec.name for spec in tools.specs)
        self._offered = tool_lines(tools.specs)
        self._done: list[tuple[ToolCall, ToolResult]] = []

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The calls that were made, also where the stage broke later."""
        return tuple(result.evidence for _, result in self._done)

    async def run(self, platform: Platform, parts: Sequence[Part]) -> Said:
        """At most `turns` calls, then a verdict. Raises as `Talk.ask` does; a call that fails is told to the model."""
        for left in range(self._turns, -1, -1):
            allowed = _CALLS if left else _LAST
            system = system_prompt(platform, allowed, self._offered if left else "")
            question = Text(text="Call one tool, or say whether the goal is reached." if left else "Say your verdict.")
            turn = await self._talk.ask(system, [*parts, *self._results(), question], allowed, self._names)
            match turn:
                case Said():
                    return turn
                case Call():
                    await self._call(turn.call)
                case _:
                    raise AssertionError("only calls and verdicts are allowed here")
        raise AssertionError("the last turn allows a verdict only")

    async def _call(self, call: ToolCall) -> None:
        self._talk.check()
        result = await self._tools.call(call)
        self._talk.count(Cost(steps=1))
        self._done.append((call, result))

    def _results(self) -> list[Part]:
        parts: list[Part] = []
        for number, (call, result) in enumerate(self._done):
            fresh = len(self._done) - number <= _FRESH
            parts.append(called_part(number + 1, call, result, self._result_chars if fresh else _OLD_CHARS))
            shot = result.screenshot
            if fresh and shot is not None and shot.data is not None:
                parts.append(Picture(screenshot=shot))
        return parts
