"""TOML config: overlays left to right, dotted overrides, unknown keys refused."""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import tomllib
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from device_farm.errors import ConfigError

ModelT = TypeVar("ModelT", bound=BaseModel)


class ConfigModel(BaseModel):
    """Base of every config section: frozen, and an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def merge(base: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `overlay` laid over it, table by table; lists and scalars are replaced."""
    merged = dict(base)
    for key, value in overlay.items():
        below = merged.get(key)
        both_tables = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = merge(below, value) if both_tables else value  # type: ignore[arg-type]
    return merged


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {error.strerror}", field="--config") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not TOML: {error}", field="--config") from error


def _override(assignment: str) -> dict[str, Any]:
    """`a.b=3` as `{"a": {"b": 3}}`; a value that is no TOML literal is taken as a string."""
    dotted, equals, text = assignment.partition("=")
    if not equals or not dotted.strip():
        raise ConfigError(f"{assignment!r} is not key=value", field="--set", fix="write --set section.key=value")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    for part in reversed(dotted.strip().split(".")):
        value = {part: value}
    return dict(value)


def _explain(error: ValidationError) -> ConfigError:
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return ConfigError("unknown key", field=field, fix="remove it, or correct its spelling")
    more = f", and {error.error_count() - 1} more" if error.error_count() > 1 else ""
    return ConfigError(f"{first['msg']}, got {first['input']!r}{more}", field=field)


def load_config(
    model: type[ModelT],
    *,
    paths: Sequence[Path] = (),
    overrides: Iterable[str] = (),
    defaults: Mapping[str, Any] | None = None,
) -> ModelT:
    """`defaults`, then each file of `paths`, then each `key=value` of `overrides`, as a `model`.

    Raises:
        ConfigError: a file cannot be read, or a key is unknown or has a bad value; names the dotted key.
    """
    values: dict[str, Any] = dict(defaults or {})
    for path in paths:
        values = merge(values, _read(path))
    for assignment in overrides:
        values = merge(values, _override(assignment))
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _explain(error) from error


def import_attribute(path: str, *, field: str) -> object:
    """What `module:attribute` names; modules in the current folder count, as for `python -m`.

    Raises:
        ConfigError: there is none; names `field`, and the line of the module that failed.
    """
    module, colon, attribute = path.partition(":")
    if not colon or not module or not attribute:
        raise ConfigError(
            f"{path!r} is not MODULE:ATTRIBUTE", field=field, fix="write for example my_package.apps:Shop"
        )
    here = os.getcwd()
    if here not in sys.path:
        # Last: an installed module is never hidden by a file that happens to lie here.
        sys.path.append(here)
    try:
        loaded = importlib.import_module(module)
    except ImportError as error:
        fix = f"run where {module.partition('.')[0]} lies, or install it"
        raise ConfigError(f"cannot import {path!r}: {error}", field=field, fix=fix) from error
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{module} fails at line {where.lineno} of {where.filename}: {type(error).__name__}: {error}"
        raise ConfigError(message, field=field, fix="mend the module") from error
    try:
        return getattr(loaded, attribute)
    except AttributeError as error:
        public = [name for name in vars(loaded) if not name.startswith("_")]
        close = difflib.get_close_matches(attribute, public, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise ConfigError(f"cannot import {path!r}: {module} has no {attribute!r}", field=field, fix=hint) from error
