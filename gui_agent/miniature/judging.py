"""How good a stage is: live on phones, on experts' screens with its own history (SOP), and at single steps."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.datasets.types import Trajectory
from gui_agent.matching.sop import SopReport, report, score_task
from gui_agent.matching.strict import StrictMatcher
from gui_agent.miniature.config import RlConfig
from gui_agent.miniature.tasks import SUITE_PATHS, Half
from gui_agent.miniature.training import semi_online
from gui_agent.models.base import Sampling
from gui_agent.policies.config import PolicyConfig
from gui_agent.runner.collect import collect
from gui_agent.runner.events import Listener
from gui_agent.runner.summary import RunSummary
from gui_agent.store.layout import Layout
from gui_agent.training.learner import Learner

_GREEDY = Sampling(temperature=0.0, logprobs=True)


async def play(
    half: Half,
    policy: PolicyConfig,
    out: Path,
    *,
    episodes: int,
    seed: int,
    devices: int,
    templates: Sequence[str] = (),
    listeners: Sequence[Listener] = (),
) -> RunSummary:
    """Episodes as `farm collect` and `farm eval` play them, into the run folder `out`; goes on where it holds some.

    Raises as `gui_agent.runner.collect.collect`.
    """
    config = RunConfig(
        suite=SUITE_PATHS[half],
        tasks=tuple(templates),
        episodes=episodes,
        seed=seed,
        devices=devices,
        policy=policy,
        report=False,
    )
    return await collect(await make_plan(config), out, resume=Layout(out).config.exists(), listeners=listeners)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offline:
    """`single_step` is the share of demonstrated steps that are right with the expert's own past before them,
    `whole` the share of demonstrations that are right so at every step. How far SOP's TSR lies below that is what the
    policy loses to its own past.
    """

    sop: SopReport
    single_step: float
    whole: float

    def to_json(self) -> dict[str, Any]:
        figures = self.sop.to_json()
        kept = {name: figures[name] for name in ("pg", "tsr", "score", "tasks", "steps", "interval_95")}
        return {"sop": kept, "single_step": self.single_step, "whole": self.whole}


async def judge_offline(learner: Learner, trajectories: Sequence[Trajectory]) -> Offline:
    """Greedy, unpatched, up to the first mismatch; the learner's model was entered."""
    walks = semi_online(learner, RlConfig(group=2, epsilon=0), _GREEDY)
    groups = await asyncio.gather(*(walks.group(trajectory) for trajectory in trajectories))
    scores = [
        score_task(
            trajectory,
            [step.completion.text for step in group.rollouts[0].steps],
            StrictMatcher(),
            learner.dialect,
            learner.space,  # type: ignore[arg-type]
        )
        for trajectory, group in zip(trajectories, groups, strict=True)
    ]
    right = await asyncio.gather(
        *(
            asyncio.gather(*(_is_right(learner, trajectory, index) for index in range(len(trajectory.steps))))
            for trajectory in trajectories
        )
    )
    steps = [step for one in right for step in one]
    return Offline(
        sop=report(scores),
        single_step=sum(steps) / max(1, len(steps)),
        whole=sum(all(one) for one in right) / max(1, len(right)),
    )


async def _is_right(learner: Learner, trajectory: Trajectory, index: int) -> bool:
    step = trajectory.steps[index]
    reply = (await learner.model.generate(await learner.prompt(trajectory, index), _GREEDY))[0]
    action = learner.dialect.parse(reply.text, learner.space(step)).action
    return StrictMatcher().match(reply.text, action, step).exact
