"""Chrome: pages on the phone's storage that have to be solved. Decided by the word that the page then shows."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from device_farm.device import Device
from device_farm.errors import VerifierError
from device_farm.types.action import Action, Click, Swipe
from device_farm.types.geometry import Point, Rect
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.pages import page
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.storage import empty_storage
from gui_agent.benchmarks.base import LOOK, Look, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import SDCARD, hinted, launch, put_file, run
from gui_agent.benchmarks.params import IntParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, present, tap, type_into, visible_nodes, wait_for
from verifier.rules.base import judge, shown

CHROME: Final = "com.android.chrome"
FILE: Final = "task.html"
_SOLVED: Final = "Success!"
_DARK: Final = 60
_NEAR: Final = 40
"""Two colours whose channels differ by less than this in sum are one."""

Pixels: TypeAlias = NDArray[np.int16]
"""Red, green, blue of the screen, as (height, width, 3)."""
Cell: TypeAlias = tuple[int, int]

_STEPS: Final = {"Up": (-1, 0), "Down": (1, 0), "Left": (0, -1), "Right": (0, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSays:
    """Chrome is in front, and some element's text is `text`."""

    text: str

    async def check(self, device: Device) -> Evidence:
        observation = await device.observe(ObserveRequest(screenshot=False))
        if observation.ui_tree is None:
            raise VerifierError("the device gave no UI tree")
        texts = [node.text for node in observation.ui_tree.walk() if "visible" in node.states and node.text]
        return Evidence(
            probe="page in Chrome",
            observed=shown(f"{observation.foreground.app}: {' | '.join(texts)}"),
            expected=self.text,
            holds=observation.foreground.app == CHROME and self.text in texts,
        )


def open_page() -> Plain:
    """From the file browser into Chrome, past the questions of Chrome's first start."""
    yield from launch("Files")
    file = Match(text=FILE)
    if not (yield from present(file)):
        yield from tap(description="Show roots")
        yield from tap(text="Downloads")
    yield from tap(file)
    if not (yield from present(Match(where=_in_chrome))):
        yield from tap(text="Chrome")
    for label in ("Accept & continue", "No thanks", "No thanks"):
        if (yield from present(Match(text=label))):
            yield from tap(text=label)


def _in_chrome(node: UiNode) -> bool:
    return node.app == CHROME


def _pixels(observation: Observation) -> Pixels:
    """The screen's colours. Raises ExpertStuck where there is no picture."""
    # Decoding pictures is needed by this expert alone; the import is slow.
    import cv2

    shot = observation.screenshot
    if shot is None or shot.data is None:
        raise ExpertStuck("no screenshot to read colours from")
    decoded = cv2.imdecode(np.frombuffer(shot.data, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ExpertStuck("the screenshot cannot be decoded")
    return np.asarray(decoded[:, :, ::-1], np.int16)


def _same(one: NDArray[np.int16], other: NDArray[np.int16]) -> bool:
    return int(np.abs(one - other).sum()) < _NEAR


class _Browser(TaskTemplate):
    """A page that says `Success!` when it is solved."""

    params = {"browser_task_seed": IntParam(0, 2**32 - 1)}
    tags: ClassVar[tuple[str, ...]] = ("chrome",)
    complexity = 2
    max_steps = 20
    page_name: ClassVar[str]

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await empty_storage(device)
        await run(device, f"pm clear {CHROME}")
        await run(device, f"pm grant {CHROME} android.permission.POST_NOTIFICATIONS")
        source = page(self.page_name, int(str(task.params["browser_task_seed"])))
        await put_file(device, f"{SDCARD}/Download/{FILE}", source)

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, PageSays(text=_SOLVED))


class BrowserMaze(_Browser):
    name = "BrowserMaze"
    goal = (
        "In the file manager, open task.html from Downloads with Chrome. Then bring the X into the cell at the bottom "
        "right with the buttons for the directions."
    )
    page_name = "maze"

    def expert(self, task: Task) -> Script:
        yield from open_page()
        mark = yield from wait_for(Match(text="X"))
        observation = yield LOOK
        maze = _Maze.seen(_pixels(observation), mark.bounds)
        for button in maze.way():
            yield from tap(Match(text=button, where=_in_chrome))


@dataclass(frozen=True, slots=True)
class _Maze:
    """Cells that are not black, and the green one that the way leads to; the X begins in (0, 0)."""

    free: frozenset[Cell]
    goal: Cell

    @classmethod
    def seen(cls, pixels: Pixels, mark: Rect) -> _Maze:
        """Reads the cells' colours off the screen. The mark's cell reaches as far as no line is crossed."""
        dark = pixels.sum(axis=2) < _DARK
        # Between the mark's upper edge and its cell's: no ink of the mark, no line of the cell.
        x = mark.center.x
        y = mark.center.y
        above = mark.top
        left = _edge(dark[above, :x][::-1])
        right = _edge(dark[above, x:])
        middle = x + (right - left) / 2
        pitch = right + left + 2
        free: set[Cell] = set()
        goal: Cell | None = None
        for row in range(10):
            for column in range(10):
                place_x, place_y = round(middle + column * pitch), round(y + row * pitch)
                if place_x >= pixels.shape[1] or place_y >= pixels.shape[0]:
                    continue
                red, green, blue = (int(part) for part in pixels[place_y, place_x])
                if red + green + blue >= _DARK:
                    free.add((row, column))
                if green > 90 and red < 50 and blue < 50:
                    goal = (row, column)
        if goal is None:
            raise ExpertStuck("no green cell on the screen")
        return cls(frozenset(free), goal)

    def way(self) -> list[str]:
        """The buttons of a shortest way. Raises ExpertStuck."""
        rows, columns = self.goal
        found: dict[Cell, list[str]] = {(0, 0): []}
        queue = deque([(0, 0)])
        while queue:
            cell = queue.popleft()
            if cell == self.goal:
                return found[cell]
            for button, (down, right) in _STEPS.items():
                after = (cell[0] + down, cell[1] + right)
                inside = 0 <= after[0] <= rows and 0 <= after[1] <= columns
                if inside and after in self.free and after not in found:
                    found[after] = [*found[cell], button]
                    queue.append(after)
        raise ExpertStuck("no way through the maze")


def _edge(dark: NDArray[np.bool_]) -> int:
    """How many pixels to the first dark one."""
    places = np.flatnonzero(dark)
    if not places.size:
        raise ExpertStuck("the X stands in no cell")
    return int(places[0])


class BrowserMultiply(_Browser):
    name = "BrowserMultiply"
    goal = (
        "In the file manager, open task.html from Downloads with Chrome. Then tap the button five times, keep the "
        "numbers that appear in mind and enter what they give when multiplied."
    )
    page_name = "multiply"
    max_steps = 22

    def expert(self, task: Task) -> Script:
        yield from open_page()
        number = Match(where=lambda node: _in_chrome(node) and node.text.isdigit() and "clickable" not in node.states)
        product = 1
        for _ in range(5):
            product *= int((yield from wait_for(number)).text)
            yield from tap(text="Click Me")
        yield from type_into(str(product), hinted("Enter the product"))
        yield from tap(text="Submit")


class BrowserDraw(_Browser):
    name = "BrowserDraw"
    goal = (
        "In the file manager, open task.html from Downloads with Chrome. Then draw something in the three colours that "
        "are shown at the top, and submit it."
    )
    page_name = "draw"

    def expert(self, task: Task) -> Script:
        yield from open_page()
        paper = yield from wait_for(Match(role="Image", where=_in_chrome))
        observation = yield LOOK
        pixels = _pixels(observation)
        paints = _paints(observation, paper.bounds)
        for number, colour in enumerate(_wanted(pixels, paper.bounds)):
            chosen = min(paints, key=lambda node: _distance(pixels, node, colour))
            yield Click(at=chosen.bounds.center)
            yield from _line(paper.bounds, number)
        yield from tap(text="Submit")


def _paints(observation: Observation, paper: Rect) -> list[UiNode]:
    """The buttons without a label below the canvas."""
    found = [
        node
        for node in visible_nodes(observation)
        if _in_chrome(node) and node.role.endswith(".Button") and not node.label and node.bounds.top >= paper.bottom
    ]
    if not found:
        raise ExpertStuck("no paints on the page")
    return found


def _distance(pixels: Pixels, node: UiNode, colour: NDArray[np.int16]) -> int:
    center = node.bounds.center
    return int(np.abs(pixels[center.y, center.x] - colour).sum())


def _wanted(pixels: Pixels, paper: Rect) -> list[NDArray[np.int16]]:
    """The colours of the patches right above the canvas, from left to right."""
    best: list[NDArray[np.int16]] = []
    for y in range(paper.top - 10, max(paper.top - 300, 0), -10):
        row = pixels[y]
        starts = [0, *(np.flatnonzero(np.abs(np.diff(row, axis=0)).sum(axis=1) > _NEAR) + 1), len(row)]
        runs = [(int(start), int(end)) for start, end in pairwise(starts)]
        paper_white = row[2]
        patches = [row[start] for start, end in runs if 60 < end - start < 300 and not _same(row[start], paper_white)]
        if len(patches) > len(best):
            best = patches
    if not best:
        raise ExpertStuck("no colours above the canvas")
    return best


def _line(paper: Rect, number: int) -> Generator[Action | Look, Observation, None]:
    """A slanting line: whatever the pixels' raster, some of them are covered wholly."""
    top = paper.top + paper.height * (2 + 2 * number) // 10
    start = Point(paper.left + paper.width // 5, top)
    end = Point(paper.right - paper.width // 5, top + paper.height // 10)
    yield Swipe(start=start, end=end, duration_ms=400)


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (BrowserDraw(), BrowserMaze(), BrowserMultiply())
