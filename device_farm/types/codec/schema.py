"""JSON schema of a dialect's reply, built from its table of actions and arguments."""

from __future__ import annotations

from collections.abc import Mapping

from device_farm.types.task import JsonValue


def action_schema(arguments: Mapping[str, Mapping[str, JsonValue]]) -> dict[str, JsonValue]:
    """A reply `{"thought": …, "action": NAME, …}`: one alternative an action, every argument required."""
    alternatives: list[JsonValue] = [
        {
            "type": "object",
            "properties": {"thought": {"type": "string"}, "action": {"const": name}, **parameters},
            "required": ["thought", "action", *parameters],
            "additionalProperties": False,
        }
        for name, parameters in arguments.items()
    ]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "anyOf": alternatives}
