"""Questions about notes in Joplin, answered from its database."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Final, TypeAlias

from device_farm.device import Device
from device_farm.errors import VerifierError
from verifier.planner.allowed import Allowed
from verifier.planner.answer_checks import Number, Right, Texts, question
from verifier.planner.places import kept_by
from verifier.planner.plan import Kind, Plan
from verifier.planner.tables import plain
from verifier.planner.wording import TEXT, Values, forms
from verifier.rules.database import query

_PACKAGE: Final = "net.cozic.joplin"
DATABASE: Final = f"/data/data/{_PACKAGE}/databases/joplin.sqlite"
_ALLOWED: Final = (
    kept_by(_PACKAGE),
    # Which notebook is open.
    Allowed(place=re.compile(rf"row {re.escape(DATABASE)} settings/\d+")),
)
_SQL: Final = (
    "SELECT notes.title, notes.body, notes.is_todo, folders.title FROM notes"
    " LEFT JOIN folders ON folders.id = notes.parent_id WHERE notes.is_conflict = 0"
)
_Notes: TypeAlias = list[list[str]]
"""Title, text, whether it is a to-do (1) and notebook of each."""


def _only(values: Values, notes: _Notes) -> list[str]:
    """Raises VerifierError where no note or several have the title."""
    found = [note for note in notes if plain(note[0]) == plain(values["title"])]
    if len(found) != 1:
        raise VerifierError(f"{len(found)} notes are called {values['title']!r}")
    return found[0]


def _is_todo(values: Values, notes: _Notes) -> Right:
    return Texts(expected=("True" if _only(values, notes)[2] == "1" else "False",))


def _count_todos(values: Values, notes: _Notes) -> Right:
    within = [note for note in notes if plain(note[3]) == plain(values["notebook"])]
    if not within:
        raise VerifierError(f"no notebook is called {values['notebook']!r}")
    return Number(expected=sum(note[2] == "1" for note in within))


def _amount(values: Values, notes: _Notes) -> Right:
    """Raises VerifierError where not exactly one line is an amount and the ingredient."""
    line = re.compile(rf"\W*(\d\S*(?: [^\W\d]+)?) {re.escape(values['ingredient'])}", re.IGNORECASE)
    found = [match[1] for text in _only(values, notes)[1].splitlines() if (match := line.fullmatch(text.strip()))]
    if len(found) != 1:
        raise VerifierError(f"{len(found)} lines of the recipe are about {values['ingredient']!r}")
    return Texts(expected=(found[0],))


_Find: TypeAlias = Callable[[Values, _Notes], Right]


async def _found(find: _Find, values: Values, device: Device) -> Right:
    return find(values, await query(device, DATABASE, _SQL))


def _kind(name: str, find: _Find, pattern: str) -> Kind:
    def plan(values: Values) -> Plan:
        return question(partial(_found, find, values), *_ALLOWED)

    return Kind(name=name, platform="android", forms=forms(pattern), plan=plan)


_NOTE: Final = rf"“(?P<title>{TEXT})”"
KINDS: Final[tuple[Kind, ...]] = (
    _kind(
        "whether a note is a to-do",
        _is_todo,
        rf"look at the note {_NOTE} in Joplin: is it a to-do\? Answer True if it is one and False if it is not",
    ),
    _kind(
        "how many to-dos",
        _count_todos,
        rf"count the to-dos in the Joplin notebook “(?P<notebook>{TEXT})”\. Answer with the number alone",
    ),
    _kind(
        "how much of an ingredient",
        _amount,
        rf"the Joplin note {_NOTE} is a recipe\. How much (?P<ingredient>{TEXT}) does it need\? Answer with amount and "
        "unit as they are written there, <amount> <unit>",
    ),
)
