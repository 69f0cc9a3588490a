"""Notes and notebooks as the screens see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

ALL_NOTES: Final = "c3176726992c11e9ac940492261af972"
"""Joplin's id of the smart filter that shows every note."""

SortField: TypeAlias = Literal["user_updated_time", "user_created_time", "title", "order"]

SORT_FIELDS: Final[tuple[tuple[SortField, str], ...]] = (
    ("user_updated_time", "Updated date"),
    ("user_created_time", "Created date"),
    ("title", "Title"),
    ("order", "Custom order"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A notebook. `depth` counts the notebooks around it."""

    id: str
    title: str
    parent_id: str = ""
    depth: int = 0

    @property
    def shown(self) -> str:
        return self.title or "Untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note or to-do. Times are Unix milliseconds; `completed_ms` 0 is an open to-do."""

    id: str
    parent_id: str
    title: str
    body: str
    is_todo: bool
    completed_ms: int
    created_ms: int
    updated_ms: int

    @property
    def shown(self) -> str:
        """The title, else the first words of the body, as in Joplin's lists."""
        first = next((line.strip() for line in self.body.splitlines() if line.strip()), "")
        return self.title or first[:80] or "Untitled"


@dataclass(frozen=True, slots=True, kw_only=True)
class SortOptions:
    """Choices of the sort dialog."""

    field: SortField = "user_updated_time"
    reverse: bool = True
    open_todos_first: bool = True
    show_completed: bool = True
