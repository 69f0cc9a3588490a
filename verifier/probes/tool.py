"""What a tool is, how it is called and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from device_farm.types.observation import Screenshot
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """A tool as a model is told of it. `schema` is the JSON schema of its arguments, an object."""

    name: str
    description: str
    schema: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """A tool by name, with arguments that nobody has checked yet."""

    name: str
    arguments: Mapping[str, JsonValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """What a call brought: bounded `text`, perhaps a screen. `fault` says why it brought nothing ("" where it did).

    `evidence` is the call as a verdict lists it; `holds` in it is True where the probe ran.
    """

    text: str
    evidence: Evidence
    screenshot: Screenshot | None = None
    fault: str = ""
