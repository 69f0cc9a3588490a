"""What comes before the notes on a first start: five slides, then the question for access to all files."""

from __future__ import annotations

from typing import Literal, Protocol, TypeAlias, TypeVar

from device_farm.simulator.apps.first_run import set_stage, stage
from device_farm.simulator.apps.notes.options import PACKAGE
from device_farm.simulator.apps.overlays import question
from device_farm.simulator.apps.settings.all_files import MANAGE_FILES, access_intent
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Context

Step: TypeAlias = Literal["introduction", "storage", "done"]

# Title, text and icon of each slide.
_SLIDES = (
    ("Main View", "The notebook is the home of all your files. It is what you see first.", "folder"),
    ("View", "Documents are shown the way they read.", "visibility"),
    ("Share -> Markor", "Other apps can share text and files into your notes.", "share"),
    ("To-Do", "Tasks live in a file of their own, in the todo.txt format.", "assignment_turned_in"),
    ("QuickNote", "The fastest way to write something down.", "flash_on"),
)
_RED = 0xFFD32F2F
_WHITE = 0xFFFFFFFF


class HasSlide(Protocol):
    @property
    def slide(self) -> int: ...


S = TypeVar("S", bound=HasSlide)


def next_step(context: Context[S]) -> Step:
    """What stands before the notes now."""
    if not stage(context):
        return "introduction"
    return "done" if context.has_permission(MANAGE_FILES) else "storage"


def introduction(context: Context[S]) -> w.Widget:
    slide = min(context.state.slide, len(_SLIDES) - 1)
    title, text, icon = _SLIDES[slide]
    last = slide == len(_SLIDES) - 1

    def forward() -> None:
        if last:
            set_stage(context, "done")
        else:
            context.update(slide=slide + 1)

    dots = tuple(
        w.Spacer(width=8, height=8, radius=4, background=_WHITE if index == slide else 0x66FFFFFF)
        for index in range(len(_SLIDES))
    )
    button = w.Button(
        "DONE" if last else "NEXT", style="text", colour=_WHITE, resource_id="done" if last else "next", on_tap=forward
    )
    return w.Column(
        (
            w.Spacer(height=48),
            w.Text(title, style="headline", colour=_WHITE, align="center", resource_id="title"),
            w.Stack((w.Icon(icon, size=160, colour=_WHITE),), ("center",), weight=1),
            w.Text(
                text, style="body_large", colour=_WHITE, align="center", padding=(32, 16), resource_id="description"
            ),
            w.Row(
                (w.Spacer(width=96), w.Row(dots, gap=10, main="center", weight=1), w.Stack((button,), width=96)),
                padding=(8, 12),
            ),
        ),
        background=_RED,
        on_swipe=lambda way: context.update(slide=_moved(slide, way)),
    )


def _moved(slide: int, way: str) -> int:
    step = {"left": 1, "right": -1}.get(way, 0)
    return min(max(slide + step, 0), len(_SLIDES) - 1)


def ask_for_storage(context: Context[S]) -> w.Widget:
    """Without access to all files there is nothing to show."""
    buttons = w.Row(
        (
            w.Button("EXIT", style="text", resource_id="android:id/button2", on_tap=context.finish),
            w.Button(
                "OK",
                style="text",
                resource_id="android:id/button1",
                on_tap=lambda: context.start(access_intent(PACKAGE)),
            ),
        ),
        main="end",
        gap=8,
        padding=(16, 8),
    )
    message = w.Text(
        "Storage permission required to read and write files",
        style="body_large",
        padding=(24, 24, 24, 8),
        resource_id="android:id/message",
    )
    return question(message, buttons)
