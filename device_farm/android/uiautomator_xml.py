"""Parses what `uiautomator dump` and `dumpWindowHierarchy` write into a `UiTree`.

The text comes from a device, so it may be cut off, badly encoded or hostile: entity declarations are refused, nothing
recurses, and whatever is no hierarchy is a `GuestError`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from xml.etree import ElementTree

from device_farm.errors import GuestError
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Orientation
from device_farm.types.ui_tree import UiNode, UiState, UiTree

_BOUNDS = re.compile(r"\[(-?\d{1,6}),(-?\d{1,6})\]\[(-?\d{1,6}),(-?\d{1,6})\]")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 does not allow, which apps put into texts nevertheless."""

_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,10}));")
_SURROGATES = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")

_MAX_NODES = 20_000
_MAX_DEPTH = 200
"""Deeper than any real screen; a tree has to pass through recursive codecs further on."""

_STATES: dict[str, UiState] = {
    "checkable": "checkable",
    "checked": "checked",
    "clickable": "clickable",
    "enabled": "enabled",
    "focusable": "focusable",
    "focused": "focused",
    "scrollable": "scrollable",
    "long-clickable": "long_clickable",
    "password": "password",
    "selected": "selected",
}
_EDITABLE = ("EditText", "AutoCompleteTextView")
_ORIENTATIONS: dict[str, Orientation] = {
    "0": "portrait",
    "1": "landscape",
    "2": "portrait_reversed",
    "3": "landscape_reversed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """A parsed dump; `orientation` is None where the dump does not tell it."""

    tree: UiTree
    orientation: Orientation | None


@dataclass(slots=True)
class _Open:
    """A node whose end tag has not come yet."""

    attributes: dict[str, str]
    children: list[UiNode] = field(default_factory=list)


def parse_bounds(text: str) -> Rect | None:
    """`[0,63][1080,210]` as a box; None for anything else."""
    found = _BOUNDS.fullmatch(text)
    return Rect(*map(int, found.groups())) if found else None


class _Builder:
    """Target of the XML parser: builds nodes bottom up on its own stack."""

    def __init__(self, screen: Size | None) -> None:
        self.roots: list[UiNode] = []
        self.rotation = ""
        self.seen_hierarchy = False
        self._stack: list[_Open] = []
        self._count = 0
        self._screen = Rect(0, 0, screen.width, screen.height) if screen is not None else None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "hierarchy":
            self.seen_hierarchy = True
            self.rotation = attributes.get("rotation", "")
            return
        self._count += 1
        if self._count > _MAX_NODES or len(self._stack) >= _MAX_DEPTH:
            raise GuestError(f"a UI hierarchy of more than {_MAX_NODES} nodes or {_MAX_DEPTH} levels")
        self._stack.append(_Open(attributes))

    def end(self, tag: str) -> None:
        if tag == "hierarchy" or not self._stack:
            return
        opened = self._stack.pop()
        node = self._node(opened)
        (self._stack[-1].children if self._stack else self.roots).append(node)

    def data(self, text: str) -> None:
        """Text between tags carries nothing."""

    def close(self) -> None:
        """Called by the parser at the end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise GuestError("the UI hierarchy declares a document type, which no uiautomator does")

    def _node(self, opened: _Open) -> UiNode:
        get = opened.attributes.get
        bounds = parse_bounds(get("bounds", "")) or Rect(0, 0, 0, 0)
        if self._screen is not None:
            bounds = _clip(bounds, self._screen)
        role = get("class", "")
        states: set[UiState] = {state for name, state in _STATES.items() if get(name) == "true"}
        if role.endswith(_EDITABLE):
            states.add("editable")
        # uiautomator leaves out what is not visible to the user, unless the attribute says otherwise.
        if get("visible-to-user", "true") == "true":
            states.add("visible")
        return UiNode(
            role=role,
            bounds=bounds,
            text=get("text", ""),
            description=get("content-desc", ""),
            hint=get("hint", ""),
            resource_id=get("resource-id", ""),
            app=get("package", ""),
            states=frozenset(states),
            children=tuple(opened.children),
        )


def _clip(bounds: Rect, screen: Rect) -> Rect:
    """The part of `bounds` on the screen; an empty box at the nearest edge where there is none."""
    left, right = (min(max(x, screen.left), screen.right) for x in (bounds.left, bounds.right))
    top, bottom = (min(max(y, screen.top), screen.bottom) for y in (bounds.top, bounds.bottom))
    return Rect(left, top, max(left, right), max(top, bottom))


def _mended(text: str) -> str:
    """`text` without what XML forbids. Emoji that old Androids write as two references become one character."""
    text = _REFERENCE.sub(_referred, text)
    text = _SURROGATES.sub(lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)
    return _FORBIDDEN.sub(" ", text)


def _referred(reference: re.Match[str]) -> str:
    number = int(reference[1], 16) if reference[1] else int(reference[2])
    # Below the first letter a reference may stand for markup or a line feed, and is fine as it is.
    if 0x20 <= number < 0x80 or number in (9, 10, 13):
        return reference[0]
    return chr(number) if number < 0x110000 else " "


def _feed(text: str, screen: Size | None) -> _Builder:
    builder = _Builder(screen)
    parser = ElementTree.XMLParser(target=builder)
    parser.feed(text)
    parser.close()
    return builder


def parse_hierarchy(data: bytes | str, *, screen: Size | None = None) -> Hierarchy:
    """The tree in `data`, with bounds clipped to `screen` where it is given.

    What stands before the XML and after it (uiautomator's own messages) is skipped.

    Raises:
        GuestError: there is no hierarchy, it is cut off or malformed, or it is beyond all measure.
    """
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    start, end = text.find("<hierarchy"), text.rfind("</hierarchy>")
    if start < 0:
        raise GuestError(f"no UI hierarchy: {text.strip()[:200]!r}", fix="the device may be animating or locked")
    # An empty screen is `<hierarchy rotation="0" />`. A prologue before it may hold declarations: kept, to be refused.
    prologue = text.find("<!")
    first = prologue if 0 <= prologue < start else start
    text = text[first:] if end < 0 else text[first : end + len("</hierarchy>")]
    try:
        builder = _feed(text.rstrip(), screen)
    except (ElementTree.ParseError, ValueError):
        try:
            builder = _feed(_mended(text.rstrip()), screen)
        except (ElementTree.ParseError, ValueError) as error:
            raise GuestError(f"the UI hierarchy is malformed: {error}") from error
    if not builder.seen_hierarchy:
        raise GuestError("no UI hierarchy in the device's answer")
    return Hierarchy(tree=UiTree(roots=tuple(builder.roots)), orientation=_ORIENTATIONS.get(builder.rotation))
