"""Which changes of a device's state a goal allows."""

from __future__ import annotations

from dataclasses import dataclass
from re import Pattern
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """Changes of one place: `place` matches the whole name of the place, such as `setting system/volume_music`.

    With `text`, only where what was there and what is there now hold it: one contact of all, one alarm of all. With
    `after`, only where one of these is there now. `only` new things, or such as came or went whole.
    """

    place: Pattern[str]
    text: str = ""
    after: tuple[str | None, ...] = ()
    only: Literal["", "new", "new or gone"] = ""

    def covers(self, place: str, before: str | None, after: str | None) -> bool:
        """Whether a change of `place` is allowed; `before` and `after` are what was and is there, None for nothing."""
        if self.place.fullmatch(place) is None or (self.after and after not in self.after):
            return False
        if (self.only == "new" and before is not None) or (self.only == "new or gone" and None not in (before, after)):
            return False
        return all(self.text in said for said in (before, after) if said is not None)
