"""What lowering needs to know besides the widget, and what it finds out on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from device_farm.simulator.toolkit.controls import MenuItem
from device_farm.simulator.toolkit.node import FieldContent, Node
from device_farm.simulator.toolkit.theme import Theme
from device_farm.simulator.toolkit.view import FieldState, ViewState


class ViewHost(Protocol):
    """Owner of one view state: an activity on the phone or a system screen."""

    def view(self) -> ViewState: ...

    def set_view(self, view: ViewState) -> None: ...

    def back(self) -> None:
        """The app bar's arrow."""
        ...


SUBMENU: Final = "\x1f"
"""Stands in a popup's name between a menu and the place of the line whose own menu is open; no key holds it."""


@dataclass(slots=True)
class PopupRequest:
    """An open menu found while lowering: its anchor and lines; `title` is the line of the menu that it lies behind."""

    anchor: Node
    items: tuple[MenuItem, ...]
    match_anchor: bool = False
    title: str = ""


def popup_request(anchor: Node, items: tuple[MenuItem, ...], popup: str, match_anchor: bool) -> PopupRequest:
    """The menu that `popup` names: a widget's key, and behind each SUBMENU the place of a line that was gone into."""
    title = ""
    for place in map(int, popup.split(SUBMENU)[1:]):
        title, items = (items[place].text, items[place].items) if place < len(items) else ("", ())
    return PopupRequest(anchor, items, match_anchor, title)


@dataclass(slots=True, kw_only=True)
class Scope:
    """`prefix` goes before every key (dialog number n: `n:`). Lowering fills in `fields` (all
    of the screen), `new_fields` (shown for the first time), `autofocus` and `popup`.
    """

    host: ViewHost
    theme: Theme
    view: ViewState
    package: str
    is_24_hour: bool = False
    prefix: str = ""
    new_fields: dict[str, FieldState] = field(default_factory=dict)
    fields: dict[str, FieldContent] = field(default_factory=dict)
    autofocus: str = ""
    popup: PopupRequest | None = None

    def key(self, key: str) -> str:
        return self.prefix + key

    def resource_id(self, name: str) -> str:
        """The full id of `name`; already full ones stay as they are."""
        return name if not name or ":" in name else f"{self.package}:id/{name}"

    def draft(self, key: str, default: object) -> object:
        return self.view.drafts.get(self.prefix + key, default)

    def set_draft(self, key: str, value: object) -> None:
        """Handlers only."""
        self.host.set_view(self.host.view().with_draft(self.prefix + key, value))

    def opener(self, key: str) -> Callable[[], None]:
        """A handler that opens the menu of the widget `key`."""
        full = self.prefix + key

        def open_popup() -> None:
            view = self.host.view()
            self.host.set_view(replace(view, popup=full))

        return open_popup
