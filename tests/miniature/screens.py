"""A phone screen made by hand, and prompts on it."""

from __future__ import annotations

from device_farm.types.action import Action
from device_farm.types.geometry import Rect, Size
from device_farm.types.ui_tree import UiNode, UiState, UiTree
from gui_agent.models.prompt import ScreenPrompt

SCREEN = Size(1080, 2400)
GOAL = "Rename the note amber_cedar.md in Markor to 42 plums"


def node(
    text: str, box: tuple[int, int, int, int], role: str = "android.widget.TextView", *states: UiState, **more: object
) -> UiNode:
    shown: frozenset[UiState] = frozenset((*states, "visible", "enabled"))
    return UiNode(role=role, text=text, bounds=Rect(*box), states=shown, **more)  # type: ignore[arg-type]


def screen() -> UiTree:
    """A bar with an unnamed button, a list that scrolls with two rows, a switch in the second one's, a slider."""
    rows = (
        node(
            "",
            (0, 200, 1080, 400),
            "android.view.ViewGroup",
            "clickable",
            children=(node("amber_cedar.md", (40, 240, 700, 360)),),
        ),
        node("basin.md", (40, 440, 700, 560)),
        node("", (900, 450, 1040, 550), "android.widget.Switch", "checkable"),
        node("6", (100, 700, 900, 760), "android.widget.SeekBar", resource_id="com.app:id/seekbar"),
        node("Call +1 (202) 555-0143", (40, 900, 700, 1000)),
    )
    listed = node("", (0, 200, 1080, 2200), "androidx.recyclerview.widget.RecyclerView", "scrollable", children=rows)
    button = node("", (980, 40, 1080, 160), "android.widget.ImageButton", "clickable", description="Rename")
    root = node("", (0, 0, 1080, 2400), "android.widget.FrameLayout", children=(button, listed))
    return UiTree(roots=(root,))


def prompt(*actions: Action, goal: str = GOAL, thoughts: tuple[str, ...] = ()) -> ScreenPrompt:
    return ScreenPrompt(goal=goal, screen=SCREEN, tree=screen(), actions=actions, thoughts=thoughts)
