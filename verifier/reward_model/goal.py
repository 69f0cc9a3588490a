"""What the words of a goal say of single steps: quoted texts, names, the state that a switch is to have."""

from __future__ import annotations

import re
from typing import Final

_QUOTED: Final = re.compile(r"“([^”]+)”|\"([^\"]+)\"|‘([^’]+)’|(?<!\w)'([^']+)'(?!\w)")
_QUESTION: Final = re.compile(r"^\s*(?:what|which|who|whose|when|where|how (?:many|much|long|often))\b", re.IGNORECASE)
_SHORTEST_NAME: Final = 3


_PLAIN: Final = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2019": "'"})


def spelt(text: str) -> str:
    """With single blanks, and with the plain hyphen and apostrophe for those that labels are set with."""
    return " ".join(text.translate(_PLAIN).split())


def quoted(goal: str) -> tuple[str, ...]:
    """The texts between quotation marks, in order."""
    return tuple(next(part for part in found.groups() if part) for found in _QUOTED.finditer(goal))


def tail(goal: str) -> str:
    """What follows the last colon with a blank behind it, to the end of the goal; "" where there is none."""
    head, colon, rest = goal.rpartition(": ")
    return rest.strip() if colon and head else ""


def fragments(goal: str) -> tuple[str, ...]:
    """The texts that a goal gives word by word: quoted ones, and what follows a colon at its end."""
    last = tail(goal)
    return (*quoted(goal), last) if last else quoted(goal)


def names(goal: str, label: str) -> bool:
    """Whether the goal holds the label as whole words, spelt alike. Short labels are in every text, so they count not.

    Upper and lower case matter: “this phone” does not mean the application “Phone”.
    """
    plain = spelt(label)
    if len(plain) < _SHORTEST_NAME:
        return False
    return re.search(rf"(?<!\w){re.escape(plain)}(?!\w)", spelt(goal)) is not None


def wanted_state(goal: str, label: str) -> bool | None:
    """The state that the goal wants a switch of this label in; None where it does not say, or says both.

    It says so by “turn on LABEL”, “switch LABEL off”, “enable LABEL” and the like.
    """
    plain, goal = spelt(label), spelt(goal)
    if len(plain) < _SHORTEST_NAME:
        return None
    named = rf"(?:the\s+)?(?<!\w){re.escape(plain)}(?!\w)"
    said: set[bool] = set()
    for word, state in (("on", True), ("off", False)):
        known = "enable|activate" if state else "disable|deactivate"
        forms = rf"\b(?:turn|switch)\s+{word}\s+{named}|\b(?:turn|switch)\s+{named}\s+{word}\b|\b(?:{known})\s+{named}"
        if re.search(forms, goal, re.IGNORECASE):
            said.add(state)
    return said.pop() if len(said) == 1 else None


def asks(goal: str) -> bool:
    """Whether the goal is a question, so that it takes an answer."""
    return "?" in goal or _QUESTION.search(goal) is not None


def inside_word(goal: str, text: str) -> str | None:
    """Where `text` stands in the goal, but only as the beginning of a longer word: that whole word. Else None.

    `ribbon` of “the password ribbon8837” gives `ribbon8837`. A dot ends a word, so that `q3` of “q3.md” may be meant as
    it is, but not inside a host name, which has several.
    """
    plain = text.strip()
    if not plain:
        return None
    wholes: set[str] = set()
    for match in re.finditer(rf"(?<!\w){re.escape(plain)}(\w*)((?:\.\w+)*)", goal, re.IGNORECASE):
        rest, dotted = match.groups()
        host = dotted and match.group(0).count(".") > 1
        if not rest and not host:
            return None
        wholes.add(match.group(0) if host else plain + rest)
    return wholes.pop() if len(wholes) == 1 else None


def cut_short(goal: str, text: str) -> str | None:
    """The fragment of the goal of which `text` is only the beginning, where there is exactly one. Else None.

    Beginnings end where a word ends; `q3` of “q3_ideas.md” may be meant as it is.
    """
    plain = text.strip()
    if not plain:
        return None
    longer = {
        part
        for part in fragments(goal)
        if part.casefold().startswith(f"{plain.casefold()} ") and part.casefold() != plain.casefold()
    }
    return longer.pop() if len(longer) == 1 else None
