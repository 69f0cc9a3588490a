"""Event types: the dialog for a new one, and the colours to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from device_farm.simulator.apps.calendar.model import EventType
from device_farm.simulator.apps.calendar.store import EventStore
from device_farm.simulator.toolkit import widgets as w

COLOURS: Final = (
    0xFFD32F2F,
    0xFFC2185B,
    0xFF7B1FA2,
    0xFF512DA8,
    0xFF303F9F,
    0xFF0B57D0,
    0xFF0288D1,
    0xFF00796B,
    0xFF388E3C,
    0xFF689F38,
    0xFFF57C00,
    0xFF5D4037,
)


def colour_grid(colours: Sequence[int], pick: Callable[[int], None], chosen: int = 0) -> w.Widget:
    cells = tuple(
        w.Stack(
            (
                w.Spacer(
                    width=40,
                    height=40,
                    radius=20,
                    background=colour,
                    border="on_surface" if colour == chosen else None,
                    description=f"#{colour & 0xFFFFFF:06X}",
                    on_tap=lambda colour=colour: pick(colour),  # type: ignore[misc]
                ),
            ),
            ("center",),
            height=48,
        )
        for colour in colours
    )
    return w.Grid(cells, columns=6, gap=4)


def new_type(
    store: EventStore,
    done: Callable[[int], None],
    text: Callable[[str], str],
    kind: EventType | None = None,
    complain: Callable[[str], None] = lambda message: None,
) -> w.Dialog:
    """Asks for a title. A new type gets the first colour that no other has. `text` reads the dialog's fields."""

    def confirm() -> None:
        title = text("type_title").strip()
        others = [each for each in store.types() if kind is None or each.id != kind.id]
        if not title:
            complain("Title cannot be empty")
        elif any(each.title.casefold() == title.casefold() for each in others):
            complain("Type with this title already exists")
        else:
            free = [colour for colour in COLOURS if colour not in {each.colour for each in others}]
            colour = kind.colour if kind is not None else (free or COLOURS)[0]
            done(store.save_type(EventType(id=kind.id if kind is not None else 0, title=title, colour=colour)))

    return w.Dialog(
        title="Edit type" if kind is not None else "Add a new type",
        body=w.TextField(
            key="type_title",
            hint="Title",
            initial=kind.title if kind is not None else "",
            autofocus=True,
            resource_id="type_title",
        ),
        buttons=(w.DialogButton("Cancel"), w.DialogButton("OK", confirm)),
    )
