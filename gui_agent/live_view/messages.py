"""What a page says, and how frames are packed for it."""

from __future__ import annotations

import json
import struct
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter, ValidationError

from device_farm.config import ConfigModel
from device_farm.errors import DataError
from device_farm.types.action import Action, Answer, Terminate, Wait
from device_farm.types.codec.json import decode

_MAX_TEXT: Final = 4000
_MAX_NUMBER: Final = 1_000_000


class Shown(ConfigModel):
    """The frame with this number is on the screen."""

    type: Literal["shown"]
    frame: int = Field(ge=0)


class Overlay(ConfigModel):
    """The page wants the elements of the screen, or no longer."""

    type: Literal["overlay"]
    on: bool


class Take(ConfigModel):
    """Its person wants to drive."""

    type: Literal["take"]


class GiveBack(ConfigModel):
    """Its person has driven enough, or does not want to wait any longer."""

    type: Literal["give_back"]


class Act(ConfigModel):
    """An action in the canonical JSON of the domain types."""

    type: Literal["act"]
    action: dict[str, Any]


class Record(ConfigModel):
    """A demonstration begins, of a task of the suite, or of a goal in free words."""

    type: Literal["record"]
    task: str = Field(default="", max_length=200)
    seed: int = Field(default=0, ge=0)
    goal: str = Field(default="", max_length=_MAX_TEXT)


class Finish(ConfigModel):
    """The demonstration is done, or cannot be done; with the answer where the goal asks for one."""

    type: Literal["finish"]
    status: Literal["success", "failure"]
    answer: str = Field(default="", max_length=_MAX_TEXT)


class Cancel(ConfigModel):
    """The demonstration is thrown away."""

    type: Literal["cancel"]


Message: TypeAlias = Shown | Overlay | Take | GiveBack | Act | Record | Finish | Cancel
_ADAPTER: Final[TypeAdapter[Message]] = TypeAdapter(Annotated[Message, Field(discriminator="type")])


def parse_message(text: str) -> Message:
    """Raises DataError for what no page of ours says; names the field."""
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "message"
        raise DataError(first["msg"], field=where) from error


def parse_action(message: Act) -> Action:
    """Raises DataError for what is no action, or one that is not a hand's: an end, an answer, a wait."""
    action: Action = decode(Action, message.action)
    for field, value in message.action.items():
        numbers = value if isinstance(value, list) else [value]
        if any(isinstance(number, int) and abs(number) > _MAX_NUMBER for number in numbers):
            raise DataError(f"no number of an action is above {_MAX_NUMBER}", field=f"action.{field}")
    if isinstance(action, Answer | Terminate | Wait):
        raise DataError(f"{message.action['type']!r} is not done by hand", field="action.type")
    return action


def pack_frame(head: dict[str, Any], image: bytes) -> bytes:
    """A picture as one binary message: the length of the head (4 bytes, big endian), the head as JSON, the picture."""
    words = json.dumps(head).encode("ascii")
    return struct.pack(">I", len(words)) + words + image
