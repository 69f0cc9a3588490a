"""The rule-based critic on steps whose truth is known, and live: does it help a policy to have its corrections done?

The critic is made of rules and no model: it sees the goal, the screens' elements and the actions, and no parameter of
the task. All phones are simulated. Prints one JSON line:

- `steps`: judgements made of the experts' steps, right ones and perturbed ones, balanced by class and kind: the rule
  critic's `accuracy` with its 95% interval (goals resampled), `precision`, `recall` (wrong actions are the positive
  class), `false_alarms`, the shares of wrong actions that it answers by a wait (`held`) and by another action
  (`corrected`), and which share of the latter is right (`mended`), hits by kind; beside it who calls everything right
  (`always_right`), and who knows of an action its type alone (`by_type`);
- `labels`: of a sample of the perturbed steps, carried out on a copy of the phone: how many do exactly what the right
  action does (`same_screen_and_state`), or end a task that is solved already;
- `live`: the expert, the expert with errors of a known kind and rate, and the miniature (learnt), each without and with
  the critic on the same tasks: `success`, the paired `difference` with its 95% interval (templates resampled), in how
  many tasks it is for better and for worse, and how many actions were corrected.

    python scripts/bench_critic.py [--seeds 1] [--live-seeds 2] [--rate 0.2] [--labels 200] [--devices 2] [--keep DIR]

What DIR holds already is not played again.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench_common import machine

from device_farm.device import Device
from device_farm.types.action import Answer, Terminate, Wait
from device_farm.types.observation import Observation, ObserveRequest
from device_farm.types.trajectory import Episode, Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.basics import SUITE
from gui_agent.composition import make_plan, opened_farm
from gui_agent.config import RunConfig
from gui_agent.critic.config import RulesCriticConfig
from gui_agent.critic.steps import correct_steps, equivalent_by
from gui_agent.miniature.compare import outcomes
from gui_agent.policies.config import ExpertConfig, ImportedPolicyConfig, MiniConfig, PolicyConfig
from gui_agent.runner.collect import collect, farm_source
from gui_agent.store.layout import Layout
from gui_agent.store.reader import RunReader
from verifier.probes.changes import state_of
from verifier.reward_model.data import StepJudgement, balanced, counts, make_judgements
from verifier.reward_model.perturbation import perturbations
from verifier.reward_model.rule_critic import RuleCritic
from verifier.reward_model.scores import ask, by_type_alone, resampled_interval, scores

STEPS_SEED = 8100
"""Apart from the seeds on which the rules were looked at, those of training, and those of the labelled episodes."""
LIVE_SEED = 8300
_TREE = ObserveRequest(screenshot=False)


async def play(out: Path, policy: PolicyConfig, *, seeds: int, first: int, devices: int, critic: bool) -> Path:
    """The run folder of `farm collect` on every phone template; one that is whole is left as it is."""
    config = RunConfig(
        platform="android",
        combinations=seeds,
        seed=first,
        devices=devices,
        policy=policy,
        critic=RulesCriticConfig() if critic else None,
        report=False,
    )
    await collect(await make_plan(config), out, resume=Layout(out).config.exists())
    sys.stderr.write(f"{out.name} is there\n")
    return out


async def judged(run: Path, *, sample: int, devices: int) -> dict[str, Any]:
    """The critic on the steps of a run of experts, and the labels put to the test."""
    steps = list(correct_steps(RunReader(run)))
    made = make_judgements(steps, perturbations(steps), equivalent_by(), seed=0)
    chosen = balanced(made.judgements, seed=0)
    answered = await ask(RuleCritic(), chosen, {step.origin: step for step in steps}, equivalent_by())
    found = asdict(scores(answered))
    found["baselines"] = {"always_right": 0.5, "by_type": by_type_alone(chosen)}
    found["data"] = {"expert_steps": len(steps), "made": len(made.judgements), **counts(chosen)}
    rules: dict[str, int] = defaultdict(int)
    for each in answered:
        if each.said.right is False:
            rules[each.said.why.partition(":")[0]] += 1
    found["rules"] = dict(sorted(rules.items()))
    wrong = [each for each in made.judgements if not each.right]
    Random(0).shuffle(wrong)
    return {"steps": found, "labels": await labels_tested(run, wrong[:sample], devices=devices)}


async def labels_tested(run: Path, wrong: Sequence[StepJudgement], *, devices: int) -> dict[str, Any]:
    """Every one of `wrong` carried out on a copy of the phone beside the right action."""
    episodes = {stored.episode.id: stored.episode for stored in RunReader(run).episodes()}
    by_episode: dict[str, dict[int, list[StepJudgement]]] = defaultdict(lambda: defaultdict(list))
    for each in wrong:
        episode, _, index = each.origin.rpartition("/")
        by_episode[episode][int(index)].append(each)
    plan = await make_plan(RunConfig(platform="android", episodes=1, devices=devices))
    tested = Tested()
    async with opened_farm(plan.config.farm, plan.backends) as client, farm_source(plan.config, client) as source:
        for name, asked in by_episode.items():
            async with source.lease("android") as device:
                await _forked(device, episodes[name], asked, tested)
    return {**asdict(tested), "same_by_kind": dict(sorted(tested.same_by_kind.items()))}


@dataclass(kw_only=True)
class Tested:
    """`compared` are perturbed actions beside a right one that does something to the phone, `ends` premature ends."""

    compared: int = 0
    same_screen_and_state: int = 0
    same_by_kind: dict[str, int] = field(default_factory=dict)
    ends: int = 0
    ends_of_solved_tasks: int = 0


async def _forked(
    device: Device, episode: Episode, asked: Mapping[int, Sequence[StepJudgement]], tested: Tested
) -> None:
    """Does the episode again, and at the steps that are asked for first each of their judgements on a copy."""
    template = SUITE.template(episode.task.template)
    await template.set_up(device, episode.task)
    await device.observe(_TREE)
    for step in episode.steps[: max(asked) + 1]:
        assert step.action is not None
        tried: list[tuple[str, Any, Any]] = []
        for each in asked.get(step.index, ()):
            if isinstance(each.proposal.action, Terminate):
                verdict = await template.evaluate(device, episode.task, None)
                tested.ends += 1
                tested.ends_of_solved_tasks += isinstance(verdict, Scored) and verdict.reward >= 1
                continue
            # To end, to answer and to wait leave the phone as it is: beside them, whatever has no effect is the same.
            if isinstance(step.action, Terminate | Answer | Wait):
                continue
            await device.snapshot_save("fork")
            seen = await device.act_and_observe(each.proposal.action, _TREE)
            tried.append((each.kind, _shown(seen), await state_of(device)))
            await device.snapshot_load("fork")
        seen = await device.act_and_observe(step.action, _TREE)
        state = await state_of(device) if tried else None
        tested.compared += len(tried)
        for kind, shown, left in tried:
            if shown == _shown(seen) and left == state:
                tested.same_screen_and_state += 1
                tested.same_by_kind[kind] = tested.same_by_kind.get(kind, 0) + 1


def _shown(seen: Observation) -> tuple[str, tuple[UiNode, ...]]:
    """What is in front; the bars around it have a clock."""
    roots = () if seen.ui_tree is None else seen.ui_tree.roots
    return seen.foreground.window, tuple(root for root in roots if root.app == seen.foreground.app)


def compared(without: Path, under: Path) -> dict[str, Any]:
    """Success on the same tasks without and with the critic."""
    plain, helped = outcomes(without), outcomes(under)
    shared = sorted(set(plain) & set(helped))
    by_template: dict[str, list[float]] = defaultdict(list)
    for task in shared:
        by_template[task.split("/")[1]].append(helped[task] - plain[task])
    differences = [value for values in by_template.values() for value in values]
    reviews = [step.review for stored in RunReader(under).episodes() for step in stored.episode.steps]
    return {
        "tasks": len(shared),
        "templates": len(by_template),
        "success": sum(plain[task] for task in shared) / len(shared),
        "success_with_critic": sum(helped[task] for task in shared) / len(shared),
        "difference": sum(differences) / len(differences),
        "interval_95": resampled_interval(list(by_template.values()), seed=0),
        "better": sum(value > 0 for value in differences),
        "worse": sum(value < 0 for value in differences),
        "steps": len(reviews),
        "called_wrong": sum(review is not None and review.critique.right is False for review in reviews),
        "corrected": sum(review is not None and review.chosen == "corrected" for review in reviews),
    }


async def bench(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    erring = ImportedPolicyConfig(
        import_path="gui_agent.critic.erring:ErringExpert", options={"rate": options.rate, "seed": 1}
    )
    policies: dict[str, PolicyConfig] = {"erring": erring, "mini": MiniConfig(), "expert": ExpertConfig()}
    run = await play(
        folder / "steps", ExpertConfig(), seeds=options.seeds, first=STEPS_SEED, devices=options.devices, critic=False
    )
    result = await judged(run, sample=options.labels, devices=options.devices)
    live: dict[str, Any] = {}
    for name, policy in policies.items():
        runs = [
            await play(
                folder / f"{name}{'_critic' * critic}",
                policy,
                seeds=options.live_seeds,
                first=LIVE_SEED,
                devices=options.devices,
                critic=critic,
            )
            for critic in (False, True)
        ]
        live[name] = compared(*runs)
    live["erring"]["rate"] = options.rate
    return {"critic": "rules", "phones": "simulated", **result, "live": live, "machine": machine()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=1, help="tasks a template for the judged steps")
    parser.add_argument("--live-seeds", type=int, default=2, help="tasks a template for each live run")
    parser.add_argument("--rate", type=float, default=0.2, help="share of the erring expert's actions that go wrong")
    parser.add_argument("--labels", type=int, default=200, help="perturbed steps that are put to the test on a phone")
    parser.add_argument("--devices", type=int, default=2)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the runs stay")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-critic-") as folder:
        print(json.dumps(asyncio.run(bench(options, options.keep or Path(folder)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
