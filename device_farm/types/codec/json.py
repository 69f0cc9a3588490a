"""Canonical JSON of every domain type, and its exact inverse.

Points are `[x, y]`, sizes `[width, height]`, boxes `[left, top, right, bottom]`, sets sorted lists, bytes base64.
A member of `Action` or `Outcome` carries its class name in snake case under `type`. UI nodes leave out fields that
have their default value, as model turns do with their sampled tokens, evidence with its step and steps with their
review and lookahead; everything else is written in full. A document adds `version` and `type` at the top.

`decode(encode(x)) == x` for every domain value; anything that `encode` cannot have written is a `DataError` that
names the path of the field.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from device_farm.errors import DataError
from device_farm.types.codec.plan import converter_of
from device_farm.types.task import JsonValue

VERSION: Final = 1
"""Written into every document; raised when a reader of the old form would misread the new one."""

_T = TypeVar("_T")
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")


def type_name(kind: type) -> str:
    """`LongPress` as `long_press`: the name of a type in documents and unions."""
    return _CAMEL.sub("_", kind.__name__).lower()


def encode(value: object, kind: Any = None) -> JsonValue:
    """`value` as plain JSON data. `kind` is the declared type, needed only for a bare union member.

    Raises:
        DataError: a number is not finite, or the type is not a domain type.
    """
    declared: Any = type(value) if kind is None else kind
    return converter_of(declared).encode(value, "")


def decode(kind: Any, data: object) -> Any:
    """The inverse of `encode`. `kind` may be a class or a union such as `Action`.

    Raises:
        DataError: `field` is the path of the first thing that is wrong.
    """
    return converter_of(kind).decode(data, "")


def dumps_value(data: object) -> str:
    """Plain JSON data in its one canonical text: sorted keys, no blanks, ASCII (so that any string survives)."""
    try:
        return json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise DataError(f"cannot be written as JSON: {error}") from error


def loads_value(text: str | bytes) -> object:
    """JSON data of `text`. Raises DataError for what is no JSON, or nested too deeply."""
    try:
        return cast(object, json.loads(text, parse_constant=_refuse_constant))
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON: {error}") from error


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def to_document(value: object) -> dict[str, JsonValue]:
    """A domain object with its type and version, ready to be a file of its own or a line of one."""
    body = encode(value)
    if not isinstance(body, dict):
        raise DataError(f"{type(value).__name__} is no document: it has no named fields")
    return {**body, "version": VERSION, "type": type_name(type(value))}


def from_document(kind: type[_T], data: object) -> _T:
    """The inverse of `to_document`.

    Raises:
        DataError: another version or type, or a malformed field; `field` is its path.
    """
    if not isinstance(data, Mapping):
        raise DataError(f"expected an object, found {describe(data)}", field="document")
    body = dict(data)
    version = body.pop("version", None)
    if version != VERSION or isinstance(version, bool | float):
        fix = f"this release reads version {VERSION}; read it with the release that wrote it"
        raise DataError(f"unknown version {version!r}", field="version", fix=fix)
    name = body.pop("type", None)
    if name != type_name(kind):
        raise DataError(f"expected {type_name(kind)!r}, found {name!r}", field="type")
    return cast(_T, decode(kind, body))


def dumps(value: object) -> str:
    """A domain object as one line of canonical JSON."""
    return dumps_value(to_document(value))


def loads(kind: type[_T], text: str | bytes) -> _T:
    """The inverse of `dumps`. Raises DataError."""
    return from_document(kind, loads_value(text))


def describe(data: object) -> str:
    """What some JSON data is, short enough for an error message."""
    match data:
        case None:
            return "null"
        case bool() | int():
            return repr(data)
        case float():
            return repr(data) if math.isfinite(data) else "a number that is not finite"
        case str():
            return repr(data if len(data) <= 60 else data[:57] + "...")
        case list():
            return f"a list of {len(data)}"
        case Mapping():
            return f"an object of {len(data)}"
    return type(data).__name__
