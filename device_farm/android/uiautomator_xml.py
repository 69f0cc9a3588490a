"""Parses what `uiautomator dump` and `dumpWindowHierarchy` write into a `UiTree`.

The text comes from a device, so it may be cut off, badly encoded or hostile: declarations are refused, depth and number
of nodes are bounded, and whatever is no hierarchy is a `GuestError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
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

_NOWHERE = Rect(0, 0, 0, 0)
_MAX_NODES = 20_000
_MAX_DEPTH = 200
"""Deeper than any real screen; a tree has to pass through recursive codecs further on."""

_STATES: tuple[tuple[str, UiState], ...] = (
    ("checkable", "checkable"),
    ("checked", "checked"),
    ("clickable", "clickable"),
    ("enabled", "enabled"),
    ("focusable", "focusable"),
    ("focused", "focused"),
    ("scrollable", "scrollable"),
    ("long-clickable", "long_clickable"),
    ("password", "password"),
    ("selected", "selected"),
)
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


def parse_bounds(text: str) -> Rect | None:
    """`[0,63][1080,210]` as a box; None for anything else."""
    found = _BOUNDS.fullmatch(text)
    return Rect(*map(int, found.groups())) if found else None


class _Reader:
    """Makes nodes of XML elements, counting them."""

    def __init__(self, screen: Size | None) -> None:
        self._screen = screen
        self._count = 0

    def nodes(self, elements: Iterable[ElementTree.Element], depth: int = 1) -> tuple[UiNode, ...]:
        """One node for each of `elements`, children included; recursion ends at _MAX_DEPTH."""
        if depth > _MAX_DEPTH:
            raise GuestError(f"a UI hierarchy of more than {_MAX_DEPTH} levels")
        return tuple([self._node(element, depth) for element in elements])

    def _node(self, element: ElementTree.Element, depth: int) -> UiNode:
        self._count += 1
        if self._count > _MAX_NODES:
            raise GuestError(f"a UI hierarchy of more than {_MAX_NODES} nodes")
        get = element.attrib.get
        role = get("class", "")
        bounds = parse_bounds(get("bounds", "")) or _NOWHERE
        states: list[UiState] = [state for name, state in _STATES if get(name) == "true"]
        if role.endswith(_EDITABLE):
            states.append("editable")
        # uiautomator leaves out what is not visible to the user, unless the attribute says otherwise.
        if get("visible-to-user", "true") == "true":
            states.append("visible")
        return UiNode(
            role=role,
            bounds=bounds if self._screen is None else _clip(bounds, self._screen),
            text=get("text", ""),
            description=get("content-desc", ""),
            hint=get("hint", ""),
            resource_id=get("resource-id", ""),
            app=get("package", ""),
            states=frozenset(states),
            children=self.nodes(element, depth + 1) if len(element) else (),
        )


def _clip(bounds: Rect, screen: Size) -> Rect:
    """The part of `bounds` on the screen; an empty box at the nearest edge where there is none."""
    width, height = screen.width, screen.height
    if 0 <= bounds.left <= bounds.right <= width and 0 <= bounds.top <= bounds.bottom <= height:
        return bounds
    left, right = (min(max(x, 0), width) for x in (bounds.left, bounds.right))
    top, bottom = (min(max(y, 0), height) for y in (bounds.top, bounds.bottom))
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
    if "<!" in text:
        # A document type could declare entities that explode. In a well-formed dump no `<` stands within a text.
        raise GuestError("the UI hierarchy holds declarations, which no uiautomator writes")
    # An empty screen is `<hierarchy rotation="0" />`, without an end tag.
    root = _root(text[start:].rstrip() if end < 0 else text[start : end + len("</hierarchy>")])
    if root.tag != "hierarchy":
        raise GuestError(f"no UI hierarchy but {root.tag[:40]!r} in the device's answer")
    tree = UiTree(roots=_Reader(screen).nodes(root))
    return Hierarchy(tree=tree, orientation=_ORIENTATIONS.get(root.get("rotation", "")))


def _root(text: str) -> ElementTree.Element:
    try:
        return ElementTree.fromstring(text)
    except (ElementTree.ParseError, ValueError):
        try:
            return ElementTree.fromstring(_mended(text))
        except (ElementTree.ParseError, ValueError) as error:
            raise GuestError(f"the UI hierarchy is malformed: {error}") from error
