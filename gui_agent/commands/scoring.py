"""What `farm score` does."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from device_farm.errors import ConfigError, DataError
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.geometry import Size
from gui_agent.datasets.lines import Line, read_lines
from gui_agent.datasets.load import load_data
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.base import Matcher
from gui_agent.matching.legacy import METRIC_MAX_PIXELS, LegacyMatcher
from gui_agent.matching.sop import SpaceOf, TaskScore, action_table, first_failures, report, score_task
from gui_agent.matching.strict import StrictMatcher

SCORERS: Final[dict[str, Matcher]] = {"strict": StrictMatcher(), "legacy": LegacyMatcher()}


def run_sop(namespace: argparse.Namespace) -> int:
    scored = list(_scores(namespace))
    scores = [score for score in scored if score is not None]
    result = {**sop_json(scores, namespace.scorer, namespace.seed), "unfinished": len(scored) - len(scores)}
    if namespace.json:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        sys.stdout.write(sop_text(result))
    return 0


def _scores(namespace: argparse.Namespace) -> Iterator[TaskScore | None]:
    """None for a task whose line says that something broke: nobody knows how it would have gone on."""
    dialect = dialect_by_name(namespace.dialect, field="--dialect")
    space = SpaceOf(namespace.coordinates, max_pixels=METRIC_MAX_PIXELS)
    matcher = SCORERS[namespace.scorer]
    tasks = load_tasks(namespace)
    for task, line in zip_longest(tasks, read_lines(namespace.predictions)):
        if task is None or line is None:
            raise _uneven(namespace.data, namespace.predictions, more_tasks=line is None)
        outputs = outputs_of(line)
        broken = line.text("error") if "error" in line.values else ""
        yield None if broken else score_task(task, outputs, matcher, dialect, space)


def load_tasks(namespace: argparse.Namespace, *, left_out: Counter[str] | None = None) -> Iterator[Trajectory]:
    """All lines of a file; of a run folder the phones' episodes that succeeded, as others show nothing to compare with.

    Raises:
        ConfigError: a bad size, or the released scorer on what is not in UI-S1's form.
        DataError: names file, line and field.
    """
    screen = parse_screen(namespace.screen) if namespace.screen else None
    data: Path = namespace.data
    if data.is_dir() and namespace.scorer == "legacy":
        fix = "use --scorer strict, or export the run with `farm export --format ui-s1`"
        raise ConfigError("the released scorer reads UI-S1's files only", field="--scorer", fix=fix)
    for task in load_data(data, images=namespace.images, screen=screen, swipes=namespace.swipes, left_out=left_out):
        if not data.is_dir() or (task.success and task.platform == "android"):
            yield task
        elif left_out is not None:
            left_out["failed" if not task.success else task.platform] += 1


def _uneven(data: Path, predictions: Path, *, more_tasks: bool) -> DataError:
    short, long = (predictions, data) if more_tasks else (data, predictions)
    fix = "one line of predictions for each task, in the same order"
    return DataError(f"{short} has fewer lines than {long}", field="--predictions", fix=fix)


def outputs_of(line: Line) -> Sequence[str | None]:
    """The replies of one task; null stands for a reply that was not had. Raises DataError."""
    outputs = line.items("outputs")
    for index, text in enumerate(outputs):
        if text is not None and not isinstance(text, str):
            raise line.error("must be text or null", f"outputs[{index}]")
    return outputs


def parse_screen(text: str) -> Size:
    """Raises ConfigError for anything but WxH in pixels."""
    found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if found is None:
        raise ConfigError(f"{text!r} is not WxH", field="--screen", fix="such as 1080x2400")
    return Size(int(found[1]), int(found[2]))


def sop_json(scores: Sequence[TaskScore], scorer: str, seed: int) -> dict[str, Any]:
    """All tasks at the top; `without_open` and `with_open` split them by whether they need the action `open`."""
    needing = [score for score in scores if score.needs_open]
    others = [score for score in scores if not score.needs_open]
    return {
        **report(scores, seed=seed).to_json(),
        "scorer": scorer,
        "missing": sum(score.missing for score in scores),
        "actions": action_table(scores),
        "first_failures": first_failures(scores),
        "without_open": report(others, seed=seed).to_json(),
        "with_open": report(needing, seed=seed).to_json(),
    }


def sop_text(result: dict[str, Any]) -> str:
    """The same as tables."""
    lines = [f"{'tasks':<14} {'n':>6} {'steps':>7} {'PG':>7} {'TSR':>7} {'score':>7}   95% interval of the score"]
    for name, part in (("all", result), ("without open", result["without_open"]), ("with open", result["with_open"])):
        low, high = part["interval_95"].get("score", (0.0, 0.0))
        figures = f"{part['pg']:7.1%} {part['tsr']:7.1%} {part['score']:7.1%}"
        lines.append(f"{name:<14} {part['tasks']:>6} {part['steps']:>7} {figures}   {low:.1%} to {high:.1%}")
    lines += ["", f"{'action':<14} {'steps':>6} {'reached':>7} {'type':>7} {'exact':>7}"]
    for kind, row in result["actions"].items():
        lines.append(f"{kind:<14} {row['steps']:>6} {row['reached']:>7} {row['type']:7.1%} {row['exact']:7.1%}")
    if result.get("unfinished"):
        lines += ["", f"{result['unfinished']} tasks were broken off and are not in the figures"]
    if result["missing"]:
        lines += ["", f"{result['missing']} tasks lack a reply that was needed; they count as stopped there"]
    return "\n".join(lines) + "\n"
