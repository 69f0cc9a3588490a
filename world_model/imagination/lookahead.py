"""Rollouts of imagination: candidates, what each would lead to, and the choice between them (arXiv 2601.04035)."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from typing import TypeAlias

from device_farm.errors import FarmError
from device_farm.types.action import Action, Answer, Terminate
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiTree
from world_model.imagination.distinct import distinct, meaning
from world_model.imagination.likelihood import likelihoods
from world_model.imagination.ports import Chooser, Proposer
from world_model.imagination.types import Branch, Choice, ImaginedStep, Lookahead, Proposal, Reason, Settings, View
from world_model.predictors.base import NOTHING_SPENT, Prediction, Predictor, Question
from world_model.sketch.digest import sketch_digest
from world_model.sketch.sketch import Sketch

_FollowUp: TypeAlias = tuple[Action, float | None]
"""An action and how likely the policy takes it, where that is known."""


class Imagination:
    """Looks ahead before every action. Shared by all episodes, as far as its parts are.

    The reactive action is the first candidate, and what is done whenever something fails: the record says what.
    """

    def __init__(
        self, predictor: Predictor, proposer: Proposer, chooser: Chooser, settings: Settings | None = None
    ) -> None:
        self._predictor = predictor
        self._proposer = proposer
        self._chooser = chooser
        self._settings = settings or Settings()

    async def decide(self, now: Sketch, reactive: Action, goal: str, platform: Platform) -> Lookahead:
        """What to do on the screen `now`, where the policy by itself would do `reactive`.

        Raises:
            BackendError: the device on which the predictor tried actions could not be brought back to its state.
        """
        run = _Run(self._predictor, self._proposer, self._settings, now, reactive, goal, platform)
        try:
            async with asyncio.timeout(self._settings.ms / 1000):
                if (reason := await run.first_step()) is not None:
                    return run.lookahead(reason)
                await run.deeper_steps()
        except TimeoutError:
            run.faults.append(f"Budget: {self._settings.ms:g} ms are over")
            if not run.comparable:
                return run.lookahead("budget")
        return await self._chosen(run)

    async def _chosen(self, run: _Run) -> Lookahead:
        shown = run.shown
        try:
            async with asyncio.timeout(run.left_s(least=self._settings.ms / 10_000)):
                branches = [run.branches[at] for at in shown]
                choice = await self._chooser.choose(run.goal, run.now, branches)
        except TimeoutError:
            run.faults.append("Budget: there was no time left to choose")
            return run.lookahead("budget")
        except FarmError as error:
            run.faults.append(f"{type(error).__name__}: {error}")
            return run.lookahead("chooser_failed")
        if not 0 <= choice.index < len(shown):
            run.faults.append(f"Choice: there is no branch {choice.index}, there are {len(shown)}")
            return run.lookahead("chooser_failed")
        return run.lookahead("chosen", choice)


class _Run:
    """One decision while it is being made."""

    def __init__(
        self,
        predictor: Predictor,
        proposer: Proposer,
        settings: Settings,
        now: Sketch,
        reactive: Action,
        goal: str,
        platform: Platform,
    ) -> None:
        self.now = now
        self.goal = goal
        self.branches: list[Branch] = []
        self.faults: list[str] = []
        self._predictor = predictor
        self._proposer = proposer
        self._settings = settings
        self._reactive = reactive
        self._platform: Platform = platform
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        self._spent = NOTHING_SPENT

    async def first_step(self) -> Reason | None:
        """Candidates and their outcomes. A reason where there is nothing to choose between."""
        # One more than are followed, for an end of the episode is not tried in place of another action: that it is over
        # is for the policy to say by itself, and no screen must seem so bad that stopping before it seems better.
        proposal = await self._tried(self._proposer.propose(self._view((), self.now), self._settings.candidates + 1))
        if proposal is None:
            return "proposer_failed"
        likely = likelihoods(proposal, self.now)
        if self._settings.sure is not None:
            own = likely.get(meaning(self._reactive, self.now), -math.inf)
            if own >= math.log(self._settings.sure):
                return "sure"
        others = (action for action in proposal.actions if not isinstance(action, Answer | Terminate))
        actions = distinct((self._reactive, *others), self.now, self._settings.candidates)
        if len(actions) == 1:
            return "one_candidate"
        actions = actions[: self._affordable()]
        if len(actions) < 2:
            self.faults.append(f"Budget: {self._settings.tokens} tokens are too few for two predictions")
            return "budget"
        questions = [self._question((), self.now, action) for action in actions]
        steps = await self._predicted(questions)
        self.branches = [
            Branch(steps=(replace(step, logprob=likely.get(meaning(step.action, self.now))),)) for step in steps
        ]
        if not self.comparable:
            return "prediction_failed"
        outcomes = {self._outcome(self.branches[at]) for at in self.shown}
        return "outcomes_agree" if len(outcomes) == 1 else None

    async def deeper_steps(self) -> None:
        """Follows every branch that goes on, one step after the other, as far as depth and budget allow."""
        for _ in range(1, self._settings.depth):
            ends = [branch for branch in self.branches if _goes_on(branch)]
            follow_ups = await asyncio.gather(*map(self._follow_ups, ends))
            asked = [(branch, one) for branch, ones in zip(ends, follow_ups, strict=True) for one in ones]
            if not asked:
                return
            if len(asked) > self._affordable():
                self.faults.append(f"Budget: {self._settings.tokens} tokens are too few to look deeper")
                return
            steps = await self._predicted(
                [self._question(branch.path, _screen(branch), action) for branch, (action, _) in asked]
            )
            self._grow(asked, steps)

    def _grow(self, asked: Sequence[tuple[Branch, _FollowUp]], steps: Sequence[ImaginedStep]) -> None:
        """Every branch is replaced by its continuations, in its place."""
        grown: dict[int, list[Branch]] = {}
        for (branch, (_, logprob)), step in zip(asked, steps, strict=True):
            grown.setdefault(id(branch), []).append(Branch(steps=(*branch.steps, replace(step, logprob=logprob))))
        self.branches = [new for branch in self.branches for new in grown.get(id(branch), [branch])]

    @property
    def shown(self) -> tuple[int, ...]:
        """Branches with an outcome."""
        return tuple(at for at, branch in enumerate(self.branches) if branch.outcome is not None)

    @property
    def comparable(self) -> bool:
        """Whether the outcome of the reactive action is known, and that of another one."""
        firsts = {branch.first for branch in (self.branches[at] for at in self.shown)}
        return self._reactive in firsts and len(firsts) > 1

    def left_s(self, *, least: float) -> float:
        """Seconds of the budget that are left, `least` at least: a choice between known outcomes is worth a moment."""
        return max(least, self._began_s + self._settings.ms / 1000 - self._loop.time())

    def lookahead(self, reason: Reason, choice: Choice | None = None) -> Lookahead:
        chosen = self._reactive
        if choice is not None:
            chosen = self.branches[self.shown[choice.index]].first
            self._spent += choice.spent
        return Lookahead(
            reactive=self._reactive,
            chosen=chosen,
            reason=reason,
            branches=tuple(self.branches),
            shown=self.shown,
            choice=choice,
            faults=tuple(self.faults),
            spent=replace(self._spent, ms=(self._loop.time() - self._began_s) * 1000),
        )

    async def _follow_ups(self, branch: Branch) -> tuple[_FollowUp, ...]:
        screen, count = _screen(branch), self._settings.follow_ups
        view = self._view(branch.path, screen, branch.steps[-1].prediction.tree)
        proposal = await self._tried(self._proposer.propose(view, count))
        if proposal is None:
            return ()
        likely = likelihoods(proposal, screen)
        actions = distinct(proposal.actions, screen, count)
        return tuple((action, likely.get(meaning(action, screen))) for action in actions)

    async def _tried(self, proposing: Awaitable[Proposal]) -> Proposal | None:
        try:
            proposal = await proposing
        except FarmError as error:
            self.faults.append(f"{type(error).__name__}: {error}")
            return None
        self._spent += proposal.spent
        return proposal

    async def _predicted(self, questions: Sequence[Question]) -> list[ImaginedStep]:
        """Ends of an episode touch no device, so nobody is asked what they lead to."""
        asked = [question for question in questions if not isinstance(question.action, Answer | Terminate)]
        answers = iter(await self._predictor.predict(asked) if asked else ())
        steps: list[ImaginedStep] = []
        for question in questions:
            ends = isinstance(question.action, Answer | Terminate)
            prediction = Prediction(sketch=question.sketch) if ends else next(answers)
            self._spent += prediction.spent
            if prediction.fault is not None:
                self.faults.append(str(prediction.fault))
            steps.append(ImaginedStep(action=question.action, prediction=prediction))
        return steps

    def _affordable(self) -> int:
        """How many questions are within the tokens that are left, whatever they take."""
        most = self._predictor.most_tokens
        left = self._settings.tokens - self._spent.tokens
        return max(0, left // most) if most else 1_000_000

    def _view(self, path: tuple[Action, ...], sketch: Sketch, tree: UiTree | None = None) -> View:
        return View(sketch=sketch, path=path, goal=self.goal, platform=self._platform, tree=tree)

    def _question(self, path: tuple[Action, ...], sketch: Sketch, action: Action) -> Question:
        return Question(sketch=sketch, action=action, goal=self.goal, platform=self._platform, path=path)

    def _outcome(self, branch: Branch) -> tuple[str, str, bool]:
        """What a branch comes to; ending the episode is another outcome than staying on the same screen."""
        last = branch.steps[-1]
        return sketch_digest(_screen(branch)), last.prediction.refused, isinstance(last.action, Answer | Terminate)


def _goes_on(branch: Branch) -> bool:
    last = branch.steps[-1]
    ended = isinstance(last.action, Answer | Terminate) or last.prediction.refused
    return last.prediction.sketch is not None and not ended


def _screen(branch: Branch) -> Sketch:
    outcome = branch.outcome
    assert outcome is not None
    return outcome
