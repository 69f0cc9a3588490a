"""An episode in the folder layout of OSWorld's runner, which its `show_result.py` reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from device_farm.types.action import Terminate
from device_farm.types.codec.pyautogui_text import format_source
from device_farm.types.trajectory import Episode, Scored, Step

ACTION_SPACE: Final = "pyautogui"
OBSERVATION: Final = "screenshot_a11y_tree"


def result_folder(root: Path, policy: str, domain: str, task_id: str) -> Path:
    """`ROOT/ACTION_SPACE/OBSERVATION/POLICY/DOMAIN/ID`."""
    return root / ACTION_SPACE / OBSERVATION / _plain(policy) / _plain(domain) / _plain(task_id)


def write_results(folder: Path, episode: Episode) -> None:
    """Writes `result.txt` (scored episodes alone: a missing one counts as not run), `traj.jsonl`, and screenshots.

    A screenshot is the screen after its step, as OSWorld's is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("step_*.png"):
        stale.unlink()
    (folder / "result.txt").unlink(missing_ok=True)
    after = [step.observation for step in episode.steps[1:]] + ([episode.final] if episode.final else [])
    lines = []
    for number, step in enumerate(episode.steps):
        seen = after[number] if number < len(after) else None
        shot = None if seen is None else seen.screenshot
        name = ""
        if shot is not None and shot.data is not None:
            name = f"step_{number + 1}.png"
            (folder / name).write_bytes(shot.data)
        lines.append(json.dumps(_line(number, step, name, episode)))
    if isinstance(episode.outcome, Scored):
        (folder / "result.txt").write_text(f"{episode.outcome.reward}\n", "utf-8")
    else:
        lines.append(json.dumps({"Error": episode.outcome.kind}))
    (folder / "traj.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _line(number: int, step: Step, screenshot: str, episode: Episode) -> dict[str, Any]:
    done = isinstance(step.action, Terminate)
    return {
        "step_num": number + 1,
        "action_timestamp": f"{episode.started_at_s + number:.0f}",
        "action": "" if step.action is None else format_source(step.action),
        "response": "" if step.turn is None else step.turn.text,
        "reward": 0,
        "done": done,
        "info": {"error": step.error} if step.error else {},
        "screenshot_file": screenshot,
    }


def _plain(name: str) -> str:
    """As the name of a folder."""
    kept = (character if character.isalnum() or character in "-_.@" else "_" for character in name)
    return "".join(kept).lstrip(".") or "_"
