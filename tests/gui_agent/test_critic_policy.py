"""Policies under a critic: what is carried out, what is recorded, who is told, and what breaks nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_suite import SUITE, CountTo, fake_source, run

from device_farm.config import load_config
from device_farm.device import DeviceInfo
from device_farm.errors import ConfigError, PolicyError
from device_farm.types.action import Action, Click, OpenApp, Swipe, Terminate
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, PolicyFailed, Scored
from gui_agent.config import RunConfig
from gui_agent.critic.config import ModelCriticConfig, RulesCriticConfig
from gui_agent.critic.loader import under_critic
from gui_agent.critic.policy import CriticPolicy
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession, Policy
from gui_agent.policies.noop import NoopPolicy
from gui_agent.report.write import write_report
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from verifier.reward_model.critic import Critique, Proposal
from verifier.reward_model.review import Review

BELOW = Click(at=Point(32, 63))
"""Between the buttons “Add” and “Switch” of the fake device, a little nearer to the first."""
ADD = Click(at=Point(32, 52))
DONE = Terminate(status="success")


class Given(LocalPolicy):
    """Does what it was given, in order; then it ends. Notes what its sessions were told."""

    name = "given"

    def __init__(self, *actions: Action | None) -> None:
        self.actions = actions
        self.told: list[tuple[Action, str]] = []
        self.closed = 0

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> GivenSession:
        return GivenSession(self)


class GivenSession(LocalSession):
    def __init__(self, policy: Given) -> None:
        self._policy = policy
        self._left = list(policy.actions)

    async def decide(self, observation: Observation, *, refused: str = "") -> Decision:
        if not self._left:
            return Decision(action=DONE)
        action = self._left.pop(0)
        return Decision(action=action, error="" if action else "did not parse")

    def corrected(self, action: Action, why: str) -> None:
        self._policy.told.append((action, why))

    async def close(self) -> None:
        self._policy.closed += 1


class Seeing:
    """A critic that notes what it is asked, and says what `judge` makes of it."""

    name = "seeing"

    def __init__(self, judge: Callable[[Action], Critique] | None = None) -> None:
        self.seen: list[Proposal] = []
        self._judge = judge or (lambda action: Critique(judge="seeing", right=True, confidence=0.5))

    async def criticise(self, proposal: Proposal) -> Critique:
        self.seen.append(proposal)
        return self._judge(proposal.action)


def template_of(task: Task) -> CountTo:
    template = SUITE.template(task.template)
    assert isinstance(template, CountTo)
    return template


async def played(policy: Policy, *, count: int = 2) -> Episode:
    source = await fake_source(1)
    async with policy, source.lease("android") as device:
        task = CountTo().task(SUITE.name, 0, {"count": count})
        return await EpisodeRunner(policy, template_of).run(device, Assignment(task=task))


def won(episode: Episode) -> bool:
    return isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0


def by_rules(policy: Policy) -> Policy:
    return under_critic(policy, RulesCriticConfig())


def test_rules_make_a_success_of_taps_that_miss() -> None:
    policy = Given(BELOW, BELOW)
    assert not won(run(played(Given(BELOW, BELOW))))
    episode = run(played(by_rules(policy)))
    assert won(episode) and [step.action for step in episode.steps] == [ADD, ADD, DONE]
    review = episode.steps[0].review
    assert review is not None and (review.proposed, review.corrected, review.chosen) == (BELOW, ADD, "corrected")
    assert review.critique.judge == "rules" and "'Add' lies beside it" in review.critique.why
    assert review.second is not None and review.second.right is False
    assert [action for action, _ in policy.told] == [ADD, ADD] and policy.told[0][1] == review.critique.why
    last = episode.steps[2].review
    assert last is not None and (last.chosen, last.critique.right, last.corrected) == ("proposed", True, None)
    assert episode.provenance.policy == "given+critic" and policy.closed == 1


def test_the_record_and_the_report_say_who_said_what(tmp_path: Path) -> None:
    async def collect() -> None:
        with RunWriter(tmp_path / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            async with by_rules(Given(BELOW)) as policy:
                episodes = EpisodeRunner(policy, template_of)
                runner = Runner(await fake_source(1), episodes, writer, workers={"android": 1})
                await runner.run([Assignment(task=CountTo().task(SUITE.name, 0, {"count": 1}))])

    run(collect())
    (stored,) = RunReader(tmp_path / "run").episodes()
    review = stored.episode.steps[0].review
    assert review is not None and review.chosen == "corrected" and review.proposed == BELOW
    page = write_report(tmp_path / "run").read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    first, last = json.loads(found[1])["episodes"][0]["steps"]
    assert first["review"]["chosen"] == "corrected" and first["review"]["critique"]["judge"] == "rules"
    assert last["review"]["chosen"] == "proposed" and "reviewParts(frame.review)" in page


def test_a_critic_sees_goal_past_and_screen_and_what_came_of_it() -> None:
    critic = Seeing()
    still = Swipe(start=Point(32, 64), end=Point(32, 64))
    run(played(CriticPolicy(Given(ADD, OpenApp(name="nothing"), still), Review(critic))))
    *_, last = critic.seen
    assert (last.goal, last.action, last.platform) == ("Press Add until the count is 2.", DONE, "android")
    entries = last.memory.entries
    assert [(entry.action, entry.changed) for entry in entries] == [
        (ADD, True),
        (OpenApp(name="nothing"), False),
        (still, False),
    ]
    assert "no application 'nothing'" in entries[1].refused and not entries[2].refused
    assert last.screen.screenshot is not None and last.screen.screenshot.data is not None


def test_who_is_right_is_not_told_anything() -> None:
    policy = Given(ADD)
    episode = run(played(CriticPolicy(policy, Review(Seeing()))))
    assert policy.told == [] and [step.action for step in episode.steps] == [ADD, DONE]


def test_a_correction_that_the_device_refuses_is_told_as_refused() -> None:
    bad = Critique(judge="seeing", right=False, why="x", corrected=OpenApp(name="nothing"), confidence=0.9)
    critic = Seeing(lambda action: bad if action == ADD else Critique(judge="seeing", right=True))
    episode = run(played(CriticPolicy(Given(ADD), Review(critic))))
    assert episode.steps[0].action == OpenApp(name="nothing") and "no application" in episode.steps[0].error
    assert episode.stop == "terminated"


def test_a_broken_critic_leaves_the_policy_alone() -> None:
    def breaks(action: Action) -> Critique:
        raise RuntimeError("a bug")

    episode = run(played(CriticPolicy(Given(ADD, ADD), Review(Seeing(breaks)))))
    assert won(episode) and all(step.review is not None for step in episode.steps)
    reviews = [step.review.critique for step in episode.steps if step.review is not None]
    assert {(said.right, said.faults) for said in reviews} == {(None, ("RuntimeError: a bug",))}


def test_a_reply_that_did_not_parse_is_not_judged() -> None:
    critic = Seeing()
    episode = run(played(CriticPolicy(Given(None, ADD), Review(critic))))
    assert episode.steps[0].review is None and [seen.action for seen in critic.seen] == [ADD, DONE]
    assert critic.seen[0].memory.entries[0].action is None


def test_a_failure_of_the_policy_stays_one() -> None:
    class Fails(Given):
        async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> GivenSession:
            raise PolicyError("no model")

    episode = run(played(by_rules(Fails())))
    assert isinstance(episode.outcome, PolicyFailed) and "no model" in episode.outcome.message


class Server:
    """Something that is entered with the policy."""

    def __init__(self, fails: bool = False) -> None:
        self.open = 0
        self._fails = fails

    async def __aenter__(self) -> Server:
        if self._fails:
            raise PolicyError("no server")
        self.open += 1
        return self

    async def __aexit__(self, *error: object) -> None:
        self.open -= 1


def test_models_of_critics_are_open_while_the_policy_is() -> None:
    first, second = Server(), Server(fails=True)

    async def scenario() -> None:
        async with CriticPolicy(NoopPolicy(), Review(Seeing()), models=[first]):
            assert first.open == 1
        assert first.open == 0
        with pytest.raises(PolicyError, match="no server"):
            async with CriticPolicy(NoopPolicy(), Review(Seeing()), models=[first, second]):
                raise AssertionError("not reached")
        assert first.open == 0

    run(scenario())


def test_without_a_section_the_policy_is_itself() -> None:
    policy = NoopPolicy()
    assert under_critic(policy, None) is policy


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        (['critic.type="luck"'], "critic"),
        (['critic.type="rules"', "critic.min_confidence=2"], r"critic\.rules\.min_confidence|critic\.min_confidence"),
        (['critic.type="model"'], "model"),
        (['critic.type="rules"', "critic.sees=elements"], "sees"),
    ],
)
def test_bad_sections_are_refused_with_their_key(overrides: list[str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        load_config(RunConfig, overrides=overrides)


def test_an_unknown_rule_and_a_second_model_nobody_asks_are_refused() -> None:
    with pytest.raises(ConfigError, match="no rule 'luck'"):
        under_critic(NoopPolicy(), RulesCriticConfig(without=("luck",)))
    served = {"type": "openai", "model": "m"}
    with pytest.raises(ValueError, match="never asked"):
        ModelCriticConfig.model_validate({"model": served, "second": "rules", "second_model": served})


def test_online_training_takes_no_critic() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from gui_agent.training.choices import check_choices
    from gui_agent.training.config import TrainConfig

    values = {"recipe": "online", "policy": {"import_path": "m:make"}, "run": {"critic": {"type": "rules"}}}
    with pytest.raises(ConfigError, match="actions that it chose itself") as caught:
        check_choices(TrainConfig.model_validate(values))
    assert caught.value.field == "run.critic"
