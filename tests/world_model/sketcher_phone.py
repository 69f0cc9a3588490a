"""A made-up phone of two screens: what a sketcher can learn in seconds."""

from __future__ import annotations

from device_farm.types.action import Action, Click, SystemButton, TypeText
from device_farm.types.geometry import Rect, Size
from world_model.learning.transition import Transition
from world_model.sketch.sketch import Sketch, SketchLine

SCREEN = Size(1000, 2000)
BAR = SketchLine(label="text", text="100%", box=Rect(900, 0, 1000, 50))
WIFI = SketchLine(label="item", text="Wi-Fi", box=Rect(0, 100, 1000, 200))
SOUND = SketchLine(label="item", text="Sound", box=Rect(0, 200, 1000, 300))
TITLE = SketchLine(label="heading", text="Wi-Fi settings", box=Rect(0, 60, 1000, 100))
OFF = SketchLine(label="switch", text="Use Wi-Fi", box=Rect(0, 300, 1000, 400), states=frozenset({"unchecked"}))
ON = SketchLine(label="switch", text="Use Wi-Fi", box=Rect(0, 300, 1000, 400), states=frozenset({"checked"}))
FIELD = Rect(0, 500, 1000, 600)


def field(text: str) -> SketchLine:
    return SketchLine(label="field", text=text, box=FIELD, states=frozenset({"focused"}))


def screen(*lines: SketchLine, window: str) -> Sketch:
    return Sketch(screen=SCREEN, lines=(BAR, *lines), app="com.phone", window=window)


HOME = screen(WIFI, SOUND, window=".Home")


def page(switch: SketchLine, text: str = "") -> Sketch:
    return screen(TITLE, switch, *([field(text)] if text else [field("Name")]), window=".Wifi")


def transition(before: Sketch, action: Action, after: Sketch, goal: str = "turn Wi-Fi on") -> Transition:
    return Transition(before=before, action=action, after=after, goal=goal, platform="android", template="Wifi")


def transitions(names: tuple[str, ...] = ("Ada", "Eve", "Bob", "Kim", "Joe", "Liz")) -> list[Transition]:
    """Home and page, the switch in both ways, a name that is typed into the field, a way back."""
    found = [
        transition(HOME, Click(at=WIFI.box.center), page(OFF)),
        *(transition(HOME, Click(at=WIFI.box.center), page(OFF), goal=goal) for goal in ("look", "see Wi-Fi")),
        transition(HOME, Click(at=SOUND.box.center), HOME),
        transition(page(OFF), Click(at=OFF.box.center), page(ON)),
        transition(page(ON), Click(at=ON.box.center), page(OFF)),
        transition(page(OFF), SystemButton(button="back"), HOME),
        transition(page(ON), SystemButton(button="back"), HOME),
    ]
    found += [transition(page(OFF), TypeText(text=name), page(OFF, name), goal=f"name it {name}") for name in names]
    return found
