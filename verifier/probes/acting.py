"""The tool that acts, in a fork that is thrown away afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic import Field
from pydantic import JsonValue as PydanticJson

from device_farm.device import Device
from device_farm.errors import ActionError, DataError
from device_farm.types.action import Action, Answer, Terminate, TypeText, Wait
from device_farm.types.codec.json import decode, type_name
from device_farm.types.observation import Observation
from verifier.probes.refusal import ProbeRefused
from verifier.probes.screens import screen_text
from verifier.probes.tools import Arguments, Context, Found, Tool

_WAIT_S: Final = 5.0
_TEXT_CHARACTERS: Final = 1000
_KINDS: Final[Mapping[str, Any]] = {
    type_name(kind): kind for kind in get_args(Action) if kind not in (Answer, Terminate)
}


class Gui(Arguments):
    actions: list[dict[str, PydanticJson]] = Field(
        min_length=1,
        description='in order, such as {"type": "click", "at": [540, 1200]}, {"type": "type_text", "text": "a"}, '
        '{"type": "press_key", "key": "enter"}, {"type": "system_button", "button": "back"}, '
        '{"type": "open_app", "name": "Settings"}, {"type": "swipe", "start": [540, 1800], "end": [540, 600]}',
    )


def gui_tool(context: Context) -> Tool[Gui]:
    async def run(arguments: Gui) -> Found:
        if len(arguments.actions) > context.limits.actions:
            fix = f"use at most {context.limits.actions}"
            raise ProbeRefused(f"{len(arguments.actions)} actions", field="actions", fix=fix)
        actions = [action_of(data, f"actions[{index}]") for index, data in enumerate(arguments.actions)]
        async with context.stage().fork() as fork:
            refused, seen = await _carried_out(fork, actions)
        title = f"{len(actions)} actions in a fork: {', '.join(type_name(type(action)) for action in actions)}"
        return Found(title=title, text=refused + screen_text(seen), screenshot=seen.screenshot)

    return Tool(
        name="gui",
        description="Acts on the screen of a copy of the device and shows what comes of it; the copy is thrown away, "
        "and the device stays as it is. Coordinates are pixels of the screen, as ui_tree gives them.",
        arguments=Gui,
        run=run,
        copies=True,
    )


def action_of(data: Mapping[str, Any], where: str) -> Action:
    """An action as its canonical JSON says; fields that have a default may be left out.

    Raises:
        ProbeRefused: it is none, or none that touches a device; names the field.
    """
    kind = _KINDS.get(str(data.get("type")))
    if kind is None:
        fix = "use one of: " + ", ".join(_KINDS)
        raise ProbeRefused(f"no action {str(data.get('type'))[:40]!r}", field=f"{where}.type", fix=fix)
    defaults = {
        field.name: list[Any]() if field.default == () else field.default
        for field in dataclasses.fields(kind)
        if field.default is not dataclasses.MISSING
    }
    try:
        action: Action = decode(Action, {**defaults, **data})
    except DataError as error:
        fix = error.fix or "write it as the tool's description shows"
        raise ProbeRefused(error.message, field=f"{where}.{error.field}".rstrip("."), fix=fix) from error
    match action:
        case Wait(duration_s=duration_s) if not 0 <= duration_s <= _WAIT_S:
            raise ProbeRefused(f"{duration_s:g} s", field=f"{where}.duration_s", fix=f"wait at most {_WAIT_S:g} s")
        case TypeText(text=text) if len(text) > _TEXT_CHARACTERS:
            fix = f"type at most {_TEXT_CHARACTERS} characters"
            raise ProbeRefused(f"{len(text)} characters", field=f"{where}.text", fix=fix)
    return action


async def _carried_out(fork: Device, actions: list[Action]) -> tuple[str, Observation]:
    """The screen after the last action, or after the one that the device refused, with what it said."""
    seen: Observation | None = None
    for index, action in enumerate(actions):
        try:
            seen = await fork.act_and_observe(action)
        except ActionError as error:
            return f"actions[{index}] was refused: {error}\n", await fork.observe()
    return "", seen if seen is not None else await fork.observe()
