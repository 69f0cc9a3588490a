"""How the experts work in Broccoli: find a card, delete its recipe, type a new one."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final, Literal

from device_farm.types.action import Action, Click, TypeText
from device_farm.types.geometry import Point, Rect
from device_farm.types.observation import Observation
from gui_agent.benchmarks.androidworld.screens import page, start_app
from gui_agent.benchmarks.androidworld.tables import Row
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import (
    ExpertStuck,
    Match,
    Plain,
    UiScript,
    back,
    find,
    swipe_action,
    tap,
    visible_nodes,
    wait_for,
)

_LIST: Final = Match(resource_id="recycler_view")
_TITLE: Final = "card_text_view_title"
_DESCRIPTION: Final = "card_text_view_description"
_SWIPES_MAX: Final = 14


@dataclass(frozen=True, slots=True)
class Card:
    """A recipe in the list, as far as it is in sight."""

    title: str
    description: str
    at: Point


def cards(observation: Observation) -> list[Card]:
    """From top to bottom."""
    nodes = visible_nodes(observation)
    texts = [node for node in nodes if node.resource_id.endswith(f"/{_DESCRIPTION}")]
    found = []
    for node in nodes:
        if node.resource_id.endswith(f"/{_TITLE}"):
            below = [text for text in texts if text.bounds.top >= node.bounds.top]
            nearest = min(below, key=lambda text: text.bounds.top, default=None)
            found.append(Card(node.text, nearest.text if nearest is not None else "", node.bounds.center))
    return sorted(found, key=lambda card: card.at.y)


def _area(observation: Observation) -> Rect:
    """The list's box; raises ExpertStuck where no list is shown."""
    node = find(observation, _LIST)
    if node is None:
        raise ExpertStuck("the list of recipes is not on the screen")
    return node.bounds


def open_recipes() -> Plain:
    yield from start_app("Broccoli")
    yield from wait_for(Match(description="New Recipe"))


def open_card(title: str) -> Plain:
    """Scrolls to the recipe of that title, down and then up, and opens it. Raises ExpertStuck."""
    observation = yield LOOK
    ways: tuple[Literal["down", "up"], ...] = ("down", "up")
    for way in ways:
        for _ in range(_SWIPES_MAX):
            for card in cards(observation):
                if card.title == title:
                    yield Click(at=card.at)
                    return
            before = cards(observation)
            observation = yield page(_area(observation), way)
            if cards(observation) == before:
                break
    raise ExpertStuck(f"no recipe {title!r} in the list")


def delete_open_recipe() -> Plain:
    yield from tap(description="More options")
    yield from tap(text="Delete")
    yield from tap(text="DELETE")


def delete_exact(row: Row) -> Plain:
    """Deletes one recipe that equals `row` in everything that is shown. Raises ExpertStuck.

    Recipes of one title lie together, what was stored last below the others; so they are tried from the last one up.
    """
    title, description = str(row["title"]), str(row["description"])
    yield from _scroll_past(title)
    for _ in range(_SWIPES_MAX):
        observation = yield LOOK
        for card in reversed(cards(observation)):
            if (card.title, card.description) != (title, description):
                continue
            yield Click(at=card.at)
            yield from wait_for(Match(resource_id="details_title"))
            if (yield from _shows(row)):
                yield from delete_open_recipe()
                return
            yield from back()
        before = cards(observation)
        observation = yield page(_area(observation), "up")
        if cards(observation) == before:
            break
    raise ExpertStuck(f"no recipe in the list equals {dict(row)}")


def _scroll_past(title: str) -> Plain:
    """Until a later title is in sight, or the end of the list. Titles are sorted without regard to case."""
    observation = yield LOOK
    for _ in range(_SWIPES_MAX):
        seen = cards(observation)
        if any(card.title.lower() > title.lower() for card in seen):
            return
        observation = yield page(_area(observation), "down")
        if cards(observation) == seen:
            return


def _shows(row: Row) -> Generator[Action | Look, Observation, bool]:
    """Whether the open recipe has the fields of `row`."""
    observation = yield LOOK
    texts = {node.text for node in visible_nodes(observation)}
    fields = ("title", "description", "servings", "preparationTime", "ingredients", "directions")
    return all(not row[field] or str(row[field]) in texts for field in fields)


def add_recipe(row: Row) -> Plain:
    """Types a new recipe, from the list back to the list. Enter leads from a field of one line to the next."""
    yield from tap(description="New Recipe")
    yield from tap(resource_id="new_title")
    yield TypeText(text=f"{row['title']}\n{row['description']}")
    yield from _reach("new_servings")
    yield TypeText(text=f"{row['servings']}\n{row['preparationTime']}\n{row['ingredients']}")
    yield from _reach("new_directions")
    yield TypeText(text=str(row["directions"]))
    yield from tap(text="SAVE")
    yield from wait_for(Match(resource_id="details_title"))
    yield from back()
    yield from wait_for(Match(description="New Recipe"))


def _reach(resource_id: str) -> UiScript:
    """Taps a field of the form, scrolling down to it where the keyboard leaves too little room."""
    observation = yield LOOK
    field = Match(resource_id=resource_id)
    for _ in range(6):
        node = find(observation, field)
        if node is not None and node.bounds.height > 60:
            yield Click(at=node.bounds.center)
            return node
        area = find(observation, Match(state="scrollable", index=0))
        observation = yield swipe_action(observation, "down", within=area.bounds if area else None, fraction=0.7)
    raise ExpertStuck(f"no field {resource_id} in the form")
