"""Goals about notes in Markor in the words of longer tasks: text put before or behind it, notes put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from device_farm.errors import VerifierError
from verifier.planner.file_checks import Edited, Emptied, FileLines, Moved, NewestGone, Written
from verifier.planner.phone_files import NOTEBOOK, delete, on, with_line
from verifier.planner.places import file, kept_by
from verifier.planner.plan import Check, Given, Kind, Plan
from verifier.planner.wording import LAST, REST, TEXT, Values, forms
from verifier.rules.base import Probe
from verifier.rules.files import read_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The note at `path` says what `sources` said at the start, in their order, with an empty line between two.

    Raises (when bound) VerifierError where one of them was not there.
    """

    sources: tuple[str, ...]
    path: str

    async def bind(self, given: Given) -> Probe:
        texts = [await read_text(given.source, source) for source in self.sources]
        missing = [source for source, text in zip(self.sources, texts, strict=True) if text is None]
        if missing:
            raise VerifierError(f"there was no {missing[0]} at the start")
        return FileLines(path=self.path, accepted=("\n\n".join((text or "").strip() for text in texts),))


def _note(values: Values, name: str = "file") -> str:
    return f"{NOTEBOOK}/{values[name]}"


def _edited(edit: Callable[[str, str], str], values: Values) -> Plan:
    path = _note(values)
    return on((path,), Edited(path=path, edit=partial(edit, values["text"])))


def _renamed(edit: Callable[[str, str], str], values: Values) -> Plan | None:
    path, new = _note(values), _note(values, "new")
    if path == new:
        return None
    return on((path, new), Edited(path=path, edit=partial(edit, values["text"]), new=new))


def _before(text: str, note: str) -> str:
    return f"{text}\n{note}"


def _apart_before(text: str, note: str) -> str:
    return f"{text}\n\n{note}"


def _instead(text: str, note: str) -> str:
    return text


def _write(values: Values) -> Plan:
    return on((_note(values),), Written(path=_note(values), text=values["text"]))


def _move(values: Values) -> Plan:
    from_, to = (f"{NOTEBOOK}/{values[name]}/{values['file']}" for name in ("folder", "into"))
    return on((from_, to), Moved(source=from_, target=to))


def _merge(values: Values) -> Plan:
    path = _note(values, "new")
    return on((path,), Merged(sources=tuple(_note(values, name) for name in ("one", "two", "three")), path=path))


def _anywhere(check: Check) -> Plan:
    return Plan(checks=(check,), allowed=(file(NOTEBOOK), kept_by("net.gsantner.markor")))


_phone = partial(Kind, platform="android")
_FILE: Final = rf"(?P<file>{TEXT})"
_TEXT: Final = rf"(?P<text>{TEXT})"
_REST: Final = rf"(?P<text>{REST})"
KINDS: Final[tuple[Kind, ...]] = (
    _phone(
        name="write a new note",
        # With these words behind the text the goal may be one of two parts, and nothing tells where the text ends.
        forms=forms(rf"make a new Markor note called {_FILE} that says: (?!.*\nThen share the whole note ){_REST}"),
        plan=_write,
    ),
    _phone(
        name="put text at the top of a note",
        forms=forms(rf"in Markor, open {_FILE} and put this at the top of the note: {_REST}"),
        plan=partial(_edited, _before),
    ),
    _phone(
        name="put text at the bottom of a note",
        forms=forms(rf"in Markor, open {_FILE} and put this at the bottom of the note: {_REST}"),
        plan=partial(_edited, with_line),
    ),
    _phone(
        name="replace the text of a note",
        forms=forms(rf"in Markor, open {_FILE} and replace its whole text by: {_REST}"),
        plan=partial(_edited, _instead),
    ),
    _phone(
        name="replace the text of a note and rename it",
        forms=forms(rf'in Markor, make "{_TEXT}" the content of {_FILE} and rename the note to (?P<new>{LAST})'),
        plan=partial(_renamed, _instead),
    ),
    _phone(
        name="put text and an empty line before a note and rename it",
        forms=forms(
            rf'put the text "{_TEXT}" and an empty line before what the Markor note {_FILE} says now, and rename the '
            rf"note to (?P<new>{LAST})"
        ),
        plan=partial(_renamed, _apart_before),
    ),
    _phone(
        name="move a note to another folder",
        forms=forms(rf"move the Markor note {_FILE} out of the folder (?P<folder>{TEXT}) and into (?P<into>{LAST})"),
        plan=_move,
    ),
    _phone(
        name="put notes together",
        forms=forms(
            rf"put what the Markor notes (?P<one>{TEXT}), (?P<two>{TEXT}) and (?P<three>{TEXT}) say, in this order, "
            rf"into a new Markor note called (?P<new>{TEXT}), with an empty line between one and the next, and save it"
        ),
        plan=_merge,
    ),
    _phone(
        name="delete a note by its name",
        forms=forms(rf"delete the Markor note with the name (?P<file>{LAST})"),
        plan=partial(delete, NOTEBOOK),
    ),
    _phone(
        name="delete the newest note",
        forms=forms("delete whichever note in Markor is the newest"),
        # The list is sorted by date to see which it is, and stays so.
        plan=lambda values: _anywhere(NewestGone(folder=NOTEBOOK)),
    ),
    _phone(
        name="delete all notes",
        forms=forms("delete every note that I have in Markor"),
        plan=lambda values: _anywhere(Emptied(path=NOTEBOOK)),
    ),
)
