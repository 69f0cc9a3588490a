"""What episodes under a critic leave for training, and what steps count as right."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE, CountTo, fake_source, run
from test_critic_policy import ADD, BELOW, DONE, Given, by_rules, template_of

from device_farm.cli.main import main
from device_farm.errors import DataError
from device_farm.types.action import Action, Answer, Click, SystemButton, TypeText, Wait
from device_farm.types.geometry import Point, Rect
from device_farm.types.trajectory import Episode, Step, StepOpinion, StepReview
from gui_agent.critic.reflux import agent_episode, disagreements, known_wrong
from gui_agent.critic.reward_lines import read_judgements
from gui_agent.critic.steps import correct_steps, equivalent_by
from gui_agent.datasets.load import load_data
from gui_agent.policies.base import Policy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from verifier.reward_model.data import StepJudgement
from verifier.reward_model.replies import CritiqueReply, parse_reply

SWITCH = Click(at=Point(32, 76))


def opinion(right: bool | None, why: str = "") -> StepOpinion:
    return StepOpinion(judge="j", right=right, why=why, confidence=0.8)


def review(
    first: bool | None, second: bool | None = None, *, corrected: Action | None = None, chosen: bool = False
) -> StepReview:
    return StepReview(
        proposed=BELOW,
        critique=opinion(first, "first"),
        corrected=corrected,
        second=None if second is None else opinion(second, "second"),
        chosen="corrected" if chosen else "proposed",
    )


def collected(folder: Path, policy: Policy, counts: Sequence[int]) -> Path:
    """Episodes of `policy` on the fake device as a run folder."""

    async def collect() -> None:
        with RunWriter(folder, {"suite": SUITE.name, "seed": 0, "policy": {"type": "given"}}) as writer:
            async with policy:
                episodes = EpisodeRunner(policy, template_of)
                runner = Runner(await fake_source(1), episodes, writer, workers={"android": 1})
                tasks = [CountTo().task(SUITE.name, seed, {"count": count}) for seed, count in enumerate(counts)]
                await runner.run([Assignment(task=task) for task in tasks])

    run(collect())
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two taps that miss and are mended: tasks of one, two and three taps, of which the second succeeds."""
    return collected(tmp_path_factory.mktemp("critic") / "run", by_rules(Given(BELOW, BELOW)), (1, 2, 3))


def only(folder: Path, reward: float) -> Episode:
    reader = RunReader(folder)
    found = [reader.complete(stored) for stored in reader.episodes()]
    return next(each for each in found if getattr(each.outcome, "reward", None) == reward)


def reviewed(episode: Episode, *reviews: StepReview | None) -> Episode:
    steps = tuple(replace(step, review=said) for step, said in zip(episode.steps, reviews, strict=True))
    return replace(episode, steps=steps)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        (None, False),
        (review(None), False),
        (review(True), False),
        (review(False), True),
        (review(False, True), False),
        (review(False, False), True),
        (review(None, False), True),
        (review(False, False, corrected=ADD, chosen=True), False),
    ],
)
def test_an_action_is_known_to_be_wrong_where_all_who_judged_say_so(said: StepReview | None, wrong: bool) -> None:
    assert known_wrong(said) is wrong


def test_agent_data_has_the_better_action_and_its_reason(folder: Path) -> None:
    whole = only(folder, 1.0)
    kept = agent_episode(whole)
    assert kept is not None and [step.action for step in kept.steps] == [ADD, ADD, DONE]
    turn = kept.steps[0].turn
    assert turn is not None and "lies beside it" in turn.thought and turn.text == ""
    assert kept.steps[2].turn == whole.steps[2].turn


def test_agent_data_leaves_out_what_is_known_to_be_wrong(folder: Path) -> None:
    whole, idle = only(folder, 1.0), Rect(0, 0, 0, 0)
    said = (review(True), review(False, False), review(True))
    won = agent_episode(reviewed(whole, *said))
    assert won is not None and [step.observation for step in won.steps] == [
        whole.steps[0].observation,
        whole.steps[2].observation,
    ]
    assert ([step.index for step in won.steps], won.claimed, won.final) == ([0, 1], "success", whole.final)
    assert won.provenance.extra["steps_left_out"] == 1
    # A failure ends where a wrong action led somewhere; where it led nowhere, the rest is as good as before.
    failed = reviewed(only(folder, 0.0), *said)
    lost = agent_episode(failed)
    assert lost is not None and len(lost.steps) == 1 and lost.final == failed.steps[1].observation
    assert (lost.claimed, lost.stop, lost.provenance.extra["steps_left_out"]) == (None, "step_budget", 2)
    still = replace(failed.steps[1], changed=idle)
    kept = agent_episode(replace(failed, steps=(failed.steps[0], still, failed.steps[2])))
    assert kept is not None and len(kept.steps) == 2 and kept.claimed == failed.claimed
    assert agent_episode(reviewed(failed, review(False), review(True), review(True))) is None
    assert agent_episode(reviewed(whole, None, None, None)) is None


def test_disagreements_have_the_label_of_the_second_judge(folder: Path) -> None:
    whole = only(folder, 1.0)
    said = (review(False, True, corrected=ADD), review(True, False), review(False, False, corrected=ADD))
    found = [judgement for judgement, _ in disagreements(reviewed(whole, *said))]
    assert [(each.right, each.corrected, each.why, each.kind) for each in found] == [
        (True, None, "second", "disagreement"),
        (False, None, "second", "disagreement"),
    ]
    assert [each.proposal.action for each in found] == [BELOW, BELOW]
    assert [len(each.proposal.memory.entries) for each in found] == [0, 1]
    assert not list(disagreements(reviewed(whole, review(None, True), review(True), None)))


def exported(folder: Path, out: Path, kind: str, *more: str) -> Path:
    assert main(["export", str(folder), "--format", kind, "--out", str(out / kind), *more]) == 0
    return out / kind


def test_agent_data_is_a_run_folder_that_training_reads(folder: Path, tmp_path: Path) -> None:
    out = exported(folder, tmp_path, "critic-agent")
    found = {each.goal: each for each in load_data(out)}
    assert len(found) == 3
    good = found["Press Add until the count is 2."]
    assert good.success and [step.action for step in good.steps] == [ADD, ADD, DONE]
    assert good.steps[0].thought.startswith("tap_on_nothing") and good.steps[0].tree is not None
    assert good.steps[0].screen.read().startswith(b"\x89PNG")
    assert len(list(load_data(exported(folder, tmp_path / "won", "critic-agent", "--success-only")))) == 1


def test_disagreements_come_back_as_they_were(folder: Path, tmp_path: Path) -> None:
    changed = tmp_path / "run"
    whole = reviewed(only(folder, 1.0), review(False, True, corrected=ADD), review(True), review(True, False))
    with RunWriter(changed, RunReader(folder).config()) as writer:
        writer.add(whole)
    out = exported(changed, tmp_path, "critic-disagreements") / "disagreements.jsonl"
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["review"]["critique"]["why"] for line in lines] == ["first", "first"]
    lessons = [json.loads(line) for line in (out.parent / "critic.jsonl").read_text().splitlines()]
    replies = [parse_reply(each["messages"][2]["content"], CritiqueReply) for each in lessons]
    assert [(reply.right, reply.why) for reply in replies] == [(True, "second"), (False, "second")]
    asked = lessons[0]["messages"][1]["content"]
    assert asked.count("<image>") == 1 and "Press Add until the count is 2." in asked and "click" in asked
    assert (out.parent / lessons[0]["images"][0]).read_bytes().startswith(b"\x89PNG")
    assert json.loads((out.parent / "dataset_info.json").read_text())["farm"]["file_name"] == "critic.jsonl"
    expected = [judgement for judgement, _ in disagreements(whole)]
    assert list(read_judgements(out, pixels=True)) == expected


def test_reward_data_is_balanced_split_by_goal_and_the_same_again(folder: Path, tmp_path: Path) -> None:
    pressed = collected(tmp_path / "run", Given(ADD, ADD, TypeText(text="x")), (2, 2, 2, 2))
    # Typing without a focus changes nothing, so that it is no step of those that are right.
    assert [step.proposal.action for step in correct_steps(RunReader(pressed))] == [ADD, ADD, DONE] * 4
    out = exported(pressed, tmp_path, "reward")
    told = json.loads((out / "counts.json").read_text())
    # All four have one goal: then there is nothing to test with.
    assert told["test"]["kept"]["label"] == {} and (out / "reward_test.jsonl").read_text() == ""
    both = told["train"]["kept"]["label"]
    assert both["right"] == both["wrong"] > 0
    again = exported(pressed, tmp_path / "again", "reward")
    assert (out / "reward_train.jsonl").read_bytes() == (again / "reward_train.jsonl").read_bytes()
    other = exported(pressed, tmp_path / "other", "reward", "--seed", "5")
    assert (out / "reward_train.jsonl").read_bytes() != (other / "reward_train.jsonl").read_bytes()


def test_reward_data_of_several_goals_shares_none(tmp_path: Path) -> None:
    class Counting(Given):
        """Presses as often as the goal says."""

        async def start(self, task: Any, info: Any, *, attempt: int = 1) -> Any:
            self.actions = (ADD,) * int(task.goal.removesuffix(".")[-1])
            return await super().start(task, info)

    out = exported(collected(tmp_path / "run", Counting(), (1, 2, 3, 4)), tmp_path, "reward")
    train, test = (list(read_judgements(out / f"reward_{name}.jsonl")) for name in ("train", "test"))
    goals = [{each.proposal.goal for each in part} for part in (train, test)]
    assert train and test and not goals[0] & goals[1]
    for part in (train, test):
        assert sum(each.right for each in part) * 2 == len(part)
        assert all(each.corrected is not None for each in part if not each.right)


def judgements(folder: Path) -> list[StepJudgement]:
    return list(read_judgements(folder / "reward_train.jsonl"))


def test_damaged_lines_name_file_and_line(folder: Path, tmp_path: Path) -> None:
    pressed = collected(tmp_path / "run", Given(ADD, ADD), (2,))
    out = exported(pressed, tmp_path, "reward")
    assert judgements(out)
    first = json.loads((out / "reward_train.jsonl").read_text().splitlines()[0])
    (out / "reward_train.jsonl").write_text(json.dumps({**first, "tree": "../../etc/passwd"}) + "\n")
    with pytest.raises(DataError, match=r"no path in this folder.*reward_train\.jsonl:1"):
        judgements(out)
    (out / "reward_train.jsonl").write_text(json.dumps({**first, "right": "yes"}) + "\n")
    with pytest.raises(DataError, match=r"reward_train\.jsonl"):
        judgements(out)
    (out / "reward_train.jsonl").write_text(json.dumps(first) + "\n")
    shutil.rmtree(out / "trees")
    with pytest.raises(DataError, match="cannot be read"):
        judgements(out)


def stored(folder: Path, *steps: Step) -> list[Action]:
    """What of an episode with these steps counts as right."""
    template = only(folder, 1.0)
    episode = replace(template, steps=tuple(replace(step, index=at) for at, step in enumerate(steps)))
    out = folder.parent / f"steps-{len(list(folder.parent.iterdir()))}"
    with RunWriter(out, RunReader(folder).config()) as writer:
        writer.add(episode)
    return [step.proposal.action for step in correct_steps(RunReader(out))]


def test_only_what_brings_it_nearer_is_right(folder: Path) -> None:
    one, two, last = only(folder, 1.0).steps
    moved, still = Rect(0, 0, 9, 9), Rect(0, 0, 0, 0)

    def at(step: Step, action: Action | None, **more: Any) -> Step:
        return replace(step, action=action, review=None, **{"changed": moved, **more})

    assert stored(folder, at(one, ADD), at(two, ADD), at(last, DONE, changed=None)) == [ADD, ADD, DONE]
    assert stored(folder, at(one, SWITCH, changed=still), at(two, ADD), at(last, DONE)) == [ADD, DONE]
    assert stored(folder, at(one, SWITCH, error="refused"), at(two, None, error="unread"), at(last, DONE)) == [DONE]
    # The home button leads back to the screen that was there: neither it nor the tap before it was of use.
    home = SystemButton(button="home")
    assert stored(folder, at(one, SWITCH), at(two, home), at(one, ADD), at(last, DONE)) == [ADD, DONE]
    answer = Answer(text="2")
    assert stored(folder, at(one, answer, changed=still), at(one, DONE)) == [answer, DONE]
    assert stored(folder, at(one, Wait(duration_s=1), changed=still), at(two, DONE)) == [Wait(duration_s=1), DONE]
    wrong = replace(at(one, BELOW), review=review(False))
    assert stored(folder, wrong, at(two, ADD), at(last, DONE)) == [ADD, DONE]


def test_the_matcher_knows_what_is_as_right(folder: Path) -> None:
    first = next(iter(correct_steps(RunReader(folder))))
    same = equivalent_by()
    assert same(first, Click(at=Point(10, 46))) and not same(first, SWITCH) and not same(first, DONE)
