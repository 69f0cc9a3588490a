"""What an expert does in the messenger, by touch and keys alone."""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from device_farm.types.action import Action, Click, SystemButton
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.screens import fill, start_app
from gui_agent.benchmarks.base import LOOK, Look
from gui_agent.benchmarks.ui import (
    ExpertStuck,
    Match,
    Plain,
    find,
    long_press,
    present,
    scroll_to,
    tap,
    visible_nodes,
    wait_for,
)

LABEL: Final = "SMS Messenger"
FIELD: Final = "thread_type_message"
_SCREENS_MAX: Final = 5
_BAR_BOTTOM_PX: Final = 320
_BODY: Final = "thread_message_body"
_ADDRESS: Final = "conversation_address"

Told = Generator[Action | Look, Observation, str]


def open_messenger() -> Plain:
    """The list of conversations."""
    yield from start_app(LABEL)
    yield from _to_list()


def _to_list() -> Plain:
    """The way back from whatever screen the app was left with."""
    for _ in range(_SCREENS_MAX):
        if (yield from present(Match(resource_id="conversations_fab"))):
            return
        observation = yield SystemButton(button="back")
        if "launcher" in observation.foreground.app:
            yield from start_app(LABEL)
    raise ExpertStuck("the list of conversations does not come")


def open_conversation(title: str) -> Plain:
    """The conversation with a contact or a number, which may be where the app was left."""
    yield from start_app(LABEL)
    observation = yield LOOK
    names = [node for node in visible_nodes(observation) if node.text == title]
    if find(observation, Match(resource_id=FIELD)) is not None and any(_in_bar(node) for node in names):
        return
    yield from _to_list()
    node = yield from scroll_to(match=Match(text=title, resource_id=_ADDRESS))
    yield Click(at=node.bounds.center)


def _in_bar(node: UiNode) -> bool:
    """Whether this is a screen's title, not a notification's or a list's text."""
    return node.bounds.bottom < _BAR_BOTTOM_PX and not node.resource_id


def open_newest() -> Plain:
    """The conversation at the top of the list."""
    yield from tap(resource_id=_ADDRESS)


def start_conversation(number: str) -> Plain:
    """A conversation with a number that is typed in."""
    yield from tap(resource_id="conversations_fab")
    yield from enter_number(number)


def enter_number(number: str) -> Plain:
    yield from fill(Match(resource_id="new_conversation_address"), number)
    yield from tap(resource_id="new_conversation_confirm")


def start_with_contact(name: str) -> Plain:
    """A conversation with a contact picked from the list."""
    yield from tap(resource_id="conversations_fab")
    yield from fill(Match(resource_id="new_conversation_address"), name)
    yield from tap(Match(text=name, resource_id="item_contact_name"))


def send_text(text: str) -> Plain:
    yield from fill(Match(resource_id=FIELD), text)
    yield from press_send()


def paste_and_send() -> Plain:
    """Sends what is on the clipboard."""
    yield from long_press(resource_id=FIELD)
    yield from tap(text="Paste")
    yield from press_send()


def press_send() -> Plain:
    yield from tap(Match(resource_id="thread_send_message"))


def last_received() -> Told:
    """The text of the last bubble at the left."""
    return (yield from _last(received=True))


def last_sent() -> Told:
    """The text of the last bubble at the right."""
    return (yield from _last(received=False))


def _last(*, received: bool) -> Told:
    yield from wait_for(Match(resource_id=_BODY))
    observation = yield LOOK
    middle = observation.screen.width / 2
    found = [node for node in visible_nodes(observation) if node.resource_id.endswith(_BODY)]
    # A bubble touches the edge of whoever wrote it; beside one that came in there is a face.
    mine = [node for node in found if (_nearer_left(node, middle * 2)) is received]
    if not mine:
        raise ExpertStuck("there is no such message in the conversation")
    return max(mine, key=lambda node: node.bounds.top).text


def _nearer_left(node: UiNode, width: float) -> bool:
    return node.bounds.left < width - node.bounds.right
