"""How a tool is made: a name, typed arguments, what it does with the context it was made in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from device_farm.types.observation import Screenshot
from verifier.case import Case
from verifier.probes.read_only import ReadOnlyDevice
from verifier.probes.refusal import ProbeRefused
from verifier.probes.tool import ToolSpec
from verifier.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one call, but for `images`, which is of one toolbox: screens that may be looked at."""

    seconds: float = 20.0
    copy_seconds: float = 180.0
    characters: int = 6000
    rows: int = 200
    file_bytes: int = 16 * 1024 * 1024
    actions: int = 8
    images: int = 16


class Arguments(BaseModel):
    """Base of every tool's arguments: no key that is not declared, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class NoArguments(Arguments):
    """For tools that take none."""


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a tool brought, as it came: the toolbox bounds and marks it. `title` is the probe in one line."""

    title: str
    text: str
    screenshot: Screenshot | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool(Generic[A]):
    """`run` raises FarmError for what goes wrong; the toolbox makes a fault of it.

    `copies` says that it takes a copy of the device, which may mean another lease: it has `Limits.copy_seconds`.
    """

    name: str
    description: str
    arguments: type[A]
    run: Callable[[A], Awaitable[Found]]
    copies: bool = False

    @property
    def spec(self) -> ToolSpec:
        return ToolSpec(name=self.name, description=self.description, schema=self.arguments.model_json_schema())


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What tools work on. `device` and `scene` are None where only the record is left."""

    case: Case
    scene: Scene | None
    device: ReadOnlyDevice | None
    limits: Limits

    def live(self) -> ReadOnlyDevice:
        """Raises ProbeRefused where there is no device to ask."""
        if self.device is None:
            raise ProbeRefused("there is no device any more", field="scene", fix="judge by the recorded screens")
        return self.device

    def stage(self) -> Scene:
        """What copies are taken of. Raises ProbeRefused where only the record is left."""
        if self.scene is None:
            raise ProbeRefused("there is no device any more", field="scene", fix="judge by the recorded screens")
        return self.scene


def text_of(data: bytes) -> str:
    return data.decode("utf-8", "replace")
