"""UiSelector as uiautomator2 sends it: which nodes of an accessibility tree it picks.

Field names and their meaning: uiautomator2 `_selector.py`, Android `UiSelector`. A field counts when it is present;
the client's `mask` says the same thing twice and is not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from device_farm.types.ui_tree import UiNode, UiState, UiTree


class SelectorError(Exception):
    """The selector has an unknown field or a bad value."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node, the way to it from its window's root, and its index in its parent."""

    node: UiNode
    parent: Place | None
    index: int


_STATES: Mapping[str, UiState] = {
    "checkable": "checkable",
    "checked": "checked",
    "clickable": "clickable",
    "longClickable": "long_clickable",
    "scrollable": "scrollable",
    "enabled": "enabled",
    "focusable": "focusable",
    "focused": "focused",
    "selected": "selected",
}

_TEXTS: Mapping[str, Callable[[UiNode], str]] = {
    "text": lambda node: node.text,
    "className": lambda node: node.role,
    "description": lambda node: node.description,
    "packageName": lambda node: node.app,
    "resourceId": lambda node: node.resource_id,
}

_IGNORED = frozenset({"mask", "childOrSibling", "childOrSiblingSelector", "instance"})


def places(tree: UiTree) -> Iterator[Place]:
    """Every node in document order."""
    for index, root in enumerate(tree.roots):
        yield from _below(Place(root, None, index), include_self=True)


def select(tree: UiTree, selector: Mapping[str, Any], *, all_instances: bool = False) -> list[Place]:
    """The nodes that `selector` picks: all that match, or with an `instance` (unless `all_instances`) that one.

    Raises:
        SelectorError: an unknown field, a value of the wrong type, a regular expression that does not compile.
    """
    kinds = selector.get("childOrSibling") or []
    parts = selector.get("childOrSiblingSelector") or []
    if not isinstance(kinds, list) or not isinstance(parts, list) or len(kinds) != len(parts):
        raise SelectorError("childOrSibling and childOrSiblingSelector differ in length")
    last = len(parts) == 0
    found = _pick(list(places(tree)), selector, all_instances=all_instances and last)
    for number, (kind, part) in enumerate(zip(kinds, parts, strict=True), start=1):
        if kind not in ("child", "sibling") or not isinstance(part, Mapping):
            raise SelectorError(f"unknown relation {kind!r}")
        around = _unique(_related(found, kind))
        found = _pick(around, part, all_instances=all_instances and number == len(parts))
    return found


def _related(found: Sequence[Place], kind: str) -> Iterator[Place]:
    for place in found:
        start = place if kind == "child" else place.parent
        if start is not None:
            yield from _below(start, include_self=False)


def _below(place: Place, *, include_self: bool) -> Iterator[Place]:
    if include_self:
        yield place
    for index, child in enumerate(place.node.children):
        yield from _below(Place(child, place, index), include_self=True)


def _unique(found: Iterator[Place]) -> list[Place]:
    seen: dict[int, Place] = {}
    for place in found:
        seen.setdefault(id(place.node), place)
    return list(seen.values())


def _pick(candidates: Sequence[Place], selector: Mapping[str, Any], *, all_instances: bool) -> list[Place]:
    tests = [_test(name, value) for name, value in selector.items() if name not in _IGNORED]
    matching = [place for place in candidates if all(test(place) for test in tests)]
    instance = selector.get("instance")
    if instance is None or all_instances:
        return matching
    if not isinstance(instance, int) or instance < 0:
        raise SelectorError(f"instance must not be negative, got {instance!r}")
    return matching[instance : instance + 1]


def _test(name: str, value: Any) -> Callable[[Place], bool]:
    if name in _STATES:
        state = _STATES[name]
        wanted = bool(value)
        return lambda place: (state in place.node.states) is wanted
    if name == "index":
        return lambda place: bool(place.index == value)
    for field, read in _TEXTS.items():
        if name.startswith(field):
            matches = _text_test(name.removeprefix(field), value)
            if matches is not None:
                return lambda place: matches(read(place.node))
    raise SelectorError(f"unknown selector field {name!r}")


def _text_test(relation: str, value: Any) -> Callable[[str], bool] | None:
    if not isinstance(value, str):
        raise SelectorError(f"a text to match must be a string, got {value!r}")
    match relation:
        case "":
            return lambda text: text == value
        case "Contains":
            return lambda text: value in text
        case "StartsWith":
            return lambda text: text.startswith(value)
        case "Matches":
            try:
                pattern = re.compile(value, re.DOTALL)
            except re.error as error:
                raise SelectorError(f"bad regular expression {value!r}: {error}") from error
            return lambda text: pattern.fullmatch(text) is not None
        case _:
            return None
