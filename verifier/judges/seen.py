"""What one screen shows, read from its UI tree: labels, texts in editors, switches, controls that save, complaints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from device_farm.types.geometry import Point, Rect
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from verifier.judges.goal import folded

SAVES: Final = frozenset(
    {"save", "done", "ok", "create", "send", "apply", "rename", "add", "connect", "accept", "move", "copy", "save as"}
)
"""Labels of controls that put into effect what was entered."""
_COMPLAINT: Final = re.compile(
    r"\b(?:couldn't|could not|can't be|cannot|unable to|failed|invalid|error|not saved|not sent|try again|denied)\b"
)
_SYSTEM: Final = ("com.android.systemui", "inputmethod", "keyboard")
_HOME: Final = ("launcher", "desktop")
_TITLE_SHARE: Final = 0.2
"""Of the screen's height, from the top: where titles and paths stand."""
_LIKE: Final = 0.6
"""Share of a switch's words in the goal that its label must have."""
_STEM: Final = 4
_FILLERS: Final = frozenset({"the", "a", "an", "of", "my", "this", "use", "mode", "setting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Something that is on or off; `label` is its own text, or what stands in its row.

    One of several, of which one is on, is `radio`.
    """

    label: str
    on: bool
    box: Rect
    radio: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All texts are `folded`. `labels` are those outside of editors, without the status bar and the keyboard."""

    window: str
    labels: tuple[str, ...]
    titles: tuple[str, ...]
    edited: tuple[str, ...]
    switches: tuple[Switch, ...]
    saves: bool
    home: bool

    @property
    def complaint(self) -> str:
        """A message that something went wrong; "" where there is none. Long texts are content, not messages."""
        return next((label for label in self.labels if len(label) < 120 and _COMPLAINT.search(label)), "")

    def shows(self, text: str) -> bool:
        """Some label has `text`, as whole words; a telephone number in any grouping, a file also without its suffix."""
        return _has(self.labels, text)

    def edits(self, text: str) -> bool:
        return _has(self.edited, text)

    def titled(self, text: str) -> bool:
        return _has(self.titles, text)

    def switch(self, what: str) -> Switch | None:
        """The switch whose label is nearest to the goal's words for it; None where none is near enough."""
        rated = [(likeness(what, switch.label), -len(switch.label), at) for at, switch in enumerate(self.switches)]
        best = max(rated, default=(0.0, 0, 0))
        return self.switches[best[2]] if best[0] >= _LIKE else None


def read_screen(observation: Observation) -> Seen | None:
    """None where there is no UI tree to read."""
    if observation.ui_tree is None:
        return None
    nodes = [node for node in observation.ui_tree.walk() if "visible" in node.states and node.bounds.area > 0]
    content = [node for node in nodes if not _of_system(node)]
    plain = [node for node in content if "editable" not in node.states]
    front = observation.foreground
    top = observation.screen.height * _TITLE_SHARE
    return Seen(
        window=f"{front.app} {front.window}".strip(),
        labels=_texts(plain),
        titles=_texts([node for node in plain if node.bounds.bottom <= top]),
        edited=tuple(
            dict.fromkeys(folded(text) for node in content if "editable" in node.states for text in _own(node))
        ),
        switches=tuple(
            Switch(
                label=_label_of(node, plain),
                on="checked" in node.states,
                box=node.bounds,
                radio="radio" in node.role.casefold(),
            )
            for node in content
            if "checkable" in node.states
        ),
        saves=any("enabled" in node.states and folded(node.label) in SAVES for node in plain),
        home=any(part in front.app.casefold() for part in _HOME),
    )


def label_at(observation: Observation, at: Point) -> str:
    """What was clicked, `folded`: the label of the topmost, innermost labelled element there; "" where none is."""
    found = ""
    for node in observation.ui_tree.walk() if observation.ui_tree is not None else ():
        if "visible" in node.states and node.bounds.contains(at) and node.label.strip():
            found = folded(node.label)
    return found


def likeness(what: str, label: str) -> float:
    """The share of the words of `what` that `label` has, by their first four letters; fillers do not count.

    0 for no word at all. `wi-fi` and `wifi` are one word.
    """
    wanted = [word for word in folded(what).split() if word not in _FILLERS]
    there = set(_parts(label))
    found = sum(all(_one_of(part, there) for part in _split(word)) or word.replace("-", "") in there for word in wanted)
    return found / len(wanted) if wanted else 0.0


def _one_of(part: str, there: set[str]) -> bool:
    return part in there or (len(part) >= _STEM and any(word[:_STEM] == part[:_STEM] for word in there))


def _split(word: str) -> list[str]:
    return re.findall(r"[\w:]+", word)


def _parts(text: str) -> list[str]:
    words = folded(text).split()
    return [part for word in words for part in (*_split(word), word.replace("-", ""))]


def _own(node: UiNode) -> list[str]:
    return [part for part in (node.text, node.description, node.value) if part.strip()]


def _texts(nodes: Sequence[UiNode]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(folded(text) for node in nodes for text in _own(node)))


def _of_system(node: UiNode) -> bool:
    return any(part in node.app.casefold() or part in node.role.casefold() for part in _SYSTEM)


def _label_of(switch: UiNode, plain: Sequence[UiNode]) -> str:
    """Its own label, or the texts whose row it stands in."""
    if switch.label.strip():
        return folded(switch.label)
    middle = switch.bounds.center.y
    row = [
        node
        for node in plain
        if node is not switch
        and not node.children
        and node.label.strip()
        and node.bounds.top - node.bounds.height <= middle < node.bounds.bottom + node.bounds.height / 2
    ]
    nearest = [node for node in row if node.bounds.top <= middle < node.bounds.bottom] or row
    return " ".join(folded(node.label) for node in nearest[:2])


def _has(texts: Sequence[str], wanted: str) -> bool:
    text = folded(wanted)
    if not text:
        return False
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 7 and re.fullmatch(r"\+?[\d() -]+", text):
        return any(digits in re.sub(r"\D", "", each) for each in texts if len(each) < 60)
    stem = re.fullmatch(r"(.{3,})\.\w{2,4}", text)
    spoken = re.compile(rf"(?<![\w]){re.escape(text)}(?!\w)")
    return any(spoken.search(each) or (stem is not None and each == stem[1]) for each in texts)
