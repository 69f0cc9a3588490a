"""One thing that a goal asks to be seen, asked of one screen: yes, no, or the screen does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from verifier.judges.goal import Toggle, Wanted, folded, is_phone
from verifier.judges.seen import Seen

_TIME = re.compile(r"\d{1,2}:\d{2}(?: ?[ap]m)?")
_FILE = re.compile(r"[\w -]+\.\w{2,4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one screen says to one check. `unsaved`: it stands in an editor that still offers to save."""

    holds: bool | None
    observed: str
    unsaved: bool = False


SILENT = Found(holds=None, observed="not on this screen")


class Check(Protocol):
    """`expected` is for a person."""

    @property
    def expected(self) -> str: ...

    def ask(self, seen: Seen) -> Found: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One of `ways` is on the screen; `beside` are the goal's other values, which show that it is the right place."""

    ways: tuple[str, ...]
    beside: tuple[str, ...] = ()

    @property
    def expected(self) -> str:
        return " or ".join(self.ways)

    def ask(self, seen: Seen) -> Found:
        for way in self.ways:
            if seen.shows(way):
                return Found(holds=True, observed=f"{way!r} is on the screen")
            if seen.edits(way):
                where = "in an editor that still offers to save" if seen.saves else "in an editor"
                return Found(holds=not seen.saves, observed=f"{way!r} stands {where}", unsaved=seen.saves)
        other = self._instead(seen)
        return Found(holds=False, observed=f"{other!r} is there instead") if other else SILENT

    def _instead(self, seen: Seen) -> str:
        """A value of the same kind in the right place; "" where none is, or where the place may be another."""
        right = any(seen.shows(other) or seen.edits(other) for other in self.beside)
        if is_phone(self.ways[0]):
            return next((label for label in seen.labels if right and is_phone(label)), "")
        if _TIME.fullmatch(folded(self.ways[0])):
            return next((label for label in seen.labels if _TIME.fullmatch(label)), "")
        if _FILE.fullmatch(folded(self.ways[0])):
            return next((label for label in seen.labels if _FILE.fullmatch(label)), "")
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Absent:
    """`text` is no longer listed. A screen without it says so only where it could be listed: not at home."""

    text: str

    @property
    def expected(self) -> str:
        return f"no {self.text}"

    def ask(self, seen: Seen) -> Found:
        gone = next((label for label in seen.labels if re.search(r"\b(?:deleted|removed|trashed)\b", label)), "")
        if gone and len(gone) < 60:
            return Found(holds=True, observed=f"{gone!r} is on the screen")
        if seen.shows(self.text) or seen.edits(self.text):
            return Found(holds=False, observed=f"{self.text!r} is on the screen")
        return SILENT if seen.home else Found(holds=True, observed=f"{self.text!r} is not on the screen")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A switch stands as the goal says."""

    toggle: Toggle

    @property
    def expected(self) -> str:
        return f"{self.toggle.what} {'on' if self.toggle.on else 'off'}"

    def ask(self, seen: Seen) -> Found:
        switch = seen.switch(self.toggle.what)
        if switch is None:
            return SILENT
        return Found(
            holds=switch.on is self.toggle.on, observed=f"the switch {switch.label!r} is {'on' if switch.on else 'off'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Some element carries one of `labels`, whole; an opposite one says no."""

    labels: tuple[str, ...]

    @property
    def expected(self) -> str:
        return " or ".join(self.labels)

    def ask(self, seen: Seen) -> Found:
        found = next((label for label in seen.labels if label in self.labels), "")
        if found:
            return Found(holds=True, observed=f"{found!r} is on the screen")
        against = [other for label in self.labels for other in _OPPOSITES.get(label, ())]
        told = next((label for label in seen.labels if label in against), "")
        return Found(holds=False, observed=f"{told!r} is on the screen") if told else SILENT


_OPPOSITES = {
    "pause": ("start", "resume"),
    "start": ("pause",),
    "remove from favorites": ("add to favorites",),
    "connected": ("connecting…", "wrong password", "check password and try again", "saved"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class InFolder:
    """Inside the folder `into`, which the title or path names, the moved thing is listed; outside of it, it is not."""

    text: str
    into: str

    @property
    def expected(self) -> str:
        return f"{self.text} in {self.into}"

    def ask(self, seen: Seen) -> Found:
        listed, inside = seen.shows(self.text), seen.titled(self.into)
        moved = next((label for label in seen.labels if label.startswith("moved ")), "")
        if listed and (inside or moved):
            return Found(holds=True, observed=f"{self.text!r} is listed in {self.into!r}")
        if listed:
            return Found(holds=False, observed=f"{self.text!r} is listed outside of {self.into!r}")
        if seen.shows(self.into) and not inside:
            return Found(holds=True, observed=f"{self.text!r} is not listed beside {self.into!r}")
        return SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class InFront:
    """The application is in front."""

    app: str

    @property
    def expected(self) -> str:
        return f"{self.app} in front"

    def ask(self, seen: Seen) -> Found:
        name = folded(self.app).replace(" ", "")
        holds = name in seen.window.casefold() or seen.titled(self.app)
        return Found(holds=holds, observed=f"in front: {seen.window}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The agent's answer stands on the screen."""

    answer: str | None

    @property
    def expected(self) -> str:
        return "an answer that a screen shows"

    def ask(self, seen: Seen) -> Found:
        if not (self.answer or "").strip():
            return Found(holds=False, observed="no answer")
        parts = [part.strip() for part in re.split(r"[,;\n]", self.answer or "") if part.strip()]
        if all(seen.shows(part) for part in parts):
            return Found(holds=True, observed=f"{self.answer!r} is on the screen")
        return SILENT


def checks_of(wanted: Wanted, answer: str | None) -> tuple[Check, ...]:
    """What to ask of the screens; empty where the goal names nothing that a screen could show."""
    values = [ways[0] for ways in wanted.present]
    checks: list[Check] = [Stands(toggle=toggle) for toggle in wanted.toggles]
    if wanted.into:
        checks += [InFolder(text=value, into=wanted.into) for value in values]
    else:
        checks += [
            Shown(ways=ways, beside=tuple(value for value in values if value != ways[0])) for ways in wanted.present
        ]
    checks += [Absent(text=text) for text in wanted.absent]
    checks += [Labelled(labels=labels) for labels in wanted.labels]
    checks += [InFront(app=wanted.app)] if wanted.app else []
    checks += [Answered(answer=answer)] if wanted.question else []
    return tuple(checks)
