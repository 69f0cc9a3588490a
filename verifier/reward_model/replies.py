"""What a model replies as a critic or as a second judge: one JSON object, checked strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic import JsonValue as AnyJson

from device_farm.errors import DialectError, VerifierError
from device_farm.types.action import Action
from device_farm.types.codec.arguments import read_object
from device_farm.types.codec.dialect import Dialect
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.task import JsonValue

_MAX_REPLY_CHARS: Final = 20_000
_MAX_WHY_CHARS: Final = 600


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CritiqueReply(_Strict):
    """`corrected` is an action in the dialect's own JSON, null where the action is right or nothing better is known."""

    right: bool
    why: str = Field(max_length=_MAX_WHY_CHARS)
    confidence: float = Field(ge=0, le=1, strict=False)
    corrected: dict[str, AnyJson] | None = None


class SecondReply(_Strict):
    """`right` says whether the proposed action is, `choose` which of the two is carried out."""

    right: bool
    choose: Literal["proposed", "corrected"]
    why: str = Field(max_length=_MAX_WHY_CHARS)
    confidence: float = Field(ge=0, le=1, strict=False)


ReplyT = TypeVar("ReplyT", bound=_Strict)


def parse_reply(text: str, kind: type[ReplyT]) -> ReplyT:
    """The one JSON object that `text` is, alone or in a Markdown fence.

    Raises:
        VerifierError: it is no JSON, names a key twice, has an unknown one, lacks one, or holds a bad value.
    """
    body = text.strip()
    if body.startswith("```") and body.endswith("```") and "\n" in body:
        body = body[body.index("\n") + 1 : -3].strip()
    if len(body) > _MAX_REPLY_CHARS:
        raise VerifierError(f"a reply of {len(body)} characters", field="reply", fix=f"at most {_MAX_REPLY_CHARS}")
    try:
        values, end = read_object(body, 0, "the reply")
        if body[end:].strip():
            raise VerifierError(f"text follows the JSON object at character {end}", field="reply")
        return kind.model_validate(values)
    except DialectError as error:
        raise VerifierError(error.message, field="reply") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise VerifierError(str(first["msg"]), field=where or "reply") from error


def parse_corrected(reply: CritiqueReply, proposed: Action, dialect: Dialect, space: CoordinateSpace) -> Action | None:
    """The corrected action of a critique, None where it has none.

    Raises:
        VerifierError: a right action has one, it is the proposed one, or the dialect cannot read it.
    """
    if reply.corrected is None:
        return None
    if reply.right:
        raise VerifierError("the action is right and has a correction", field="corrected", fix="make it null")
    try:
        action = dialect.parse(json.dumps(reply.corrected), space).action
    except DialectError as error:
        raise VerifierError(str(error), field="corrected") from error
    if action == proposed:
        raise VerifierError("the correction is the proposed action", field="corrected", fix="make it null")
    return action


def critique_schema(dialect: Dialect) -> dict[str, JsonValue]:
    """The JSON schema of what `parse_reply` and `parse_corrected` take; a correction is any action of the dialect."""
    actions = dict(dialect.schema())
    actions.pop("$schema", None)
    schema: dict[str, JsonValue] = CritiqueReply.model_json_schema()
    return _with(
        schema, {"corrected": {"anyOf": [{"type": "null"}, actions]}}, required=list(CritiqueReply.model_fields)
    )


def second_schema() -> dict[str, JsonValue]:
    """The JSON schema of a second judge's reply."""
    return SecondReply.model_json_schema()


def _with(
    schema: Mapping[str, JsonValue], properties: Mapping[str, JsonValue], *, required: list[str]
) -> dict[str, JsonValue]:
    known = schema["properties"]
    assert isinstance(known, dict)
    return {**schema, "properties": {**known, **properties}, "required": [*required]}
