"""A laid-out page as widgets: what is seen first, over it what can be touched and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from device_farm.simulator.apps.chrome.web.boxes import Box, Fragment
from device_farm.simulator.apps.chrome.web.colours import TRANSPARENT, colour
from device_farm.simulator.apps.chrome.web.layout import Page
from device_farm.simulator.apps.chrome.web.model import Element, EventKind, EventValue
from device_farm.simulator.apps.chrome.web.replaced import BUTTON_TYPES, control_kind, label_of
from device_farm.simulator.apps.chrome.web.style import Viewport, font_size, length
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.content import Drawing, Stroke
from device_farm.simulator.toolkit.metrics import DENSITY

WIDGETS_MAX: Final = 5000
"""A page's further boxes are not shown."""
_BLACK: Final = 0xFF000000
_WHITE: Final = 0xFFFFFFFF
_ACCENT: Final = 0xFF1A73E8
_GREY: Final = 0xFF757575
_HAIR_DP: Final = 1.0 / DENSITY
_TEXT_KINDS: Final = {"number": "number", "tel": "phone", "email": "email"}
_TAPPABLE: Final = frozenset(("a", "button", "label", "summary"))

Send = Callable[[Element, EventKind, EventValue], None]


class Pictures(Protocol):
    def canvas_png(self, number: int) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendering:
    """`key` begins the keys of fields and menus; `send` hands an event to the page."""

    page: Page
    viewport: Viewport
    pictures: Pictures
    key: str
    send: Send


def render(rendering: Rendering) -> w.Widget:
    """The whole page, as high as it is."""
    made = _Renderer(rendering)
    made.box(rendering.page.root)
    scale = made.scale
    return w.Absolute(
        (*made.seen[:WIDGETS_MAX], *made.live[:WIDGETS_MAX]),
        width=rendering.page.width * scale,
        height=rendering.page.height * scale,
        background=_page_colour(rendering.page.root),
        class_name="android.webkit.WebView",
    )


def _page_colour(root: Box) -> int:
    for box in (root, *root.children):
        found = colour(box.element.style.get("background-color"), TRANSPARENT)
        if found:
            return found
    return _WHITE


class _Renderer:
    """Collects (x, y, widget) in dp."""

    def __init__(self, rendering: Rendering) -> None:
        self._r = rendering
        self.scale = rendering.viewport.scale / DENSITY
        self.seen: list[tuple[float, float, w.Widget]] = []
        self.live: list[tuple[float, float, w.Widget]] = []
        self._parents: dict[int, Element] = {}
        for element in rendering.page.root.element.walk():
            for child in element.children:
                if isinstance(child, Element):
                    self._parents[child.id] = element

    # Boxes

    def box(self, box: Box) -> None:
        element = box.element
        hidden = element.style.get("visibility") in ("hidden", "collapse")
        if not hidden:
            self._surface(box)
            if element.tag in ("input", "select", "textarea", "canvas", "img", "progress", "meter"):
                self._control(box)
                return
            if element.tag == "button":
                self._button(box, element.text)
            elif _touchable(element):
                self._touch_area(box)
        self._text(box)
        for child in box.children:
            self.box(child)

    def _put(self, into: list[tuple[float, float, w.Widget]], x: float, y: float, widget: w.Widget) -> None:
        into.append((x * self.scale, y * self.scale, widget))

    def _sized(self, box: Box) -> dict[str, Any]:
        return {"width": max(box.width * self.scale, 0.0), "height": max(box.height * self.scale, 0.0)}

    def _rectangle(self, x: float, y: float, width: float, height: float, fill: int, radius: float = 0.0) -> None:
        if width <= 0 or height <= 0 or not fill:
            return
        scale = self.scale
        self._put(self.seen, x, y, w.Spacer(
            width=max(width * scale, _HAIR_DP), height=max(height * scale, _HAIR_DP), background=fill,
            radius=radius * scale))  # fmt: skip

    def _surface(self, box: Box) -> None:
        """Background and border."""
        style = box.element.style
        ink = colour(style.get("color"), _BLACK)
        fill = colour(style.get("background-color"), TRANSPARENT, ink)
        radius = self._radius(box)
        border = box.border
        if radius and max(border.across, border.along) > 0:
            edge = colour(style.get("border-top-color"), ink, ink)
            self._rectangle(*box.rect, edge, radius)
            inner = max(radius - border.left, 0.0)
            self._rectangle(
                box.x + border.left, box.y + border.top, box.width - border.across, box.height - border.along,
                fill or _page_colour(self._r.page.root), inner,
            )  # fmt: skip
            return
        self._rectangle(*box.rect, fill, radius)
        for side, x, y, width, height in (
            ("top", box.x, box.y, box.width, border.top),
            ("bottom", box.x, box.y + box.height - border.bottom, box.width, border.bottom),
            ("left", box.x, box.y, border.left, box.height),
            ("right", box.x + box.width - border.right, box.y, border.right, box.height),
        ):
            self._rectangle(x, y, width, height, colour(style.get(f"border-{side}-color"), ink, ink))

    def _radius(self, box: Box) -> float:
        text = str(box.element.style.get("border-radius", "")).split()
        found = length(text[0], box.width, font_size(box.element.style), self._r.viewport) if text else None
        return min(found or 0.0, box.width / 2, box.height / 2)

    # Text

    def _text(self, box: Box) -> None:
        spoken: list[tuple[Element, list[Fragment]]] = []
        for fragment in box.fragments:
            style = fragment.owner.style
            if style.get("visibility") in ("hidden", "collapse"):
                continue
            self._glyphs(box, fragment)
            owner = self._speaker(fragment.owner, box.element)
            if spoken and spoken[-1][0] is owner:
                spoken[-1][1].append(fragment)
            else:
                spoken.append((owner, [fragment]))
        for owner, fragments in spoken:
            if not self._silent(owner):
                self._words(owner, fragments)

    def _glyphs(self, box: Box, fragment: Fragment) -> None:
        style = fragment.owner.style
        behind = (
            colour(style.get("background-color"), TRANSPARENT) if fragment.owner is not box.element else TRANSPARENT
        )
        if behind:
            self._rectangle(fragment.x, fragment.top, fragment.width, fragment.height, behind)
        if not fragment.text.strip():
            return
        ink = colour(style.get("color"), _BLACK)
        decoration = str(style.get("text-decoration", ""))
        self._put(self.seen, fragment.x, fragment.top, w.Text(
            fragment.text, size=fragment.size * self.scale, line=fragment.height * self.scale, colour=ink, max_lines=1,
            font_weight=fragment.weight, strike="line-through" in decoration, decorative=True))  # fmt: skip
        if "underline" in decoration:
            base = fragment.top + fragment.height / 2 + fragment.size * 0.42
            self._rectangle(fragment.x, base, fragment.width, max(fragment.size / 14, 0.5), ink)

    def _speaker(self, owner: Element, block: Element) -> Element:
        """The element whose text this is for a reader: a link or label around it, else the block."""
        element: Element | None = owner
        while element is not None and element is not block:
            if element.tag in _TAPPABLE or _touchable(element):
                return element
            element = self._parents.get(element.id)
        return block

    def _silent(self, element: Element) -> bool:
        """Text within a button, or something else that says it already."""
        around: Element | None = element
        while around is not None:
            if around.tag == "button" or (_touchable(around) and around.style["display"] != "inline" and _leaf(around)):
                return True
            around = self._parents.get(around.id)
        return False

    def _words(self, owner: Element, fragments: list[Fragment]) -> None:
        left, top = min(each.x for each in fragments), min(each.top for each in fragments)
        right = max(each.x + each.width for each in fragments)
        bottom = max(each.top + each.height for each in fragments)
        text = " ".join("".join(_joined(fragments)).split())
        if not text:
            return
        inline_touch = owner.style["display"] == "inline" and (owner.tag in _TAPPABLE or _touchable(owner))
        middle = ((left + right) / 2, (top + bottom) / 2)
        self._put(self.live, left, top, w.Spacer(
            width=(right - left) * self.scale, height=(bottom - top) * self.scale, a11y_text=text,
            class_name="android.view.View" if inline_touch else "android.widget.TextView",
            resource_id=str(owner.details.get("id", "")),
            on_tap=self._tap(owner, *middle) if inline_touch else None))  # fmt: skip

    # What can be touched

    def _tap(self, element: Element, x: float, y: float) -> Callable[[], None]:
        return lambda: self._r.send(element, "finger", ((x, y),))

    def _middle(self, box: Box) -> tuple[float, float]:
        return (box.x + box.width / 2, box.y + box.height / 2)

    def _button(self, box: Box, text: str) -> None:
        element = box.element
        label = str(element.details.get("aria-label") or element.details.get("title") or "")
        self._put(self.live, box.x, box.y, w.Spacer(
            **self._sized(box), class_name="android.widget.Button", a11y_text=text or label,
            resource_id=str(element.details.get("id", "")), enabled=not element.details.get("disabled"),
            on_tap=self._tap(element, *self._middle(box))))  # fmt: skip

    def _touch_area(self, box: Box) -> None:
        element = box.element
        if element.tag in ("html", "body"):
            return
        self._put(self.live, box.x, box.y, w.Spacer(
            **self._sized(box), class_name="android.view.View", a11y_text=element.text if _leaf(element) else "",
            resource_id=str(element.details.get("id", "")), on_tap=self._tap(element, *self._middle(box))))  # fmt: skip

    def _control(self, box: Box) -> None:
        kind = control_kind(box.element)
        if kind in BUTTON_TYPES:
            self._label(box, label_of(box.element), centred=True)
            self._button(box, label_of(box.element))
            return
        match kind:
            case "canvas":
                self._canvas(box)
            case "checkbox" | "radio":
                self._check(box, kind)
            case "select":
                self._select(box)
            case "range":
                self._range(box)
            case "progress" | "meter":
                value = _number(box.element.details, "value", 0.0) / (_number(box.element.details, "max", 1.0) or 1.0)
                self._put(self.seen, box.x, box.y, w.Progress(value, **self._sized(box)))
            case "img":
                tap = self._tap(box.element, *self._middle(box)) if _touchable(box.element) else None
                self._put(self.live, box.x, box.y, w.Spacer(
                    **self._sized(box), class_name="android.widget.Image", background=0xFFE0E0E0, on_tap=tap,
                    a11y_text=str(box.element.details.get("alt", ""))))  # fmt: skip
            case "hidden" | "file" | "image":
                pass
            case _:
                self._field(box, kind)

    def _label(self, box: Box, text: str, *, centred: bool = False) -> None:
        size = font_size(box.element.style)
        ink = colour(box.element.style.get("color"), _BLACK)
        label = w.Text(text, size=size * self.scale, colour=ink, max_lines=1, decorative=True)
        holder = w.Stack((label,), ("center" if centred else "start",), **self._sized(box), decorative=True,
                         padding=(0 if centred else 4 * self.scale, 0))  # fmt: skip
        self._put(self.seen, box.x, box.y, holder)

    def _canvas(self, box: Box) -> None:
        element = box.element
        data = self._r.pictures.canvas_png(element.id)
        border = box.border
        x, y = box.x + border.left + box.padding.left, box.y + border.top + box.padding.top
        width = box.width - border.across - box.padding.across
        height = box.height - border.along - box.padding.along
        if data and width > 0 and height > 0:
            picture = w.Image(data, width=width * self.scale, height=height * self.scale, decorative=True)
            self._put(self.seen, x, y, picture)

        def stroked(stroke: Stroke) -> None:
            points = tuple((box.x + px * box.width, box.y + py * box.height) for px, py in stroke.points)
            self._r.send(element, "finger", points)

        free = element.details.get("moves") or _touchable(element)
        self._put(self.live, box.x, box.y, Drawing(
            "strokes", **self._sized(box), class_name="android.widget.Image",
            resource_id=str(element.details.get("id", "")), on_stroke=stroked if free else None))  # fmt: skip

    def _check(self, box: Box, kind: str) -> None:
        element = box.element
        on = bool(element.details.get("checked"))
        self._put(self.seen, box.x, box.y, Drawing(
            kind, (1.0 if on else 0.0,), (_ACCENT, _WHITE, _GREY), **self._sized(box), decorative=True))  # fmt: skip
        name = "android.widget.CheckBox" if kind == "checkbox" else "android.widget.RadioButton"
        self._put(self.live, box.x, box.y, w.Spacer(
            **self._sized(box), class_name=name, states=("checkable", "checked") if on else ("checkable",),
            resource_id=str(element.details.get("id", "")), enabled=not element.details.get("disabled"),
            on_tap=self._tap(element, *self._middle(box))))  # fmt: skip

    def _select(self, box: Box) -> None:
        element = box.element
        options = [str(option) for option in element.details.get("options", ())]
        index = int(element.details.get("index", 0))
        shown = options[index] if 0 <= index < len(options) else ""
        self._label(box, shown)
        self._put(self.seen, box.x + box.width - box.height * 0.9, box.y, w.Stack(
            (w.Icon("arrow_drop_down", size=box.height * self.scale * 0.8, colour=_BLACK),), ("center",),
            height=box.height * self.scale))  # fmt: skip

        def pick(place: int) -> Callable[[], None]:
            return lambda: self._r.send(element, "pick", float(place))

        items = tuple(w.MenuItem(option, pick(place)) for place, option in enumerate(options))
        face = w.Spacer(**self._sized(box), class_name="android.widget.Spinner", a11y_text=shown)
        self._put(self.live, box.x, box.y, w.MenuButton(
            items, child=face, key=f"{self._r.key}select{element.id}", enabled=not element.details.get("disabled"),
            resource_id=str(element.details.get("id", ""))))  # fmt: skip

    def _range(self, box: Box) -> None:
        details = box.element.details
        low, high = _number(details, "min", 0.0), _number(details, "max", 100.0)
        value = min(max(_number(details, "value", 50.0), low), high)
        self._put(self.live, box.x, box.y, w.Slider(
            value, minimum=low, maximum=max(high, low + 1e-9), **self._sized(box),
            resource_id=str(details.get("id", "")),
            on_change=lambda now: self._r.send(box.element, "slide", f"{now:g}")))  # fmt: skip

    def _field(self, box: Box, kind: str) -> None:
        element = box.element
        details = element.details
        scale = self.scale
        style = element.style
        inner = (max(box.padding.left * scale, 1.0), max(box.padding.top * scale, 0.0))
        self._put(self.live, box.x, box.y, w.TextField(
            str(details.get("placeholder", "")),
            str(details.get("value", "")),
            key=field_key(self._r.key, element),
            kind=_TEXT_KINDS.get(kind, "text"),  # type: ignore[arg-type]
            style="plain",
            password=kind == "password",
            multiline=kind == "textarea",
            text_size=font_size(style) * scale,
            padding=inner,
            enabled=not details.get("disabled"),
            resource_id=str(details.get("id", "")),
            on_change=lambda text: self._r.send(element, "type", text),
            on_submit=lambda text: self._r.send(element, "enter", None),
            **self._sized(box)))  # fmt: skip


def field_key(prefix: str, element: Element) -> str:
    """The view state key of a text field."""
    return f"{prefix}field{element.id}"


def is_field(element: Element) -> bool:
    """Whether the element is shown as a text field."""
    if element.tag == "textarea":
        return True
    kind = control_kind(element)
    other = ("checkbox", "radio", "range", "hidden", "file", "image", "color")
    return element.tag == "input" and kind not in BUTTON_TYPES and kind not in other


def _touchable(element: Element) -> bool:
    return bool(element.details.get("touches")) or element.tag in ("label", "summary") or (
        element.tag == "a" and "href" in element.details)  # fmt: skip


def _leaf(element: Element) -> bool:
    """Nothing inside answers a touch of its own."""
    inside = (each for each in element.walk() if each is not element)
    return not any(
        _touchable(each) or each.tag in ("button", "input", "select", "textarea", "canvas") for each in inside
    )


def _joined(fragments: list[Fragment]) -> list[str]:
    """The fragments' text with a blank where a new line begins."""
    pieces: list[str] = []
    for place, fragment in enumerate(fragments):
        if place and fragment.top != fragments[place - 1].top:
            pieces.append(" ")
        pieces.append(fragment.text)
    return pieces


def _number(details: Mapping[str, Any], name: str, default: float) -> float:
    try:
        return float(details.get(name, default))
    except (TypeError, ValueError):
        return default
