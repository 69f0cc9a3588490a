"""What a future is worth: to the policy itself, and to the verifier that looks into the copy."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

import pytest

from device_farm.backends.config import SimulatorConfig
from device_farm.client import LeaseRequest
from device_farm.embedded import embedded_farm
from device_farm.errors import ConfigError
from device_farm.types.action import Action, Click, OpenApp, SystemButton, Terminate
from device_farm.types.geometry import Point, Size
from gui_agent.lookahead.state_value import UNFINISHED, StateValue, appraiser, worth_of
from verifier.planner.standing import Standing
from world_model.imagination.likelihood import NEVER, LikelihoodValue, likelihoods
from world_model.imagination.ports import BestValue
from world_model.imagination.types import Branch, ImaginedStep, Proposal
from world_model.predictors.base import Prediction
from world_model.predictors.forks import SnapshotForks
from world_model.sketch.sketch import Sketch

NOW = Sketch(screen=Size(100, 200))
A, B, C = (OpenApp(name=name) for name in "ABC")
END = Terminate(status="success")


def branch(*steps: tuple[Action, float | None], refused: str = "") -> Branch:
    """Actions with log-probabilities."""
    return Branch(
        steps=tuple(
            ImaginedStep(action=action, logprob=logprob, prediction=Prediction(sketch=NOW, refused=refused))
            for action, logprob in steps
        )
    )


def worthy(*steps: tuple[Action, float | None]) -> Branch:
    """Actions with what the state behind them is worth."""
    return Branch(
        steps=tuple(
            ImaginedStep(action=action, prediction=Prediction(sketch=NOW, worth=worth)) for action, worth in steps
        )
    )


def test_actions_of_one_meaning_share_their_likelihood() -> None:
    quarter, half = math.log(0.25), math.log(0.5)
    near, nearby = Click(at=Point(50, 50)), Click(at=Point(51, 50))
    found = likelihoods(Proposal(actions=(near, A, nearby, B), logprobs=(quarter, half, quarter)), NOW)
    assert [round(math.exp(value), 9) for value in found.values()] == [0.5, 0.5]
    impossible = Proposal(actions=(near, nearby), logprobs=(-math.inf, -math.inf))
    assert list(likelihoods(impossible, NOW).values()) == [-math.inf]
    assert likelihoods(Proposal(actions=(A,)), NOW) == {}


@pytest.mark.parametrize(
    ("branches", "values"),
    [
        # The own first action is likelier, what follows the other one is surer.
        ((branch((A, -0.1), (A, -3.0)), branch((B, -2.0), (A, -0.5))), (-3.1, -2.5)),
        # An end is shorter: the first steps alone are compared.
        ((branch((A, -0.1), (A, -3.0)), branch((END, -2.0))), (-0.1, -2.0)),
        # What rules propose is never taken for the policy's; where its own is unknown, nothing is said.
        ((branch((A, -0.1)), branch((B, None))), (-0.1, NEVER)),
        ((branch((A, None)), branch((B, -0.1))), (0.0, 0.0)),
        ((branch((A, -0.1)), branch((B, -math.inf))), (-0.1, NEVER)),
        ((branch((A, -0.1)), branch((B, -0.0), refused="no such application")), (-0.1, NEVER)),
    ],
)
def test_likelihood_is_summed_over_the_path(branches: Sequence[Branch], values: tuple[float, ...]) -> None:
    assert asyncio.run(LikelihoodValue().values("", NOW, branches)) == pytest.approx(values)


@pytest.mark.parametrize(("margin", "index"), [(0.0, 2), (0.2, 0), (0.1, 2)])
def test_another_action_must_be_better_by_the_margin(margin: float, index: int) -> None:
    async def present() -> float:
        return 0.0

    chooser = BestValue(StateValue(present), margin)
    # The own action has two futures; the better one counts.
    branches = [worthy((A, 0.0)), worthy((A, 0.25), (B, 0.25)), worthy((C, 0.4))]
    choice = asyncio.run(chooser.choose("", NOW, branches))
    assert choice.index == (index or 1) and choice.values == (0.0, 0.25, 0.4)


def test_a_margin_below_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="no margin"):
        BestValue(LikelihoodValue(), -0.1)


@pytest.mark.parametrize(
    ("branches", "now", "values"),
    [
        ((worthy((END, None)), worthy((A, 0.0))), 0.5, (UNFINISHED, 0.0)),
        ((worthy((END, None)), worthy((A, 1.0))), 1.0, (1.0, 1.0)),
        ((worthy((A, 1.0), (END, None)), worthy((B, 0.5), (END, None))), 0.0, (1.0, UNFINISHED)),
        # A state that nobody could read leaves nothing to choose by.
        ((worthy((A, 1.0)), worthy((B, None))), 0.0, (0.0, 0.0)),
        ((worthy((END, None)), worthy((B, 1.0))), None, (0.0, 0.0)),
    ],
)
def test_an_end_is_worth_the_state_in_which_it_leaves_the_goal(
    branches: Sequence[Branch], now: float | None, values: tuple[float, ...]
) -> None:
    async def present() -> float | None:
        return now

    assert asyncio.run(StateValue(present).values("", NOW, branches)) == values


@pytest.mark.parametrize(
    ("held", "checks", "clean", "worth"),
    [(0, 2, False, 0.0), (1, 2, False, 0.5), (2, 2, True, 1.0), (2, 2, False, 0.5)],
)
def test_what_else_has_changed_halves_the_worth(held: int, checks: int, clean: bool, worth: float) -> None:
    assert worth_of(Standing(held=held, checks=checks, clean=clean)) == worth


def test_a_copy_is_worth_what_its_state_says_of_the_goal() -> None:
    async def run() -> None:
        async with embedded_farm([SimulatorConfig(devices=1)]) as farm, farm.lease(LeaseRequest(owner="test")) as held:
            device = held.device
            await device.shell("settings put global bluetooth_on 1")
            await device.act(OpenApp(name="Settings"))
            assert await appraiser("Be nice to people.", "android", device) is None
            assert await appraiser("What is the phone number of Ana Lopez?", "android", device) is None
            appraise = await appraiser("Turn Bluetooth off.", "android", device)
            assert appraise is not None and await appraise(device) == 0.0
            forks = SnapshotForks(device, appraise)
            tried = await forks.outcomes([(SystemButton(button="home"),), (OpenApp(name="No Such App"),)])
            assert [one.worth for one in tried] == [0.0, 0.0] and tried[1].refused
            await device.shell("settings put global bluetooth_on 0")
            assert await appraise(device) == 1.0
            # What the goal does not allow counts from the start, not from the moment of the question.
            await device.shell("settings put system screen_brightness 7")
            assert await appraise(device) == 0.5

    asyncio.run(run())
