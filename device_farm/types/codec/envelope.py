"""The wrappings in which Qwen-style models put their JSON.

- UI-S1: `<think>…</think><action>{"action": …}</action>`
- tool call: `<tool_call>{"name": "mobile_use", "arguments": {"action": …}}</tool_call>`, text before it is the thought
- bare: `{"thought": …, "action": …}`, what constrained decoding yields
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from device_farm.errors import DialectError
from device_farm.types.codec.arguments import read_object
from device_farm.types.codec.json import describe

Envelope: TypeAlias = Literal["action_tag", "tool_call"]

_OPEN = re.compile(r"<(action|tool_call)>")
_THINK = re.compile(r"<(think|thinking|thought)>(.*?)</\1>", re.DOTALL)
_RESERVED = re.compile(r"</?(?:think|thinking|thought|action|tool_call)>")


def open_envelope(text: str, tool: str) -> tuple[dict[str, object], str]:
    """The arguments of the one action in `text`, and the thought before it.

    Raises:
        DialectError: there is no action, more than one, or a tag is not closed.
    """
    if text.lstrip().startswith("{"):
        return _bare(text, tool)
    thought_end, thought = _leading_thought(text)
    opening = _OPEN.search(text, thought_end)
    if opening is None:
        raise DialectError(f"found neither <action> nor <tool_call> in {describe(text)}")
    kind = opening[1]
    values, end = read_object(text, opening.end(), f"<{kind}>")
    rest = text[end:].lstrip()
    closing = f"</{kind}>"
    if not rest.startswith(closing):
        raise DialectError(f"expected {closing} at character {len(text) - len(rest)}, found {describe(rest[:20])}")
    after = rest[len(closing) :]
    if _OPEN.search(after):
        raise DialectError(f"more than one action: a second tag follows at character {len(text) - len(after)}")
    outside = text[thought_end : opening.start()].strip()
    thought = "\n".join(part for part in (thought, outside) if part)
    return (_tool_arguments(values, tool) if kind == "tool_call" else values), thought


def _leading_thought(text: str) -> tuple[int, str]:
    """Where the thought's tag ends (0 for none) and what is in it; tags inside a thought open no action."""
    stripped = len(text) - len(text.lstrip())
    match = _THINK.match(text, stripped)
    if match is not None:
        return match.end(), match[2].strip()
    if re.match(r"<(think|thinking|thought)>", text[stripped:]):
        raise DialectError(f"the thought that begins at character {stripped} is not closed")
    return 0, ""


def _bare(text: str, tool: str) -> tuple[dict[str, object], str]:
    values, end = read_object(text, 0, "the reply")
    if text[end:].strip():
        raise DialectError(f"text follows the JSON object at character {end}")
    if "name" in values and "arguments" in values:
        return _tool_arguments(values, tool), ""
    thought = values.pop("thought", None)
    if thought is not None and not isinstance(thought, str):
        raise DialectError(f"takes a string, found {describe(thought)}", field="thought")
    return values, (thought or "").strip()


def _tool_arguments(values: Mapping[str, object], tool: str) -> dict[str, object]:
    if values.get("name") != tool:
        raise DialectError(f"expected the tool {tool!r}, found {describe(values.get('name'))}", field="name")
    arguments = values.get("arguments")
    if not isinstance(arguments, dict):
        raise DialectError(f"expected an object, found {describe(arguments)}", field="arguments")
    return arguments


def seal(values: Mapping[str, object], thought: str, envelope: Envelope, tool: str) -> str:
    """The text of a reply. Raises DialectError for a thought that holds one of the dialect's own tags."""
    thought = thought.strip()
    if _RESERVED.search(thought):
        raise DialectError("the thought holds a tag of the dialect", field="thought")
    if envelope == "tool_call":
        call = json.dumps({"name": tool, "arguments": dict(values)}, ensure_ascii=False)
        head = f"<thinking>\n{thought}\n</thinking>\n" if thought else ""
        return f"{head}<tool_call>\n{call}\n</tool_call>"
    return f"<think>\n{thought}\n</think>\n<action>\n{json.dumps(dict(values), ensure_ascii=False)}\n</action>"
