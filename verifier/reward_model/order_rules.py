"""Rules about what comes when: repeated actions, the wrong application, an end that comes too early."""

from __future__ import annotations

import re
from typing import Final

from device_farm.types.action import (
    Action,
    Answer,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.elements import Element, name_of
from verifier.reward_model.finding import LOOK_AGAIN, Finding
from verifier.reward_model.goal import asks, names, wanted_state
from verifier.reward_model.view import View

_SAVES: Final = re.compile(
    r"save|ok|done|create|connect|apply|confirm|set|send|rename|delete|allow|yes|speichern", re.IGNORECASE
)


def repeated_in_vain(view: View, action: Action) -> Finding | None:
    """The action that was carried out last and changed nothing, again."""
    last = view.last
    if last is None or last.changed is not False or last.action != action or isinstance(action, Wait):
        return None
    return Finding(why="the same action just changed nothing", confidence=0.8)


def repeated_elsewhere(view: View, action: Action) -> Finding | None:
    """The last tap again, though it brought another screen or a dialog: there, the point means something else.

    What is left to do instead is to wait and look.
    """
    last = view.last
    if last is None or last.action != action or not isinstance(action, Click | LongPress | OpenApp):
        return None
    gone = not isinstance(action, OpenApp) and last.changed is True and view.touched(action.at) is None
    if last.screen == view.place and not gone:
        return None
    return Finding(why="the same action already led to this screen", confidence=0.9, corrected=LOOK_AGAIN)


def typed_again(view: View, action: Action) -> Finding | None:
    """The text that was typed last, again into the same field."""
    last = view.last
    if not isinstance(action, TypeText) or last is None or last.action != action or last.changed is False:
        return None
    return Finding(why="this text was just typed", confidence=0.8, corrected=LOOK_AGAIN)


def swiped_back(view: View, action: Action) -> Finding | None:
    """A swipe against the last one, which had moved something: it only undoes it."""
    last = view.last
    if last is None or last.changed is not True:
        return None
    match last.action, action:
        case Swipe(start=start, end=end), Swipe(start=now, end=then):
            along = (end.x - start.x) * (then.x - now.x) + (end.y - start.y) * (then.y - now.y)
        case Scroll(dx=dx, dy=dy), Scroll(dx=now_dx, dy=now_dy):
            along = dx * now_dx + dy * now_dy
        case _:
            return None
    return Finding(why="it undoes the last swipe", confidence=0.6) if along < 0 else None


def other_app(view: View, action: Action) -> Finding | None:
    """Opening an application that the goal does not name, where it names one that is on this screen."""
    if not isinstance(action, OpenApp) or names(view.proposal.goal, action.name):
        return None
    icons = [each for each in view.targets if "long_clickable" in each.node.states]
    named = [each for each in icons if names(view.proposal.goal, each.name)]
    if len(named) != 1:
        return None
    return Finding(why=f"the goal names {named[0].name!r}", confidence=0.8, corrected=Click(at=named[0].box.center))


def ended_before_doing(view: View, action: Action) -> Finding | None:
    """Success claimed before anything was tapped, typed or answered with effect."""
    if not isinstance(action, Terminate) or action.status != "success":
        return None
    done = [entry for entry in view.proposal.memory.entries if entry.changed is not False and _does(entry.action)]
    if done or view.proposal.memory.answer:
        return None
    return Finding(why="nothing was done yet", confidence=0.9)


def _does(action: Action | None) -> bool:
    match action:
        case Click() | LongPress() | Drag() | TypeText() | PressKey():
            return True
        case _:
            return False


def ended_without_answer(view: View, action: Action) -> Finding | None:
    """Success claimed for a question that was not answered."""
    if not isinstance(action, Terminate) or action.status != "success" or not asks(view.proposal.goal):
        return None
    if view.proposal.memory.answer:
        return None
    return Finding(why="the goal asks a question, and there is no answer", confidence=0.9)


def answered_nothing(view: View, action: Action) -> Finding | None:
    """An empty answer."""
    if not isinstance(action, Answer) or action.text.strip():
        return None
    return Finding(why="the answer is empty", confidence=0.95)


def ended_unsaved(view: View, action: Action) -> Finding | None:
    """Success claimed, or the screen left, in front of a dialog or editor whose button to save was not tapped."""
    if not _leaves(action):
        return None
    button = _save_button(view)
    if button is None or not _pending(view) or view.tapped_before(button.box):
        return None
    # Before anything was typed, keeping it is as premature as leaving.
    typed = view.last is not None and isinstance(view.last.action, TypeText)
    corrected = Click(at=button.box.center) if typed else None
    return Finding(why=f"{button.name!r} was not tapped", confidence=0.8, corrected=corrected)


def _leaves(action: Action) -> bool:
    match action:
        case Terminate(status="success") | SystemButton(button="home" | "recents") | OpenApp():
            return True
        case _:
            return False


def _save_button(view: View) -> Element | None:
    """The one enabled button in front whose name is a word for keeping what was entered."""
    found = [each for each in view.targets if _SAVES.fullmatch(each.name) and "editable" not in each.node.states]
    return found[0] if len(found) == 1 else None


def _pending(view: View) -> bool:
    """Whether something was entered since this place came to the front, or a dialog waits in front of it."""
    for entry in reversed(view.proposal.memory.entries):
        if entry.screen != view.place:
            break
        if entry.changed is not False and _does(entry.action):
            return True
    own = [root for root in view.tree.roots if root.app == view.proposal.screen.foreground.app]
    size = view.proposal.screen.screen
    return bool(own) and own[-1].bounds.area < 0.9 * size.width * size.height


def ended_with_switch_wrong(view: View, action: Action) -> Finding | None:
    """Success claimed while a switch that the goal names, on this very screen, does not stand as it should."""
    if not isinstance(action, Terminate) or action.status != "success":
        return None
    for target in view.targets:
        inside = [node for node in target.node.walk() if "checkable" in node.states]
        wanted = wanted_state(view.proposal.goal, name_of(target.node))
        if wanted is None or len(inside) != 1 or ("checked" in inside[0].states) is wanted:
            continue
        why = f"{target.name!r} still is {'off' if wanted else 'on'}"
        return Finding(why=why, confidence=0.9, corrected=Click(at=target.box.center))
    return None
