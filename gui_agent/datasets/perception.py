"""Questions about what a screen shows, made from its UI tree (UItron, arXiv 2508.21767, perception tasks).

    grounding   where is "Wi-Fi"?                         one point in the element
    referring   what is at [x, y]?                        the element's name
    text        what does the text in this box say?       the text
    state       is "Wi-Fi" switched on?                   yes or no
    listing     what can be acted on, in order?           the names
    presence    is there "Wi-Fi" on this screen?          yes or no

A question is asked only where the tree has one answer to it: the element is seen whole, its name stands for nothing
else on the screen, and a click at the answered point means it. What is typed into a password field is never told.
The same tree, space and seed give the same questions. A screen about which nothing can be asked has none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.elements import Element, element_at, visible_elements
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree
from gui_agent.datasets.questions import Dialogue, Exchange
from gui_agent.datasets.types import ExpertStep, Trajectory

PER_SCREEN: Final = 8
_LONGEST_NAME: Final = 60
_LONGEST_TEXT: Final = 200
_LISTED: Final = range(2, 16)
_ABSENT: Final = 2
_DRAWN: Final = 20
"""Names that are looked for on a screen until two are found that it does not have."""
_STATE_WORDS: Final = frozenset({"on", "off"})
"""What switches of old releases have for their text: their state, not their name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A screen as questions see it. `named` are the elements that can be acted on and that one name means alone."""

    tree: UiTree
    space: CoordinateSpace
    elements: tuple[Element, ...]
    named: Mapping[str, Element]


def page_of(tree: UiTree, space: CoordinateSpace) -> Page:
    elements = visible_elements(tree, space.native)
    candidates = ((element.name, element) for element in elements if element.acted_on)
    named = {name: element for name, element in candidates if _means_alone(name, element, elements)}
    return Page(tree=tree, space=space, elements=elements, named=named)


def _means_alone(name: str, element: Element, elements: Sequence[Element]) -> bool:
    """Whether nothing else that is seen has the name, but for what `element` lies in and what lies in it."""
    if not name or len(name) > _LONGEST_NAME or _key(name) in _STATE_WORDS or "password" in element.node.states:
        return False
    family = {id(node) for node in (*element.above, *element.node.walk())}
    same = [other for other in elements if _key(other.name) == _key(name)]
    return all(id(other.node) in family for other in same) and sum(other.acted_on for other in same) == 1


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def exchanges_of(page: Page, rng: Random, *, elsewhere: Sequence[str] = (), limit: int = PER_SCREEN) -> list[Exchange]:
    """At most `limit`, of as many kinds as there are, in random order. `elsewhere` are names on other screens."""
    by_kind = [
        list(kind)
        for kind in (
            _groundings(page),
            _referrals(page),
            _texts(page),
            _states(page),
            _listings(page),
            _presences(page, elsewhere, rng),
        )
    ]
    for group in by_kind:
        rng.shuffle(group)
    rounds = max(map(len, by_kind))
    dealt = [group[index] for index in range(rounds) for group in by_kind if index < len(group)][:limit]
    rng.shuffle(dealt)
    return dealt


def _groundings(page: Page) -> Iterator[Exchange]:
    for name, element in page.named.items():
        point = _aim(page, element)
        if point is not None:
            question = f'Where is "{name}"? Answer with one point on it.'
            yield Exchange(kind="grounding", question=question, answer=_written(point))


def _referrals(page: Page) -> Iterator[Exchange]:
    for name, element in page.named.items():
        point = _aim(page, element)
        if point is not None:
            yield Exchange(kind="referring", question=f"What is at {_written(point)}?", answer=name)


def _aim(page: Page, element: Element) -> tuple[int, int] | None:
    """The middle of an element in the model's coordinates, if a click there means this element."""
    point = page.space.to_model(element.box.center)
    hit = element_at(page.tree, page.space.to_native(*point))
    return point if hit is element.node else None


def _written(numbers: Iterable[int]) -> str:
    return "[" + ", ".join(map(str, numbers)) + "]"


def _texts(page: Page) -> Iterator[Exchange]:
    stacked = Counter(element.box for element in page.elements if element.node.label)
    for element in page.elements:
        node, text = element.node, element.node.text.strip()
        if not text or len(text) > _LONGEST_TEXT or "password" in node.states or stacked[element.box] > 1:
            continue
        if not any(below.label for below in node.walk() if below is not node):
            question = f"What does the text in the box {_written(_model_box(page.space, element.box))} say?"
            yield Exchange(kind="text", question=question, answer=text)


def _model_box(space: CoordinateSpace, box: Rect) -> tuple[int, int, int, int]:
    """The first and the last column and row of the box, in the model's coordinates."""
    return *space.to_model(Point(box.left, box.top)), *space.to_model(Point(box.right - 1, box.bottom - 1))


def _states(page: Page) -> Iterator[Exchange]:
    by_node = {id(element.node): element for element in page.elements}
    for element in page.elements:
        if "checkable" not in element.node.states:
            continue
        row = _row(element, by_node)
        if row is not None and _means_alone(row.name, row, page.elements):
            answer = "yes" if "checked" in element.node.states else "no"
            yield Exchange(kind="state", question=f'Is "{row.name}" switched on? Answer yes or no.', answer=answer)


def _row(element: Element, by_node: Mapping[int, Element]) -> Element | None:
    """What carries the name of a switch: itself, or the row around it whose only switch it is."""
    if element.name and _key(element.name) not in _STATE_WORDS:
        return element
    for node in reversed(element.above):
        row = by_node.get(id(node))
        if row is not None and row.acted_on and row.name:
            switches = [below for below in node.walk() if "checkable" in below.states and below is not node]
            return row if len(switches) == 1 and "checkable" not in node.states else None
    return None


def _listings(page: Page) -> Iterator[Exchange]:
    """Only where the list is whole: everything that can be acted on is seen, and has a name."""
    items = [each for each in page.elements if each.acted_on and not any(_acted_on(node) for node in each.above)]
    hidden = {id(node) for node in page.tree.walk() if _acted_on(node)} - {id(each.node) for each in page.elements}
    if hidden or len(items) not in _LISTED or not all(each.name for each in items):
        return
    items.sort(key=lambda each: (each.box.top, each.box.left))
    question = "What can be acted on here? Write one name a line, by the upper edge, then by the left edge."
    yield Exchange(kind="listing", question=question, answer="\n".join(each.name for each in items))


def _acted_on(node: UiNode) -> bool:
    return Element(node=node, box=node.bounds, name="", above=()).acted_on and "visible" in node.states


def _presences(page: Page, elsewhere: Sequence[str], rng: Random) -> Iterator[Exchange]:
    """As many absent names as there are present ones, at most two of each."""
    parts = (part for node in page.tree.walk() for part in (node.text, node.description, node.hint, node.value))
    words = "\n".join(map(_key, parts))
    drawn = rng.sample(elsewhere, min(_DRAWN, len(elsewhere)))
    absent = [name for name in drawn if _key(name) not in words][:_ABSENT]
    present = rng.sample(list(page.named), min(len(absent), len(page.named)))
    for name, answer in [*((name, "yes") for name in present), *((name, "no") for name in absent)]:
        question = f'Is there "{name}" on this screen? Answer yes or no.'
        yield Exchange(kind="presence", question=question, answer=answer)


def perception_dialogues(
    trajectories: Iterable[Trajectory],
    space: Callable[[ExpertStep], CoordinateSpace],
    *,
    seed: int = 0,
    limit: int = PER_SCREEN,
) -> list[Dialogue]:
    """One dialogue for each different screen that has a UI tree, with at most `limit` questions.

    `space` gives the coordinates that the model speaks in. Absent names are those of the other screens here.
    """
    pages: dict[str, tuple[str, ExpertStep, Page]] = {}
    for trajectory in trajectories:
        for index, step in enumerate(trajectory.steps):
            if step.tree is not None and step.screen.key and step.screen.key not in pages:
                pages[step.screen.key] = f"{trajectory.origin}#{index}", step, page_of(step.tree, space(step))
    names = sorted({name for _, _, page in pages.values() for name in page.named})
    made = []
    for key, (origin, step, page) in pages.items():
        exchanges = exchanges_of(page, Random(f"{seed}/{key}"), elsewhere=names, limit=limit)
        if exchanges:
            dialogue = Dialogue(
                system=_system(page.space), screens=(step,), exchanges=tuple(exchanges), origin=f"{origin}/perception"
            )
            made.append(dialogue)
    return made


def _system(space: CoordinateSpace) -> str:
    return (
        f"You answer questions about a screen. It is {space.model.width}x{space.model.height}; a point is [x, y], "
        "a box is [left, top, right, bottom], x grows to the right, y downwards, from 0."
    )
