"""What a model may say in one turn: one JSON object, checked strictly. Anything else is asked for again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic import JsonValue as AnyJson

from device_farm.errors import VerifierError
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence
from verifier.probes.tool import ToolCall

Kind: TypeAlias = Literal["verdict", "look", "call"]

_MAX_REPLY_CHARS: Final = 20_000
_MAX_REASON_CHARS: Final = 600
_MAX_LOOKS: Final = 16
_MAX_FINDINGS: Final = 12


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Finding(_Strict):
    """One thing that bears on the verdict. `step` is the number of the screen that shows it, null for a tool's."""

    observed: str = Field(max_length=_MAX_REASON_CHARS)
    expected: str = Field(max_length=_MAX_REASON_CHARS)
    holds: bool
    step: int | None = None


class Said(_Strict):
    """A verdict. `confidence` high ends the verification."""

    kind: Literal["verdict"]
    decision: Literal["success", "failure", "undecided"]
    confidence: Literal["low", "medium", "high"]
    reason: str = Field(max_length=_MAX_REASON_CHARS)
    findings: Annotated[tuple[Finding, ...], Field(max_length=_MAX_FINDINGS, strict=False)] = ()


class Look(_Strict):
    """The screens before these steps are wanted."""

    kind: Literal["look"]
    steps: Annotated[tuple[int, ...], Field(min_length=1, max_length=_MAX_LOOKS, strict=False)]


class Call(_Strict):
    """One tool is wanted; the tool layer checks its name and arguments."""

    kind: Literal["call"]
    tool: str = Field(max_length=100)
    arguments: dict[str, AnyJson] = Field(default_factory=dict)

    @property
    def call(self) -> ToolCall:
        return ToolCall(name=self.tool, arguments=self.arguments)


Turn: TypeAlias = Said | Look | Call
_MODELS: Final[dict[Kind, type[Said] | type[Look] | type[Call]]] = {"verdict": Said, "look": Look, "call": Call}
_TURN: Final[TypeAdapter[Turn]] = TypeAdapter(Annotated[Turn, Field(discriminator="kind")])


def parse_turn(text: str, allowed: Sequence[Kind]) -> Turn:
    """The one JSON object in `text`, alone or in a Markdown fence, of one of the kinds that are `allowed` now.

    Raises:
        VerifierError: it is no JSON, names a field twice, has an unknown one, lacks one, or is of another kind.
    """
    body = _unfenced(text)
    if len(body) > _MAX_REPLY_CHARS:
        raise VerifierError(f"a reply of {len(body)} characters", fix=f"use at most {_MAX_REPLY_CHARS}")
    try:
        turn = _TURN.validate_python(json.loads(body, object_pairs_hook=_no_repeats, parse_constant=_no_constant))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise VerifierError(str(first["msg"]), field=where or "reply") from error
    except (ValueError, RecursionError) as error:
        raise VerifierError(f"the reply is not one JSON object: {error}", field="reply") from error
    if turn.kind not in allowed:
        raise VerifierError(f"{turn.kind!r} is not possible now", field="kind", fix=f"use {' or '.join(allowed)}")
    return turn


def evidence_of(said: Said, probe: str, screens: int) -> tuple[Evidence, ...]:
    """A verdict's findings as evidence that names `probe`; its reason where it has none, unless it decides nothing.

    A step that is no index below `screens` is left out.
    """
    pieces = tuple(
        Evidence(
            probe=probe,
            observed=finding.observed,
            expected=finding.expected,
            holds=finding.holds,
            step=finding.step if finding.step is not None and 0 <= finding.step < screens else None,
        )
        for finding in said.findings
    )
    if pieces or said.decision == "undecided":
        return pieces
    holds = said.decision == "success"
    return (Evidence(probe=probe, observed=said.reason, expected="the goal is reached", holds=holds),)


def turn_schema(allowed: Sequence[Kind], tools: Sequence[str] = ()) -> dict[str, JsonValue]:
    """The JSON schema of the replies that `parse_turn` takes; a call names one of `tools`, where any are given."""
    alternatives: list[JsonValue] = []
    shared: dict[str, JsonValue] = {}
    for kind in allowed:
        schema = _MODELS[kind].model_json_schema()
        shared |= schema.pop("$defs", {})
        if kind == "call" and tools:
            schema["properties"]["tool"] = {"enum": list(tools)}
        alternatives.append(schema)
    whole: dict[str, JsonValue] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "anyOf": alternatives}
    return whole | ({"$defs": shared} if shared else {})


def _unfenced(text: str) -> str:
    body = text.strip()
    if body.startswith("```") and body.endswith("```") and "\n" in body:
        body = body[body.index("\n") + 1 : -3].strip()
    return body


def _no_repeats(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given twice")
    return found


def _no_constant(name: str) -> JsonValue:
    raise ValueError(f"{name} is no JSON")
