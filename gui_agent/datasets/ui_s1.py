"""The JSON Lines of UI-S1 and AndroidControl: `{goal, is_successful, steps: [{action_content, screenshot, …}]}`.

Everything that differs between the published files is made one here, once:

- arguments that are null are absent; coordinates may be fractions of a pixel;
- boxes are flat, nested, or nested deeper, on the step, in its action, or in `check_options`;
- swipes: the published evaluation file writes the way of the finger, and beside it in `check_options` the `direction`
  in which the content lies. The training file has no `direction`; its coordinates go to where the content lies, against
  the finger (the released reward turns them around, but the vertical ones only). Here a swipe is always the finger's.

The evaluation file's sideways swipes are doubtful: their coordinates go the way of `direction`, which the vertical ones
go against, and where a step's instruction names a side it is the other one in 82 of 95 cases. `auto` takes them as
they are written, as published figures do; `direction` lets every finger go against the stated direction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias, assert_never

from device_farm.errors import DataError, DialectError
from device_farm.types.action import Swipe
from device_farm.types.codec.mobile_use import parse_action
from device_farm.types.codec.space import CoordinateSpace
from device_farm.types.geometry import Rect, Size
from gui_agent.datasets.images import ImageFiles, image_size
from gui_agent.datasets.lines import Line, read_lines
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory

SwipeConvention: TypeAlias = Literal["auto", "finger", "content", "direction"]
"""What a swipe's coordinates mean: the finger's way, or the way to the content. `auto`: what the line's own `swipes`
says, which our exports write; else `finger` for steps with a `direction`, as in the published evaluation file, and
`content` for those without, as in the training file. `direction`: as `auto`, but a stated direction decides."""
FAR_PX: Final = 100_000
"""No screen reaches as far; coordinates and boxes beyond it are faults of the file."""
_DEEPEST: Final = 16
_AGAINST: Final = {"up": "down", "down": "up", "left": "right", "right": "left"}


def load_ui_s1(
    path: Path, *, images: Path | None = None, screen: Size | None = None, swipes: SwipeConvention = "auto"
) -> Iterator[Trajectory]:
    """Trajectories in the order of the file. `images` is the folder of the screens (default: beside the file).

    `screen` is the size of screens that are not there; it is needed where they are not.

    Raises:
        DataError: a line lacks a field or holds a bad one; names file, line, step and field.
    """
    source = ImageFiles(images or path.parent)
    for line in read_lines(path):
        goal, steps = line.text("goal"), line.items("steps")
        if not steps:
            raise line.error("holds no step", "steps")
        yield Trajectory(
            id=str(line.values.get("episode_id") or line.origin),
            goal=goal,
            steps=tuple(_step(line, index, raw, source, screen, swipes) for index, raw in enumerate(steps)),
            origin=line.origin,
            success=line.flag("is_successful", True),
        )


def _step(
    line: Line, index: int, raw: Any, source: ImageFiles, screen: Size | None, swipes: SwipeConvention
) -> ExpertStep:
    at = f"steps[{index}]"
    if not isinstance(raw, Mapping) or not isinstance(raw.get("action_content"), Mapping):
        raise line.error("lacks an object action_content", at)
    ref = _screen(line, at, raw, source, screen)
    content = {key: value for key, value in raw["action_content"].items() if value is not None and key != "bbox"}
    content.pop("candidate_bbox", None)
    options = _options(line, at, raw)
    try:
        action = parse_action(content, CoordinateSpace.exact(ref.size))
    except DialectError as error:
        raise line.error(str(error), f"{at}.action_content") from error
    if isinstance(action, Swipe):
        direction = _direction(line, at, options)
        action = _finger_swipe(action, direction, _marked(line), swipes)
    return ExpertStep(
        screen=ref,
        action=action,
        boxes=tuple(_boxes(line, at, raw, options)),
        thought=_text(line, at, raw, "thought"),
        instruction=_text(line, at, raw, "step_instruction"),
        raw=raw,
    )


def _options(line: Line, at: str, raw: Mapping[str, Any]) -> Mapping[str, Any]:
    options = raw.get("check_options")
    if options is not None and not isinstance(options, Mapping):
        raise line.error("must be an object", f"{at}.check_options")
    return options or {}


def _direction(line: Line, at: str, options: Mapping[str, Any]) -> str:
    """ "" where none is stated."""
    direction = options.get("direction")
    if direction is None:
        return ""
    if not isinstance(direction, str) or direction not in _AGAINST:
        raise line.error("must be up, down, left or right", f"{at}.check_options.direction")
    return direction


def _text(line: Line, at: str, raw: Mapping[str, Any], field: str) -> str:
    """ "" where it is missing or null."""
    value = raw.get(field)
    if value is not None and not isinstance(value, str):
        raise line.error("must be text", f"{at}.{field}")
    return value or ""


def _screen(line: Line, at: str, raw: Mapping[str, Any], source: ImageFiles, screen: Size | None) -> ScreenRef:
    key = raw.get("screenshot")
    if not isinstance(key, str):
        raise line.error("is missing", f"{at}.screenshot")
    found = source.find(key)
    if found is not None:
        try:
            return ScreenRef(key=key, size=image_size(source.read(key)), source=source)
        except DataError as error:
            raise line.error(f"{found} {error.message}", f"{at}.screenshot") from error
    if screen is None:
        fix = "name their folder (--images, data.images), or their size (--screen, data.screen) to do without pixels"
        raise line.error(f"{key} is not there", f"{at}.screenshot", fix)
    x, y = _extent(raw)
    if not (x <= FAR_PX and y <= FAR_PX):
        raise line.error("a coordinate lies outside every screen", f"{at}.action_content.coordinate")
    fitting = _fitting(screen, x, y)
    return ScreenRef(key=key, size=fitting, source=source, stated=None if fitting == screen else screen)


def _extent(raw: Mapping[str, Any]) -> tuple[float, float]:
    """The farthest coordinates of the step's action."""
    points = [raw["action_content"].get(name) for name in ("coordinate", "coordinate2")]
    pairs = [point for point in points if isinstance(point, list) and len(point) == 2]
    numbers = [pair for pair in pairs if all(isinstance(part, int | float) for part in pair)]
    return max((pair[0] for pair in numbers), default=0), max((pair[1] for pair in numbers), default=0)


def _fitting(stated: Size, x: float, y: float) -> Size:
    """The stated size, turned or grown where the step's own coordinates lie outside: data sets mix devices."""
    for size in (stated, Size(stated.height, stated.width)):
        if x <= size.width and y <= size.height:
            return size
    return Size(max(stated.width, math.ceil(x)), max(stated.height, math.ceil(y)))


def _marked(line: Line) -> str:
    """What the line says of its own swipes; "" where it says nothing."""
    marked = line.values.get("swipes")
    if marked not in (None, "finger", "content"):
        raise line.error("must be finger or content", "swipes")
    return str(marked or "")


def _finger_swipe(swipe: Swipe, direction: str, marked: str, convention: SwipeConvention) -> Swipe:
    """The swipe the way the finger goes."""
    turned = Swipe(start=swipe.end, end=swipe.start, duration_ms=swipe.duration_ms)
    match convention:
        case "finger":
            return swipe
        case "content":
            return turned
        case "direction" if direction:
            return swipe if finger_direction(swipe) == _AGAINST[direction] else turned
        case "auto" | "direction":
            written = marked or ("finger" if direction else "content")
            return swipe if written == "finger" else turned
        case _:
            assert_never(convention)


def finger_direction(swipe: Swipe) -> Literal["up", "down", "left", "right"]:
    """The dominant direction of the finger's way; a tie is vertical, as in the released code."""
    dx, dy = swipe.end.x - swipe.start.x, swipe.end.y - swipe.start.y
    if abs(dx) > abs(dy):
        return "right" if dx > 0 else "left"
    return "down" if dy > 0 else "up"


def _boxes(line: Line, at: str, raw: Mapping[str, Any], options: Mapping[str, Any]) -> Iterator[Rect]:
    for holder in (options, raw, raw["action_content"]):
        for name in ("candidate_bbox", "bbox"):
            value = holder.get(name)
            if value is not None:
                yield from _flat(line, f"{at}.{name}", value)
                return


def _flat(line: Line, at: str, value: Any, depth: int = 0) -> Iterator[Rect]:
    """The boxes of a list that is nested however deep, within reason."""
    if not isinstance(value, list) or depth > _DEEPEST:
        raise line.error("must be a box of four numbers, or a list of boxes", at)
    if len(value) == 4 and all(isinstance(part, int | float) and not isinstance(part, bool) for part in value):
        if not all(abs(part) <= FAR_PX for part in value):
            raise line.error("lies outside every screen", at)
        left, top, right, bottom = (round(part) for part in value)
        if right > left and bottom > top:
            yield Rect(left, top, right, bottom)
        return
    for part in value:
        yield from _flat(line, at, part, depth + 1)
