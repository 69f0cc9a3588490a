"""Policies with foresight: what is carried out, what is recorded, and what breaks nothing."""

from __future__ import annotations

import asyncio
import json
import math
import re
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE, CountTo, SwitchOn, fake_source, run
from test_policy_openai import completion, serving

from device_farm.backends.fake import FakeDevice
from device_farm.cli.main import main
from device_farm.config import load_config
from device_farm.device import Device, DeviceInfo, SnapshotInfo
from device_farm.errors import BackendError, ConfigError, GuestError, PolicyError, TransportError
from device_farm.types.action import Action, Click, LongPress, OpenApp, Swipe, SystemButton, Terminate
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation
from device_farm.types.task import Platform, Task
from device_farm.types.trajectory import Episode, InfraError, PolicyFailed, Scored, StepLookahead
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.lookahead.agreement import figures_line, lookahead_figures
from gui_agent.lookahead.config import CopyLookaheadConfig, ModelLookaheadConfig, OracleLookaheadConfig
from gui_agent.lookahead.loader import with_lookahead
from gui_agent.lookahead.policy import Foresight, LookaheadPolicy
from gui_agent.lookahead.proposing import SessionProposer, by_elements
from gui_agent.lookahead.screen_value import ScreenValue
from gui_agent.policies.base import Decision, LocalPolicy, LocalSession, OnDevice, Policy
from gui_agent.policies.mini import MiniPolicy
from gui_agent.report.lookahead import chars_of, lookahead_content
from gui_agent.report.write import write_report
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from world_model.imagination.ports import BestValue, Proposer
from world_model.imagination.types import Branch, ImaginedStep, Proposal, View
from world_model.predictors.base import Prediction, Question
from world_model.predictors.copying import CopyPredictor
from world_model.sketch.sketch import Sketch, SketchLine

MISS = Click(at=Point(62, 126))
"""Where the fake device has no element."""
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
        action = self._left.pop(0) if self._left else DONE
        return Decision(action=action, error="" if action else "did not parse")

    def corrected(self, action: Action, why: str) -> None:
        self._policy.told.append((action, why))

    async def close(self) -> None:
        self._policy.closed += 1


class Raising(CopyPredictor):
    """Raises what it was given, where no predictor may."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        raise self._error


async def played(policy: Policy, template: TaskTemplate | None = None) -> Episode:
    chosen = template or SwitchOn()
    source = await fake_source(1)
    async with policy, source.lease("android") as device:
        task = chosen.task(SUITE.name, 0, {"count": 2} if isinstance(chosen, CountTo) else {})
        return await EpisodeRunner(policy, lambda task: chosen).run(device, Assignment(task=task))


def oracle(policy: Policy, **changes: Any) -> Policy:
    return with_lookahead(policy, OracleLookaheadConfig.model_validate({"chooser": "verifier", **changes}))


def raising(policy: Policy, error: Exception) -> Policy:
    async def foresight_of(device: Device | None, goal: str, platform: Platform) -> Foresight:
        return Foresight(predictor=Raising(error), chooser=BestValue(ScreenValue(platform)))

    return LookaheadPolicy(policy, foresight_of)


def won(episode: Episode) -> bool:
    return isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0


def aheads(episode: Episode) -> list[StepLookahead]:
    return [step.lookahead for step in episode.steps if step.lookahead is not None]


def test_oracle_finds_what_the_policy_missed() -> None:
    policy = Given(MISS)
    assert not won(run(played(Given(MISS))))
    episode = run(played(oracle(policy, depth=1)))
    first, last = aheads(episode)
    assert won(episode) and first.reactive == MISS and first.predictor == "oracle"
    assert (first.reason, first.fell_back) == ("chosen", False) and first.choice not in (None, 0)
    chosen = first.branches[first.choice or 0]
    assert chosen[0].action == episode.steps[0].action != MISS and len(chosen) == 1
    assert first.values[first.shown.index(first.choice or 0)] == max(first.values) == 1.0
    assert policy.told == [(chosen[0].action, "what it leads to is worth more")] and policy.closed == 1
    assert last.reactive == episode.steps[1].action == DONE
    assert episode.provenance.policy == "given+lookahead"


def test_two_actions_far_the_policy_is_only_corrected_where_it_would_not_come_to_it_by_itself() -> None:
    policy = Given(MISS)
    episode = run(played(oracle(policy, depth=2)))
    # After the miss the switch could still be tapped; it is the end on an open goal that is taken back.
    assert [ahead.choice != 0 for ahead in aheads(episode)] == [False, True, False] and won(episode)
    assert [action for action, _ in policy.told] == [episode.steps[1].action]


def test_oracle_leaves_the_device_as_it_was_for_what_is_not_done() -> None:
    press = Click(at=Point(32, 52))
    episode = run(played(oracle(Given(press, press)), CountTo()))
    # The goal names nothing that the reader knows to look for: all are worth the same, and the policy is left alone.
    assert won(episode) and [step.action for step in episode.steps] == [press, press, DONE]
    assert {ahead.why for ahead in aheads(episode)} == {"all are worth the same"}


def test_copy_changes_nothing_and_says_that_outcomes_agree() -> None:
    policy = Given(MISS, Swipe(start=Point(30, 100), end=Point(30, 40)))
    episode = run(played(with_lookahead(policy, CopyLookaheadConfig())))
    assert [step.action for step in episode.steps] == [*policy.actions, DONE] and policy.told == []
    assert [ahead.reason for ahead in aheads(episode)][:2] == ["outcomes_agree", "outcomes_agree"]


def test_what_breaks_while_imagining_leaves_the_policy_alone() -> None:
    press = Click(at=Point(32, 52))
    episode = run(played(raising(Given(press, press), RuntimeError("a bug")), CountTo()))
    assert won(episode) and len(aheads(episode)) == 3
    assert {(ahead.reason, ahead.fell_back, ahead.faults) for ahead in aheads(episode)} == {
        ("broken", True, ("RuntimeError: a bug",))
    }


@pytest.mark.parametrize("error", [BackendError("not back"), TransportError("not back")])
def test_a_device_that_is_not_back_is_the_infrastructures_failure(error: Exception) -> None:
    episode = run(played(raising(Given(MISS), error)))
    assert isinstance(episode.outcome, InfraError) and episode.outcome.error == "DeviceSpoiledError"
    assert (episode.outcome.phase, episode.outcome.message) == ("run", "not back")


def test_a_failure_of_the_policy_stays_one() -> None:
    class Fails(Given):
        async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> GivenSession:
            raise PolicyError("no model")

    episode = run(played(oracle(Fails())))
    assert isinstance(episode.outcome, PolicyFailed) and "no model" in episode.outcome.message


def test_a_reply_that_did_not_parse_is_not_looked_behind() -> None:
    episode = run(played(oracle(Given(None, MISS))))
    assert episode.steps[0].lookahead is None and episode.steps[1].lookahead is not None


def test_a_screen_without_elements_is_unreadable() -> None:
    async def decided() -> Decision:
        source = await fake_source(1)
        async with source.lease("android") as device:
            policy = oracle(Given(MISS))
            assert isinstance(policy, OnDevice)
            session = await policy.start_on(device, SwitchOn().task(SUITE.name, 0, {}))
            return await session.decide(
                Observation(
                    sequence=0,
                    screen=Size(64, 128),
                    orientation="portrait",
                    device_time_s=0.0,
                    foreground=Foreground(app="a", window="b"),
                )
            )

    decision = run(decided())
    assert decision.action == MISS and decision.lookahead is not None
    assert decision.lookahead.reason == "unreadable" and "no UI tree" in decision.lookahead.faults[0]


def test_an_oracle_without_a_device_says_so() -> None:
    async def started() -> None:
        device: Device = (await fake_source(1)).devices[0]
        await oracle(Given()).start(SwitchOn().task(SUITE.name, 0, {}), device.info)

    with pytest.raises(PolicyError, match="needs the device itself"):
        run(started())


async def by_model(says: Callable[[str], str], **changes: Any) -> Episode:
    def answer(body: dict[str, Any], number: int) -> tuple[int, dict[str, Any] | str, dict[str, str]]:
        said = says(str(body["messages"][-1]["content"][0]["text"]))
        return (500, "down", {}) if said == "down" else (200, completion(said), {})

    async with serving(answer) as server:
        model = {"type": "openai", "model": "m", "base_urls": [f"http://127.0.0.1:{server.port}/v1"], "retries": 0}
        config = ModelLookaheadConfig.model_validate({"model": model, "depth": 1, "chooser": "reader", **changes})
        return await played(with_lookahead(Given(MISS), config))


def foretold(asked: str) -> str:
    """The screen, with the switch on where it is tapped."""
    screen = asked.partition("Screen:\n")[2].partition("\n\nAction:")[0]
    return screen.replace("[unchecked]", "[checked]") if "Switch" in asked.rpartition("Action:")[2] else screen


def test_a_model_foretells_and_the_reader_chooses() -> None:
    episode = run(by_model(foretold))
    first = aheads(episode)[0]
    assert won(episode) and first.predictor == "model:m" and first.reason == "chosen"
    assert first.prompt_tokens == 300 and first.completion_tokens == 60


def test_a_model_foretells_and_chooses() -> None:
    def says(asked: str) -> str:
        if "Option 1:" not in asked:
            return foretold(asked)
        options = asked.split("Option ")[1:]
        return next(f"{option[0]}: it turns on" for option in options if "[checked]" in option)

    episode = run(by_model(lambda asked: says(asked) if "Switch" in asked else "1: fine", chooser="model"))
    assert aheads(episode)[0].why == "it turns on" and episode.steps[0].action != MISS


def test_a_dead_model_costs_nothing_but_foresight() -> None:
    episode = run(by_model(lambda asked: "down"))
    first = aheads(episode)[0]
    assert [step.action for step in episode.steps] == [MISS, DONE] and not won(episode)
    assert (first.reason, first.fell_back) == ("prediction_failed", True)
    assert all(fault.startswith("model: ") for fault in first.faults) and len(first.faults) == 3


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("", "empty"),
        ("label = text | text='A' | bbox=[0, 0, 9, 9]\n" * 40, "loop"),
        ("I see a switch.", "parse"),
    ],
)
def test_a_predictor_that_talks_nonsense_ends_no_episode(tmp_path: Path, said: str, fault: str) -> None:
    check_falls_back(tmp_path, by_model(lambda asked: said), fault)


def test_a_predictor_that_never_answers_ends_no_episode(tmp_path: Path) -> None:
    async def silent() -> Episode:
        async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        model = {"type": "openai", "model": "m", "base_urls": [f"http://127.0.0.1:{port}/v1"], "retries": 0}
        config = ModelLookaheadConfig.model_validate(
            {"model": model, "depth": 1, "chooser": "reader", "timeout_s": 0.05}
        )
        async with server:
            return await played(with_lookahead(Given(MISS), config))

    check_falls_back(tmp_path, silent(), "timeout")


def check_falls_back(folder: Path, playing: Coroutine[Any, Any, Episode], fault: str) -> None:
    """The policy's own actions are taken; the fault is counted, and shown on the page."""

    async def collect() -> Episode:
        with RunWriter(folder / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            episode = await playing
            writer.add(episode)
        return episode

    episode = run(collect())
    assert [step.action for step in episode.steps] == [MISS, DONE] and isinstance(episode.outcome, Scored)
    first = aheads(episode)[0]
    assert (first.reason, first.fell_back) == ("prediction_failed", True)
    # On the last screen the end is known by itself, and what would be done in its place is not: two more faults.
    figures = lookahead_figures(RunReader(folder / "run"))
    assert figures["faults"] == {fault: 5} and figures["fell_back"] == 2
    page = write_report(folder / "run").read_text("utf-8")
    assert f'"{fault}: ' in page and "prediction_failed" in page


def test_what_can_be_read_of_a_damaged_reply_is_shown() -> None:
    said = "label = text | text='Kept' | bbox=[0, 0, 9, 9]\nlabel = text | text='Out' | bbox=[900, 0, 990, 9]\nwell"
    first = aheads(run(by_model(lambda asked: said)))[0]
    assert not first.fell_back and all("Kept" in (branch[0].screen or "") for branch in first.branches)


def test_a_device_without_snapshots_is_acted_on_without_foresight(tmp_path: Path) -> None:
    class InTheHand(FakeDevice):
        async def snapshot_save(self, name: str) -> SnapshotInfo:
            raise GuestError("a phone in the hand has no snapshots")

    async def collect() -> Episode:
        device = InTheHand("hand")
        await device.start()
        policy = oracle(Given(MISS), depth=1)
        task = SwitchOn().task(SUITE.name, 0, {})
        with RunWriter(tmp_path / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            async with policy:
                episode = await EpisodeRunner(policy, lambda task: SwitchOn()).run(device, Assignment(task=task))
            writer.add(episode)
        return episode

    episode = run(collect())
    figures = lookahead_figures(RunReader(tmp_path / "run"))
    assert [step.action for step in episode.steps] == [MISS, DONE] and isinstance(episode.outcome, Scored)
    assert (figures["fell_back"], figures["faults"]) == (2, {"no_fork": 5})
    assert "taken blindly 2 times (5 no_fork)" in figures_line(figures)
    assert "takes no snapshot" in write_report(tmp_path / "run").read_text("utf-8")


def view(goal: str, *lines: SketchLine, path: tuple[Action, ...] = ()) -> View:
    return View(sketch=Sketch(screen=Size(100, 200), lines=lines), path=path, goal=goal, platform="android")


def test_rules_propose_what_the_goal_names_first() -> None:
    save = SketchLine(label="button", text="Save", box=Rect(0, 0, 20, 10))
    more = SketchLine(label="button", text="More", box=Rect(0, 20, 20, 30))
    off = SketchLine(label="button", text="Save all", box=Rect(0, 40, 20, 50), states=frozenset({"disabled"}))
    area = SketchLine(label="list", text="", box=Rect(0, 60, 100, 180), states=frozenset({"scrollable"}))
    scroll, back = Swipe(start=Point(50, 150), end=Point(50, 90)), SystemButton(button="back")
    on_save, on_more = Click(at=Point(10, 5)), Click(at=Point(10, 25))
    assert list(by_elements(view("Save it", more, off, save, area))) == [on_save, scroll, back, on_more]
    assert list(by_elements(view("Save it", save, path=(on_save,)))) == [back]


def test_a_session_is_asked_first_and_its_likelihoods_are_kept() -> None:
    class Proposing(GivenSession):
        async def propose(self, view: View, count: int) -> Proposal:
            return Proposal(actions=(DONE, OpenApp(name="Clock"), OpenApp(name="clock ")), logprobs=(-0.5, -2.0, -2.0))

    session = Proposing(Given())
    assert isinstance(session, Proposer) and not isinstance(GivenSession(Given()), Proposer)
    save = SketchLine(label="button", text="Save", box=Rect(0, 0, 20, 10))
    proposed = run(SessionProposer(session).propose(view("Save it", save), 3))
    assert proposed.actions == (DONE, OpenApp(name="Clock"), Click(at=Point(10, 5)))
    # Two ways to say the same are one action, as likely as both together.
    assert proposed.logprobs == pytest.approx((-0.5, -2.0 + math.log(2)))
    assert run(SessionProposer(GivenSession(Given())).propose(view("Save it", save), 1)).logprobs == ()


def test_the_miniature_proposes_its_likeliest_actions() -> None:
    async def proposed() -> tuple[Decision, Proposal, Proposal]:
        source = await fake_source(1)
        async with source.lease("android") as device:
            session = await MiniPolicy().start(SwitchOn().task(SUITE.name, 0, {}), device.info)
            with pytest.raises(PolicyError, match="decide first"):
                await session.propose(view("any"), 3)
            decision = await session.decide(await device.observe())
            line = SketchLine(label="switch", text="On", box=Rect(0, 0, 60, 20), states=frozenset({"checked"}))
            assert decision.action is not None
            imagined = view("Turn the switch on.", line, path=(decision.action,))
            # Nothing to point at leaves keys, buttons and words of the goal.
            empty = await session.propose(view("Turn the switch on.", path=(decision.action,)), 9)
            assert empty.actions and not any(isinstance(action, Click | LongPress) for action in empty.actions)
            return decision, await session.propose(view("any"), 3), await session.propose(imagined, 2)

    decision, now, later = run(proposed())
    assert len(now.actions) == 3 and decision.action in now.actions and len(later.actions) == 2


def test_own_leaves_the_policy_alone_and_records_what_was_imagined() -> None:
    episode = run(played(oracle(Given(MISS), chooser="own")))
    first, last = aheads(episode)
    assert [step.action for step in episode.steps] == [MISS, DONE] and not won(episode)
    assert (first.choice, first.why, set(first.values)) == (0, "all are worth the same", {1.0})
    assert len(first.branches) == 3 and last.reason == "chosen"


def test_own_spares_the_policy_what_would_be_refused() -> None:
    policy = Given(OpenApp(name="nothing"))
    episode = run(played(oracle(policy, chooser="own", depth=1)))
    (ahead, _) = aheads(episode)
    assert "no application 'nothing'" in ahead.branches[0][0].refused and ahead.values[0] == 0.0
    assert not episode.steps[0].error and episode.steps[0].action == policy.told[0][0] != ahead.reactive


def test_the_reader_values_what_the_goal_asks_for() -> None:
    def branch(*lines: SketchLine) -> Branch:
        sketch = Sketch(screen=Size(100, 200), lines=lines)
        return Branch(steps=(ImaginedStep(action=MISS, prediction=Prediction(sketch=sketch)),))

    def switch(state: str) -> SketchLine:
        states = frozenset({"checked"} if state == "on" else {"unchecked"})
        return SketchLine(label="switch", text="Wi-Fi", box=Rect(0, 50, 100, 80), states=states)  # type: ignore[arg-type]

    branches = [branch(switch("off")), branch(switch("on")), branch()]
    value = ScreenValue("android")
    now = Sketch(screen=Size(100, 200))
    assert run(value.values("Turn Wi-Fi on.", now, branches)) == (0.0, 1.0, 0.0)
    assert run(value.values("Be nice.", now, branches)) == (0.0, 0.0, 0.0)
    late = Branch(steps=(*branches[0].steps, *branches[1].steps))
    undone = Branch(steps=(*branches[1].steps, *branches[0].steps))
    assert run(value.values("Turn Wi-Fi on.", now, [late, undone])) == (1.0, 0.0)


def test_the_record_and_the_report_show_imagined_beside_real(tmp_path: Path) -> None:
    async def collect() -> None:
        with RunWriter(tmp_path / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            writer.add(await played(oracle(Given(MISS), depth=1)))

    run(collect())
    (stored,) = RunReader(tmp_path / "run").episodes()
    (first, _) = aheads(stored.episode)
    assert first.reactive == MISS and first.branches[1][0].screen
    page = write_report(tmp_path / "run").read_text("utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None and "lookaheadParts(frame.lookahead)" in page
    told, last = (step["lookahead"] for step in json.loads(found[1])["episodes"][0]["steps"])
    assert told["agreement"] == 1.0 and told["real"].startswith("screen=[64, 128]")
    assert last["agreement"] is None and last["real"] is None
    reader = RunReader(tmp_path / "run")
    whole = lookahead_content(reader, stored)
    light = lookahead_content(reader, stored, screens=False)
    assert chars_of(whole) > 500 and chars_of(light) == 0
    assert light[0] is not None and light[0]["left_out"] and light[0]["agreement"] == 1.0


def test_figures_count_what_was_changed_and_how_far_the_imagined_came_true(tmp_path: Path) -> None:
    async def collect() -> None:
        with RunWriter(tmp_path / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            press = Click(at=Point(32, 52))
            # A copy of the screen is wrong in one of the fake device's four lines, the count; there are 3 hits of 4.
            copying = with_lookahead(Given(press, press), CopyLookaheadConfig())
            writer.add(await played(copying, CountTo()))

    run(collect())
    figures = lookahead_figures(RunReader(tmp_path / "run"))
    assert (figures["steps"], figures["changed"], figures["fell_back"]) == (3, 0, 0)
    assert figures["reasons"] == {"chosen": 1, "outcomes_agree": 2} and figures["faults"] == {}
    assert figures["agreement"] == {"1": {"f1": 0.75, "right": 0.0, "n": 2}}
    assert "changed 0, depth 1 agreed at F1 0.750" in figures_line(figures)


def test_figures_name_what_failed(tmp_path: Path) -> None:
    async def collect() -> None:
        with RunWriter(tmp_path / "run", {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            writer.add(await played(raising(Given(MISS), RuntimeError("a bug"))))

    run(collect())
    figures = lookahead_figures(RunReader(tmp_path / "run"))
    assert (figures["steps"], figures["fell_back"], figures["faults"]) == (2, 2, {"RuntimeError": 2})
    assert figures["agreement"] == {} and "taken blindly 2 times (2 RuntimeError)" in figures_line(figures)


def test_config_says_what_does_not_go_together() -> None:
    both = RunConfig.model_validate({"suite": "basics", "critic": {"type": "rules"}, "lookahead": {"type": "copy"}})
    with pytest.raises(ConfigError, match="last word"):
        run(make_plan(both))
    for section in ('{type = "copy", chooser = "model"}', '{type = "model"}'):
        with pytest.raises(ConfigError, match="add a section model"):
            load_config(RunConfig, overrides=[f"lookahead={section}"])
    with pytest.raises(ConfigError, match="only an oracle has a state"):
        load_config(RunConfig, overrides=['lookahead={type = "copy", chooser = "verifier"}'])
    unused = '{type = "oracle", model = {type = "openai", model = "m"}}'
    with pytest.raises(ConfigError, match="never asked"):
        load_config(RunConfig, overrides=[f"lookahead={unused}"])


def farm(*arguments: str) -> int:
    return int(main(arguments))


def test_eval_looks_ahead_on_leased_devices(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    common = ("--suite", "fake_suite:SUITE", "--tasks", "SwitchOn", "--episodes", "2", "--backend", "fake=1")
    code = farm(
        "eval", *common, "--policy", "random", "--lookahead", "oracle", "--out", str(tmp_path / "run"), "--json"
    )
    assert code == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (figures["episodes"], figures["infra_error"], figures["policy_error"]) == (2, 0, 0)
    stored = [entry.episode for entry in RunReader(tmp_path / "run").episodes()]
    assert {episode.provenance.policy for episode in stored} == {"random+lookahead"}
    said = [ahead for episode in stored for ahead in aheads(episode)]
    ahead_of = figures["lookahead"]
    assert (ahead_of["steps"], ahead_of["fell_back"], ahead_of["faults"]) == (figures["steps"], 0, {})
    assert ahead_of["agreement"]["1"]["f1"] == 1.0 and ahead_of["agreement"]["1"]["n"] > 0
    assert len(said) == figures["steps"] and not any(ahead.fell_back for ahead in said)
    other = farm(
        "eval", *common, "--policy", "random", "--lookahead", "copy", "--out", str(tmp_path / "run"), "--resume"
    )
    assert other == 2 and "lookahead" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--lookahead", "guess"), "one of: copy, oracle, model"),
        (("--lookahead", "model"), "add a section model"),
        (("--lookahead", "copy", "--set", "lookahead.candidates=1"), "lookahead.candidates"),
        (("--lookahead", "copy", "--offline", "--policy", "openai", "--set", "policy.model='m'"), "lead nowhere"),
    ],
)
def test_eval_refuses_what_cannot_look_ahead(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], complaint: str
) -> None:
    assert farm("eval", "--dry-run", *arguments) == 2
    assert complaint in capsys.readouterr().err


def test_online_training_does_not_look_ahead() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from gui_agent.training.choices import check_choices
    from gui_agent.training.config import TrainConfig

    values = {"recipe": "online", "policy": {"import_path": "m:make"}, "run": {"lookahead": {"type": "copy"}}}
    with pytest.raises(ConfigError, match="actions that it chose itself") as caught:
        check_choices(TrainConfig.model_validate(values))
    assert caught.value.field == "run.lookahead"
