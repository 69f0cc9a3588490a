"""Rules about texts: where they go, and whether they are what the goal says."""

from __future__ import annotations

import difflib
import re
from typing import Final

from device_farm.types.action import Action, Click, TypeText
from verifier.reward_model.finding import Finding
from verifier.reward_model.goal import cut_short, fragments, inside_word, names
from verifier.reward_model.view import View

_ALIKE: Final = 0.75
"""Similarity (difflib's ratio) from which a text is a slip of the other."""
_SHORTEST_SLIP: Final = 4


def no_focus(view: View, action: Action) -> Finding | None:
    """Text typed while no field has the focus; meant first is a tap on the one field, or on the one that is named.

    On a desktop text may go to what is no field, such as a terminal: there it is wrong only beside such a field.
    """
    if not isinstance(action, TypeText) or view.focused is not None:
        return None
    fields = view.fields
    named = [field for field in fields if names(view.proposal.goal.casefold(), field.name.casefold())]
    only = fields if len(fields) == 1 else named if len(named) == 1 else ()
    if not only and not view.whole:
        return None
    if not only:
        return Finding(why="no field has the focus", confidence=0.6)
    why = f"no field has the focus; {only[0].name or 'the only field'!r} must be tapped first"
    return Finding(why=why, confidence=0.8, corrected=Click(at=only[0].box.center))


def cut_text(view: View, action: Action) -> Finding | None:
    """Text that ends where the goal's goes on: inside a word, or before the end of a quotation."""
    if not isinstance(action, TypeText):
        return None
    goal, text = view.proposal.goal, action.text
    whole = cut_short(goal, text) or inside_word(goal, text)
    if whole is None:
        return None
    kept = text[: len(text) - len(text.lstrip())] + whole
    return Finding(why=f"the goal says {whole!r}", confidence=0.85, corrected=TypeText(text=kept))


def slip_of_text(view: View, action: Action) -> Finding | None:
    """Text that the goal does not hold, but nearly: with letters swapped, left out or changed.

    A whole path is no slip of its end, as goals name files.
    """
    if not isinstance(action, TypeText):
        return None
    goal, text = view.proposal.goal, action.text.strip()
    if len(text) < _SHORTEST_SLIP or text.casefold() in goal.casefold():
        return None
    length = len(text.split())
    words = re.findall(r"\S+", goal)
    runs = [" ".join(words[at : at + length]).strip(".,;:!?“”\"'") for at in range(len(words) - length + 1)]
    ranked = sorted(((_similarity(text, run), run) for run in {*runs, *fragments(goal)}), reverse=True)
    if not ranked or ranked[0][0] < _ALIKE or text.casefold().endswith(f"/{ranked[0][1].casefold()}"):
        return None
    return Finding(why=f"the goal says {ranked[0][1]!r}", confidence=0.8, corrected=TypeText(text=ranked[0][1]))


def text_from_elsewhere(view: View, action: Action) -> Finding | None:
    """Text of which the goal holds no word, though the goal says word by word what to enter."""
    if not isinstance(action, TypeText):
        return None
    goal = view.proposal.goal.casefold()
    words = re.findall(r"\w+", action.text.casefold())
    if not words or any(word in goal for word in words) or not _spelt_out(view.proposal.goal):
        return None
    return Finding(why="no word of it is in the goal", confidence=0.6)


def _spelt_out(goal: str) -> bool:
    """Whether the goal gives a text or number to enter, rather than one to find out."""
    return bool(fragments(goal)) or re.search(r"\d", goal) is not None


def _similarity(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold(), autojunk=False).ratio()
