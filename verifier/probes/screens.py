"""Tools that show screens: the live one, and those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.ui_tree import UiNode, UiTree
from verifier.probes.tools import Arguments, Context, Found, NoArguments, Tool

# A switch has no words of its own where the row around it has them; its state must be told all the same.
_TOLD = frozenset({"clickable", "checkable", "editable"})


class LookBack(Arguments):
    step: int = Field(ge=0, description="the screen before this step, from 0; the number of steps is the last screen")


def ui_tree_tool(context: Context) -> Tool[NoArguments]:
    async def run(arguments: NoArguments) -> Found:
        seen = await context.live().observe(ObserveRequest(screenshot=False))
        return Found(title="UI tree of the screen", text=screen_text(seen))

    return Tool(
        name="ui_tree",
        description="The elements on the device's screen now: role, text, state, box.",
        arguments=NoArguments,
        run=run,
    )


def screenshot_tool(context: Context) -> Tool[NoArguments]:
    async def run(arguments: NoArguments) -> Found:
        seen = await context.live().observe(ObserveRequest(ui_tree=False))
        return Found(title="screenshot", text=front(seen), screenshot=seen.screenshot)

    return Tool(name="screenshot", description="The device's screen now.", arguments=NoArguments, run=run)


def look_back_tool(context: Context) -> Tool[LookBack]:
    async def run(arguments: LookBack) -> Found:
        case = context.case
        if arguments.step >= case.screens:
            there = f"this attempt has screens 0 to {case.screens - 1}" if case.screens else "no screen was recorded"
            return Found(title=f"screen {arguments.step}", text=there)
        seen = case.screen(arguments.step)
        shot = seen.screenshot if seen.screenshot is not None and seen.screenshot.data is not None else None
        return Found(title=f"screen {arguments.step}", text=screen_text(seen), screenshot=shot)

    return Tool(
        name="look_back",
        description="A recorded screen of the attempt, with its elements.",
        arguments=LookBack,
        run=run,
    )


def front(seen: Observation) -> str:
    return f"in front: {seen.foreground.app} {seen.foreground.window}".rstrip()


def screen_text(seen: Observation) -> str:
    """The application in front and one line an element that says something or can be acted on."""
    if seen.ui_tree is None:
        return f"{front(seen)}\n(no UI tree was recorded)"
    return "\n".join((front(seen), *_lines(seen.ui_tree)))


def _lines(tree: UiTree) -> Iterator[str]:
    for node in tree.walk():
        if "visible" in node.states and node.bounds.area > 0 and (node.label or node.states & _TOLD):
            yield _line(node)


def _line(node: UiNode) -> str:
    said = {"text": node.text, "description": node.description, "hint": node.hint, "value": node.value}
    words = [node.role.rpartition(".")[2], *(f"{name}={text!r}" for name, text in said.items() if text)]
    if node.resource_id:
        words.append(f"id={node.resource_id}")
    states = sorted(node.states - {"visible", "enabled", "focusable"})
    box = node.bounds
    return f"{' '.join(words)} [{', '.join(states)}] {box.left},{box.top}-{box.right},{box.bottom}"
