"""Episodes that `farm collect` stored, as demonstrations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from device_farm.errors import DataError
from device_farm.types.action import Action, Click, LongPress
from device_farm.types.elements import click_box
from device_farm.types.geometry import Rect, Size
from device_farm.types.observation import Observation
from device_farm.types.trajectory import Scored, Step, Undecided
from device_farm.types.ui_tree import UiTree
from gui_agent.datasets.types import ExpertStep, ScreenRef, Trajectory
from gui_agent.store.blobs import read_image
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader, final_attempts
from gui_agent.store.record import StoredEpisode
from gui_agent.verification.rewards import outcomes_by

TEMPLATE_TAG = "template:"
NOT_CARRIED_OUT = "steps_not_carried_out"
"""Counted beside the outcomes: replies that did not parse, and actions that the device refused."""
UNVERIFIED = "unverified"
"""Counted beside the outcomes: episodes about which the verifier was not asked."""


@dataclass(frozen=True, slots=True)
class RunScreens:
    """A ScreenSource on the blobs of a run folder. A key is `DIGEST.FORMAT`."""

    layout: Layout

    def read(self, key: str) -> bytes:
        """Raises DataError where the blob is missing, or its bytes are not those that were stored."""
        digest, _, image_format = key.partition(".")
        match image_format:
            case "png" | "jpeg":
                return read_image(self.layout, digest, image_format)
            case _:
                raise DataError(f"a step of {self.layout.root} has no screenshot", field="screenshot")


def load_episodes(
    run: Path, *, trees: bool = True, left_out: Counter[str] | None = None, verifier: str = ""
) -> Iterator[Trajectory]:
    """The last attempt at each task that was scored, in order of episode id; `success` where its reward is 1.

    With a `verifier` its verdict, whenever it was given, takes the place of the outcome: what it left undecided has no
    reward, and is counted with the undecided; what it was not asked about is counted as `unverified`.

    A trajectory's `id` is its task's, its tags are the task's and `template:NAME`. Its steps are those that the device
    carried out: what it refused, or could not be read, left the screen as it was. A click or long press has the box of
    the element that it meant. `trees` False leaves out the UI trees, and with them the boxes. Into `left_out` goes how
    many episodes were not used, by outcome (`no_step`: scored without one), and how many steps, under
    `steps_not_carried_out`.

    Raises:
        ConfigError: the folder holds no run, or no verdict of `verifier`.
        DataError: an episode, a UI tree or a verdict is damaged; names the file. A lost screen is noticed when it is
            read.
    """
    reader, counted = RunReader(run), Counter[str]() if left_out is None else left_out
    screens, tree_of = RunScreens(reader.layout), _cached(reader)
    stored = list(reader.episodes())
    last = {episode.id: episode for episode in final_attempts([each.episode for each in stored])}
    verdicts = outcomes_by(run, verifier, list(last.values()), field="data.verifier") if verifier else {}
    for each in stored:
        episode, outcome = each.episode, each.episode.outcome
        if episode.id not in last:
            continue
        if verifier and isinstance(outcome, Scored | Undecided):
            if episode.id not in verdicts:
                counted[UNVERIFIED] += 1
                continue
            outcome = verdicts[episode.id]
        if not isinstance(outcome, Scored):
            counted[outcome.kind] += 1
            continue
        taken = _carried_out(each)
        if len(taken) < len(episode.steps):
            counted[NOT_CARRIED_OUT] += len(episode.steps) - len(taken)
        if not taken:
            counted["no_step"] += 1
            continue
        yield Trajectory(
            id=episode.task.id,
            goal=episode.task.goal,
            steps=tuple(
                _expert_step(step, action, tree_of(digest if trees else None), screens)
                for step, action, digest in taken
            ),
            origin=f"{run}/episodes/{episode.id}",
            platform=episode.task.platform,
            success=outcome.reward >= 1.0,
            tags=(*episode.task.tags, f"{TEMPLATE_TAG}{episode.task.template}"),
        )


def _cached(reader: RunReader) -> Callable[[str | None], UiTree | None]:
    """Each tree is read once: episodes share home screens, and every screen that an action did not change."""
    known: dict[str, UiTree] = {}

    def tree_of(digest: str | None) -> UiTree | None:
        if digest is None:
            return None
        if digest not in known:
            known[digest] = reader.tree(digest)
        return known[digest]

    return tree_of


def _carried_out(stored: StoredEpisode) -> list[tuple[Step, Action, str | None]]:
    pairs = zip(stored.episode.steps, stored.trees, strict=True)
    return [(step, step.action, tree) for step, tree in pairs if step.action is not None and not step.error]


def _expert_step(step: Step, action: Action, tree: UiTree | None, screens: RunScreens) -> ExpertStep:
    return ExpertStep(
        screen=_screen(step.observation, screens),
        action=action,
        boxes=action_boxes(action, tree, step.observation.screen),
        thought=step.turn.thought if step.turn is not None else "",
        tree=tree,
    )


def _screen(observation: Observation, screens: RunScreens) -> ScreenRef:
    shot = observation.screenshot
    key = "" if shot is None else f"{shot.digest}.{shot.format}"
    return ScreenRef(key=key, size=observation.screen, source=screens)


def action_boxes(action: Action, tree: UiTree | None, screen: Size) -> tuple[Rect, ...]:
    """Where else a click or long press would have meant the same; none for what is aimed at nothing."""
    match action:
        case Click(at=at) | LongPress(at=at) if tree is not None:
            box = click_box(tree, at, screen)
            return () if box is None else (box,)
        case _:
            return ()
