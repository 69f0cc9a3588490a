"""How a declared type is written as JSON: one converter for each type, built once from its annotations."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import math
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

from device_farm.errors import DataError
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Evidence, ModelTurn, Step
from device_farm.types.ui_tree import UiNode

_POSITIONAL = (Point, Size, Rect)
_COMPACT = (UiNode,)
_OPTIONAL: Mapping[type, frozenset[str]] = {
    ModelTurn: frozenset({"token_ids", "logprobs"}),
    Evidence: frozenset({"step"}),
    Step: frozenset({"review", "lookahead"}),
}
"""Fields that documents of version 1 may lack: left out where they have their default value.

Types of the packages above mark such a field themselves, with `metadata={"json": "optional"}`.
"""
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
_MAX_TREE_DEPTH = 100
"""Deeper UI trees are refused: real ones stay under 60, and a hostile file must not exhaust the stack."""


@dataclass(frozen=True, slots=True)
class Converter:
    """Both directions; the second argument is the path of the value, for messages."""

    encode: Callable[[Any, str], JsonValue]
    decode: Callable[[Any, str], Any]


def _fail(path: str, expected: str, data: object) -> DataError:
    shown = repr(data)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."
    return DataError(f"expected {expected}, found {shown}", field=path or "value")


def _join(path: str, part: str | int) -> str:
    if isinstance(part, int):
        return f"{path}[{part}]"
    return f"{path}.{part}" if path else part


@cache
def converter_of(kind: Any) -> Converter:
    """The converter of a domain class or annotation. Raises DataError for any other type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in (str, int, bool, float, bytes, type(None)):
        return _primitive(kind)
    if origin is Literal:
        return _literal(arguments)
    if origin is tuple and arguments[1:] == (Ellipsis,):
        return _sequence(arguments[0], tuple)
    if origin is frozenset:
        return _sequence(arguments[0], frozenset)
    if origin is Mapping:
        return Converter(_encode_mapping, _decode_mapping)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if kind in _POSITIONAL:
        return _positional(kind)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        return _record(kind)
    raise DataError(f"{kind!r} has no JSON form")


def _primitive(kind: type) -> Converter:
    if kind is float:
        return Converter(_encode_float, _decode_float)
    if kind is bytes:
        return Converter(lambda value, path: base64.b64encode(value).decode("ascii"), _decode_bytes)

    def same(data: Any, path: str) -> Any:
        # bool is a subclass of int, so the exact type is asked for.
        if type(data) is not kind:
            raise _fail(path, kind.__name__, data)
        return data

    return Converter(same, same)


def _encode_float(value: float, path: str) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _fail(path, "a finite number", value)
    return float(value)


def _decode_float(data: object, path: str) -> float:
    if isinstance(data, bool) or not isinstance(data, int | float):
        raise _fail(path, "a finite number", data)
    try:
        value = float(data)
    except OverflowError as error:
        raise _fail(path, "a finite number", "an integer out of range") from error
    if not math.isfinite(value):
        raise _fail(path, "a finite number", data)
    return value


def _decode_bytes(data: object, path: str) -> bytes:
    if not isinstance(data, str):
        raise _fail(path, "base64 text", data)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _fail(path, "base64 text", data) from error


def _literal(options: tuple[object, ...]) -> Converter:
    expected = "one of " + ", ".join(str(option) for option in options)

    def check(data: Any, path: str) -> Any:
        if not isinstance(data, str) or data not in options:
            raise _fail(path, expected, data)
        return data

    return Converter(check, check)


def _sequence(item: Any, build: Callable[[list[Any]], Any]) -> Converter:
    # The item's converter is looked up late, because UI nodes hold UI nodes, and then kept: hashing a type is slow.
    found: list[Converter] = []

    def converter() -> Converter:
        if not found:
            found.append(converter_of(item))
        return found[0]

    def encode(value: Any, path: str) -> JsonValue:
        _check_depth(path)
        each = converter().encode
        ordered = sorted(value) if isinstance(value, frozenset) else value
        return [each(part, _join(path, index)) for index, part in enumerate(ordered)]

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, list):
            raise _fail(path, "a list", data)
        _check_depth(path)
        each = converter().decode
        return build([each(part, _join(path, index)) for index, part in enumerate(data)])

    return Converter(encode, decode)


def _check_depth(path: str) -> None:
    if path.count(".children[") > _MAX_TREE_DEPTH:
        raise DataError(f"a UI tree deeper than {_MAX_TREE_DEPTH}", field=path[:60] + "...")


def _encode_mapping(value: Mapping[str, JsonValue], path: str) -> JsonValue:
    if not isinstance(value, Mapping):
        raise _fail(path, "an object", value)
    return {key: _json(part, _join(path, str(key))) for key, part in value.items()}


def _decode_mapping(data: object, path: str) -> dict[str, JsonValue]:
    if not isinstance(data, dict):
        raise _fail(path, "an object", data)
    return {key: _json(part, _join(path, str(key))) for key, part in data.items()}


def _json(data: object, path: str) -> JsonValue:
    match data:
        case None | bool() | int() | str():
            return data
        case float() if math.isfinite(data):
            return data
        case list() | tuple():
            return [_json(part, _join(path, index)) for index, part in enumerate(data)]
        case Mapping() if all(isinstance(key, str) for key in data):
            return {key: _json(part, _join(path, key)) for key, part in data.items()}
    raise _fail(path, "JSON data", data)


def _positional(kind: Any) -> Converter:
    names = [field.name for field in dataclasses.fields(kind)]

    def encode(value: Any, path: str) -> JsonValue:
        return [getattr(value, name) for name in names]

    def decode(data: Any, path: str) -> Any:
        whole = isinstance(data, list) and len(data) == len(names) and all(type(part) is int for part in data)
        if not whole:
            raise _fail(path, f"[{', '.join(names)}] in whole pixels", data)
        return kind(*data)

    return Converter(encode, decode)


def _union(members: tuple[Any, ...]) -> Converter:
    kinds = [member for member in members if member is not type(None)]
    optional = len(kinds) < len(members)
    inner = converter_of(kinds[0]) if len(kinds) == 1 else _tagged(tuple(kinds))

    def encode(value: Any, path: str) -> JsonValue:
        return None if optional and value is None else inner.encode(value, path)

    def decode(data: Any, path: str) -> Any:
        return None if optional and data is None else inner.decode(data, path)

    return Converter(encode, decode)


def _tagged(kinds: tuple[Any, ...]) -> Converter:
    by_name: dict[str, Any] = {_CAMEL.sub("_", kind.__name__).lower(): kind for kind in kinds}
    names = {kind: name for name, kind in by_name.items()}

    def encode(value: Any, path: str) -> JsonValue:
        if type(value) not in names:
            raise _fail(path, "one of " + ", ".join(by_name), type(value).__name__)
        name = names[type(value)]
        body = converter_of(by_name[name]).encode(value, path)
        assert isinstance(body, dict)
        return {"type": name, **body}

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise _fail(path, "an object", data)
        name = data.get("type")
        if not isinstance(name, str) or name not in by_name:
            raise _fail(_join(path, "type"), "one of " + ", ".join(by_name), name)
        body = {key: part for key, part in data.items() if key != "type"}
        return converter_of(by_name[name]).decode(body, path)

    return Converter(encode, decode)


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    converter: Converter
    default: object
    omitted: bool
    """Left out of the document where it has its default value."""


def _fields(kind: Any) -> list[_Field]:
    hints = get_type_hints(kind)
    optional = _OPTIONAL.get(kind, frozenset())
    found = []
    for field in dataclasses.fields(kind):
        make: Any = field.default_factory
        default = field.default if make is dataclasses.MISSING else make()
        has_default = default is not dataclasses.MISSING
        may_lack = field.name in optional or field.metadata.get("json") == "optional"
        omitted = has_default and (kind in _COMPACT or may_lack)
        hint = hints[field.name]
        assert not isinstance(hint, ForwardRef)
        found.append(_Field(field.name, converter_of(hint), default, omitted))
    return found


def _record(kind: Any) -> Converter:
    fields = _fields(kind)
    names = {field.name for field in fields}

    def encode(value: Any, path: str) -> JsonValue:
        if type(value) is not kind:
            raise _fail(path, kind.__name__, type(value).__name__)
        body: dict[str, JsonValue] = {}
        for field in fields:
            part = getattr(value, field.name)
            if not (field.omitted and part == field.default):
                body[field.name] = field.converter.encode(part, _join(path, field.name))
        return body

    def decode(data: Any, path: str) -> Any:
        if not isinstance(data, dict):
            raise _fail(path, "an object", data)
        for key in data:
            if key not in names:
                raise DataError("unknown field", field=_join(path, str(key)))
        values: dict[str, Any] = {}
        for field in fields:
            if field.name in data:
                values[field.name] = field.converter.decode(data[field.name], _join(path, field.name))
            elif not field.omitted:
                raise DataError("missing", field=_join(path, field.name))
        return kind(**values)

    return Converter(encode, decode)
