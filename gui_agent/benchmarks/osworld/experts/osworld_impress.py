"""Experts of OSWorld's own tasks with presentations. A page's objects are reached with Tab, in their order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import Final, TypeAlias

from device_farm.types.action import Action, Click, PressKey, TypeText, Wait
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.basics.desktop.common import wait_window
from gui_agent.benchmarks.osworld.experts.common import TRIES, choose, confirm, save
from gui_agent.benchmarks.ui import RETRY_S, ExpertStuck, Match, Plain, find, tap, wait_for

_IMPRESS: Final = "LibreOffice Impress"
_PROPERTIES: Final = "Slide Properties"
_PANEL: Final = Match(text="Slides View")
_DOCUMENT: Final = Match(role="document presentation")
_OWN: Final = "PageShape"
"""How the page itself is called among its objects."""
_SETTLING: Final = 4
Looking: TypeAlias = Generator[Action | Look, Observation, Observation]
_DONE_S: Final = 1.0
"""A key with Ctrl is carried out later than a plain key that follows it."""


def _shown_page(observation: Observation) -> int | None:
    """The number of the page that shows, by the panel at the side; None while the panel does not say."""
    panel = find(observation, _PANEL)
    pages = () if panel is None else panel.children
    marked = [number for number, page in enumerate(pages, start=1) if "selected" in page.states]
    return marked[0] if len(marked) == 1 else None


def _press(key: str, reads: Callable[[Observation], object], before: object) -> Looking:
    """A key, and looks until what `reads` gives is another than before: a second key would come on top of the first.

    A key that changes nothing costs `_SETTLING` looks.
    """
    observation = yield PressKey(key=key)
    for _ in range(_SETTLING):
        if reads(observation) != before:
            break
        observation = yield Wait(duration_s=RETRY_S)
    return observation


def turn_to(number: int) -> Plain:
    """Shows a page; no object is selected then. Raises ExpertStuck."""
    observation = yield LOOK
    for _ in range(TRIES):
        shown = _shown_page(observation)
        if shown == number:
            return
        if shown is None:
            observation = yield Wait(duration_s=RETRY_S)
        else:
            key = "page_down" if shown < number else "page_up"
            observation = yield from _press(key, _shown_page, shown)
    raise ExpertStuck(f"page {number} does not show")


def _objects(observation: Observation) -> list[UiNode]:
    """What lies on the page that shows, in Tab's order."""
    document = find(observation, _DOCUMENT)
    return [] if document is None else [node for node in document.children if not node.text.startswith(_OWN)]


def _chosen(observation: Observation) -> list[str]:
    """The names of the page's objects that are selected."""
    return [node.text for node in _objects(observation) if "selected" in node.states]


def choose_object(accepts: Callable[[UiNode], bool]) -> Plain:
    """Tab until the first such object of the page is selected. Raises ExpertStuck."""
    observation = yield LOOK
    for _ in range(TRIES):
        wanted = next((node for node in _objects(observation) if accepts(node)), None)
        if wanted is not None and "selected" in wanted.states:
            return
        observation = yield from _press("tab", _chosen, _chosen(observation))
    raise ExpertStuck("the page has no such object, or it is not selected")


def has_text(node: UiNode) -> bool:
    return any(part.role == "paragraph" and part.value for part in node.walk())


def _command(key: str) -> Plain:
    """A key with Ctrl for what is selected, which must stay so until the key has done its work."""
    yield PressKey(key=key, modifiers=("ctrl",))
    yield Wait(duration_s=_DONE_S)


def upright_pages() -> Plain:
    yield from wait_window(_IMPRESS)
    yield from choose("Slide", "Slide Properties")
    yield from wait_window(_PROPERTIES)
    yield from tap(Match(text="Portrait", role="radio button"), tries=TRIES)
    yield from confirm("OK", dialog=_PROPERTIES)
    yield from save()


def aligned_boxes() -> Plain:
    yield from wait_window(_IMPRESS)
    for number, key in ((3, "r"), (4, "e"), (5, "l")):
        yield from turn_to(number)
        yield from choose_object(has_text)
        yield from _command(key)
        yield PressKey(key="escape")
    yield from save()


def titled_page() -> Plain:
    yield from wait_window(_IMPRESS)
    yield from turn_to(2)
    yield from choose_object(lambda node: "Title" in node.text)
    yield PressKey(key="f2")
    yield PressKey(key="a", modifiers=("ctrl",))
    yield TypeText(text="Note")
    yield from _command("r")
    yield PressKey(key="escape")
    yield PressKey(key="escape")
    yield from save()


def repeated_pages() -> Plain:
    """The last two are selected in the panel; the copies come behind the last."""
    yield from wait_window(_IMPRESS)
    panel = yield from wait_for(_PANEL, tries=TRIES)
    first = next((page for page in panel.children if "visible" in page.states), None)
    if first is None:
        raise ExpertStuck("the panel at the side shows no page")
    yield Click(at=first.bounds.center)
    yield PressKey(key="end")
    yield Wait(duration_s=_DONE_S)
    yield PressKey(key="up", modifiers=("shift",))
    yield Wait(duration_s=_DONE_S)
    yield from choose("Slide", "Duplicate Slide")
    yield from save()


def _to_side(page: int, role: str, side: str) -> Plain:
    """The first object of this role on a page goes to a side of the page."""
    yield from wait_window(_IMPRESS)
    yield from turn_to(page)
    yield from choose_object(lambda node: node.role == role)
    yield from choose("Format", "Align Objects", side)
    yield Wait(duration_s=_DONE_S)


def _moved(page: int, role: str, side: str) -> Plain:
    yield from _to_side(page, role, side)
    yield from save()


def picture_above() -> Plain:
    """Both pages are underlined as a whole: a picture has nothing to underline."""
    yield from _to_side(2, "image", "Top")
    for number in (2, 1):
        yield PressKey(key="escape")
        yield from turn_to(number)
        yield PressKey(key="a", modifiers=("ctrl",))
        yield Wait(duration_s=_DONE_S)
        yield from _command("u")
    yield from save()


PLAYS: Final[Mapping[str, Callable[[], Plain]]] = {
    "05dd4c1d-c489-4c85-8389-a7836c4f0567": aligned_boxes,
    "08aced46-45a2-48d7-993b-ed3fb5b32302": titled_page,
    "2b94c692-6abb-48ae-ab0b-b3e8a19cb340": lambda: _moved(2, "image", "Right"),
    "9ec204e4-f0a3-42f8-8458-b772a6797cab": repeated_pages,
    "ac1b39ff-ee4d-4483-abce-c117e98942f0": lambda: _moved(3, "table", "Bottom"),
    "ce88f674-ab7a-43da-9201-468d38539e4a": upright_pages,
    "ed43c15f-00cb-4054-9c95-62c880865d68": picture_above,
}
