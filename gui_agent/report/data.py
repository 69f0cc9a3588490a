"""What the report shows, as plain JSON data: episodes, steps, compact UI trees, figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from device_farm.errors import DataError
from device_farm.types.action import Action
from device_farm.types.codec.json import encode
from device_farm.types.observation import Observation, Screenshot
from device_farm.types.task import JsonValue
from device_farm.types.trajectory import Episode, Scored, Step
from device_farm.types.ui_tree import UiTree
from gui_agent.report.images import ImageShelf
from gui_agent.report.lookahead import BUDGET_CHARS, chars_of, lookahead_content
from gui_agent.runner.journal import reason_of
from gui_agent.runner.summary import summarise
from gui_agent.store.reader import RunReader, final_attempts
from gui_agent.store.record import StoredEpisode
from gui_agent.verification.record import NOTE
from verifier.calibration.intervals import wilson_interval

_SHOWN_STATES = ("clickable", "checkable", "checked", "editable", "focused", "scrollable", "selected", "password")
_MAX_NODES = 600


def compact_tree(tree: UiTree) -> list[list[Any]]:
    """Rows `[depth, role, label, id, left, top, right, bottom, states]` in document order, at most 600."""
    rows: list[list[Any]] = []
    stack = [(0, root) for root in reversed(tree.roots)]
    while stack and len(rows) < _MAX_NODES:
        depth, node = stack.pop()
        bounds = node.bounds
        states = " ".join(state for state in _SHOWN_STATES if state in node.states)
        role, name = node.role.rpartition(".")[2], node.resource_id.rpartition("/")[2]
        box = [bounds.left, bounds.top, bounds.right, bounds.bottom]
        rows.append([depth, role, node.label[:200], name, *box, states])
        stack.extend((depth + 1, child) for child in reversed(node.children))
    return rows


class ReportData:
    """Gathers a run; trees and images are held once by digest."""

    def __init__(self, reader: RunReader, shelf: ImageShelf) -> None:
        self._reader = reader
        self._shelf = shelf
        self.trees: dict[str, list[list[Any]]] = {}
        self.damaged: list[str] = []
        self._imagined_chars = 0

    def gather(self) -> list[tuple[StoredEpisode, dict[str, Any]]]:
        """Every readable episode with its JSON form, in order of task and attempt."""
        gathered = []
        for episode_id in self._reader.episode_ids():
            try:
                stored = self._reader.load(episode_id)
            except DataError as error:
                self.damaged.append(str(error))
                continue
            gathered.append((stored, self._episode(stored)))
        return gathered

    def _episode(self, stored: StoredEpisode) -> dict[str, Any]:
        episode = stored.episode
        shots = [shot for shot in map(_shot, [step.observation for step in episode.steps]) if shot is not None]
        last = _shot(episode.final)
        # Past the budget an episode keeps its last screen only.
        self._shelf.add([last] if self._shelf.full and last is not None else [*shots, *([last] if last else [])])
        outcome = episode.outcome
        imagined = lookahead_content(self._reader, stored, screens=self._imagined_chars < BUDGET_CHARS)
        self._imagined_chars += chars_of(imagined)
        steps = [self._step(step, tree) for step, tree in zip(episode.steps, stored.trees, strict=True)]
        return {
            "id": episode.id,
            "task": episode.task.id,
            "template": episode.task.template,
            "platform": episode.task.platform,
            "goal": episode.task.goal,
            "params": encode(episode.task)["params"],  # type: ignore[call-overload, index]
            "seed": episode.task.seed,
            "tags": list(episode.task.tags),
            "attempt": episode.attempt,
            "kind": outcome.kind,
            "reward": outcome.reward if isinstance(outcome, Scored) else None,
            "reason": reason_of(outcome),
            "evidence": [encode(piece) for piece in getattr(outcome, "evidence", ())],
            "stop": episode.stop,
            "claimed": episode.claimed,
            "answer": episode.answer,
            "wall_s": episode.wall_s,
            "started_at_s": episode.started_at_s,
            "provenance": _provenance(episode),
            "steps": [{**step, "lookahead": told} for step, told in zip(steps, imagined, strict=True)],
            "final": None if episode.final is None else self._screen(episode.final, stored.final_tree),
        }

    def _step(self, step: Step, tree: str | None) -> dict[str, Any]:
        changed = step.changed
        turn = step.turn
        return {
            **self._screen(step.observation, tree),
            "action": None if step.action is None else encode(step.action, Action),
            "error": step.error,
            "decide_ms": step.decide_ms,
            "act_ms": step.act_ms,
            "changed": None if changed is None else [changed.left, changed.top, changed.right, changed.bottom],
            "turn": None if turn is None else encode(turn),
            "review": None if step.review is None else encode(step.review),
        }

    def _screen(self, observation: Observation, tree: str | None) -> dict[str, Any]:
        if tree is not None and tree not in self.trees:
            try:
                self.trees[tree] = compact_tree(self._reader.tree(tree))
            except DataError as error:
                self.damaged.append(str(error))
        shot = observation.screenshot
        return {
            "shot": None if shot is None else shot.digest,
            "size": [observation.screen.width, observation.screen.height],
            "tree": tree,
            "app": f"{observation.foreground.app} {observation.foreground.window}".strip(),
            "device_time_s": observation.device_time_s,
        }


def _provenance(episode: Episode) -> JsonValue:
    """Without the verdict that it carries, which has a place of its own."""
    plain = {key: value for key, value in episode.provenance.extra.items() if key != NOTE}
    return encode(replace(episode.provenance, extra=plain))


def _shot(observation: Observation | None) -> Screenshot | None:
    return None if observation is None else observation.screenshot


def figures(reader: RunReader, episodes: Sequence[Episode], given: dict[str, Any] | None) -> dict[str, Any]:
    """The header's numbers: counted anew; pace and utilisation as the run itself measured them."""
    finished = [event for event in reader.events() if event.get("event") == "run_finished"]
    measured = given or (finished[-1] if finished else {})
    summary = summarise(
        episodes,
        planned=int(measured.get("planned", len(final_attempts(list(episodes))))),
        steps=sum(len(episode.steps) for episode in episodes),
        wall_s=float(measured.get("wall_s", 0.0)),
        device_utilisation=float(measured.get("device_utilisation", 0.0)),
    )
    values = {**summary.to_json(), **summary.success_json()}
    if "steps_per_s" in measured:
        values["steps_per_s"] = measured["steps_per_s"]
    return values


def by_template(episodes: Sequence[Episode]) -> list[dict[str, Any]]:
    """Success by template over final attempts, the weakest first."""
    groups: dict[str, list[Episode]] = defaultdict(list)
    for episode in final_attempts(list(episodes)):
        groups[episode.task.template].append(episode)
    rows = []
    for name, members in groups.items():
        rated = sum(member.outcome.kind in ("scored", "timeout", "policy_error") for member in members)
        success = sum(isinstance(member.outcome, Scored) and member.outcome.reward >= 1.0 for member in members)
        low, high = wilson_interval(success, rated)
        mean_steps = sum(len(member.steps) for member in members) / len(members)
        rows.append(
            {
                "template": name,
                "episodes": len(members),
                "rated": rated,
                "success": success,
                "low": low,
                "high": high,
                "steps": mean_steps,
            }
        )
    return sorted(rows, key=lambda row: (row["success"] / row["rated"] if row["rated"] else -1.0, row["template"]))
