"""One vocabulary of labels for the elements of phones and desktops, and what each says of its element's states."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiState
from world_model.sketch.sketch import is_label

_ANDROID: Final[Mapping[str, str]] = {
    "Button": "button",
    "ImageButton": "button",
    "FloatingActionButton": "button",
    "Chip": "button",
    "TextView": "text",
    "CheckedTextView": "item",
    "EditText": "field",
    "AutoCompleteTextView": "field",
    "MultiAutoCompleteTextView": "field",
    "SearchView": "field",
    "ImageView": "image",
    "Image": "image",
    "CheckBox": "checkbox",
    "RadioButton": "radio",
    "Switch": "switch",
    "SwitchCompat": "switch",
    "CompoundButton": "switch",
    "ToggleButton": "switch",
    "SeekBar": "slider",
    "RatingBar": "slider",
    "ProgressBar": "progress",
    "Spinner": "choice",
    "TabWidget": "tab list",
    "ListView": "list",
    "GridView": "list",
    "RecyclerView": "list",
    "ScrollView": "list",
    "HorizontalScrollView": "list",
    "NestedScrollView": "list",
    "WebView": "document",
}
_DESKTOP: Final[Mapping[str, str]] = {
    "push button": "button",
    "toggle button": "switch",
    "label": "text",
    "static": "text",
    "heading": "heading",
    "paragraph": "text",
    "text": "field",
    "entry": "field",
    "password text": "field",
    "spin button": "field",
    "icon": "image",
    "image": "image",
    "check box": "checkbox",
    "radio button": "radio",
    "slider": "slider",
    "progress bar": "progress",
    "combo box": "choice",
    "page tab": "tab",
    "page tab list": "tab list",
    "list": "list",
    "scroll pane": "list",
    "list item": "item",
    "table cell": "cell",
    "tree item": "item",
    "menu": "menu",
    "menu item": "menu item",
    "check menu item": "menu item",
    "radio menu item": "menu item",
    "link": "link",
    "document text": "document",
    "document web": "document",
}
_ROLE: Final[Mapping[Platform, Mapping[str, str]]] = {
    "android": {
        "button": "android.widget.Button",
        "text": "android.widget.TextView",
        "heading": "android.widget.TextView",
        "field": "android.widget.EditText",
        "image": "android.widget.ImageView",
        "checkbox": "android.widget.CheckBox",
        "radio": "android.widget.RadioButton",
        "switch": "android.widget.Switch",
        "slider": "android.widget.SeekBar",
        "progress": "android.widget.ProgressBar",
        "choice": "android.widget.Spinner",
        "tab list": "android.widget.TabWidget",
        "list": "androidx.recyclerview.widget.RecyclerView",
        "document": "android.webkit.WebView",
        "item": "android.widget.LinearLayout",
    },
    "desktop": {
        "button": "push button",
        "text": "label",
        "heading": "heading",
        "field": "text",
        "image": "icon",
        "checkbox": "check box",
        "radio": "radio button",
        "switch": "toggle button",
        "slider": "slider",
        "progress": "progress bar",
        "choice": "combo box",
        "tab": "page tab",
        "tab list": "page tab list",
        "list": "scroll pane",
        "item": "list item",
        "cell": "table cell",
        "menu": "menu",
        "menu item": "menu item",
        "link": "link",
        "document": "document text",
    },
}
_TAKES_CLICKS: Final = frozenset(
    {"button", "field", "checkbox", "radio", "switch", "slider", "choice", "tab", "item", "menu", "menu item", "link"}
)
_CHECKABLE: Final = frozenset({"checkbox", "radio", "switch"})


def label_of(role: str) -> str:
    """The label of a role: of an Android class by its last name, of an AT-SPI role by itself.

    A role that is in neither vocabulary keeps its own name, in lower case and cut to what a label can be.
    """
    if (known := _DESKTOP.get(role)) is not None:
        return known
    name = re.split(r"[.$]", role)[-1]
    if (known := _ANDROID.get(name.removeprefix("AppCompat").removeprefix("Material"))) is not None:
        return known
    if name in ("View", "ViewGroup") or name.endswith("Layout"):
        return "item"
    words = " ".join(re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)).lower()[:40].strip()
    return words if is_label(words) else "element"


def role_of(label: str, platform: Platform) -> str:
    """A role that has this label; the label itself where no role of the platform has it."""
    return _ROLE[platform].get(label, label)


def implied_states(label: str) -> frozenset[UiState]:
    """What an element of this label is without its line saying so; `enabled` and `visible` are every element's."""
    implied: set[UiState] = {"enabled", "visible"}
    if label in _TAKES_CLICKS:
        implied |= {"clickable", "focusable"}
    if label in _CHECKABLE:
        implied.add("checkable")
    if label == "field":
        implied.add("editable")
    if label == "list":
        implied.add("scrollable")
    return frozenset(implied)
