"""Losses and advantages as a config names them, against numbers worked out by hand, and what does not go together."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from device_farm.errors import ConfigError  # noqa: E402
from gui_agent.matching.base import Match  # noqa: E402
from gui_agent.models.base import Completion  # noqa: E402
from gui_agent.models.prompt import ChatPrompt  # noqa: E402
from gui_agent.rl.samples import CRITICAL, train_samples  # noqa: E402
from gui_agent.rl.types import Group, Rollout, RolloutStep, TrainSample  # noqa: E402
from gui_agent.training.batches import pad  # noqa: E402
from gui_agent.training.choices import check_choices, make_advantages, make_objective  # noqa: E402
from gui_agent.training.config import TrainConfig  # noqa: E402
from gui_agent.training.entropy_history import EntropyHistory  # noqa: E402
from gui_agent.training.objective import PolicyObjective  # noqa: E402
from gui_agent.training.policy import TokenScores  # noqa: E402


def config(recipe: str = "semi-online", **sections: Any) -> TrainConfig:
    fixed = {"recipe": recipe, "policy": {"import_path": "a:b"}, "data": {"path": "d"}}
    return TrainConfig.model_validate({**fixed, **sections})


def sample(*, old: list[float], advantage: float, step: int = 0, lost: bool = False) -> TrainSample:
    length = len(old)
    return TrainSample(
        prompt=ChatPrompt(messages=()),
        response_ids_T=np.arange(length),
        sampled_logprobs_T=np.array(old, dtype=np.float32),
        advantages_T=np.full(length, advantage, dtype=np.float32),
        mask_T=np.ones(length, dtype=np.bool_),
        step=step,
        tags={CRITICAL: "yes"} if lost else {},
    )


def loss_of(
    objective: Any, samples: list[TrainSample], new: list[list[float]], entropies: list[list[float]] | None = None
) -> tuple[float, list[list[float]], dict[str, float]]:
    """The loss, its gradient by token and its figures, for all samples in one micro-batch."""
    longest = max(len(row) for row in new)
    values = torch.tensor([row + [0.0] * (longest - len(row)) for row in new], dtype=torch.float32).requires_grad_()
    spread = torch.tensor(entropies or [[0.5] * longest] * len(new))
    if isinstance(objective, PolicyObjective):
        objective.begin(samples)
    tokens = sum(len(row) for row in new)
    batch = pad(samples, torch.device("cpu"))
    loss, figures = objective(TokenScores(logprobs_NT=values, entropies_NT=spread), batch, tokens=tokens)
    (gradient,) = torch.autograd.grad(loss, values)
    return float(loss.detach()), gradient.tolist(), figures


NO_KL = {"kl": 0.0}


def test_ppo_is_clipped_by_token() -> None:
    # Ratios 1.5 and 1: −(1.2 + 1)·2 over two tokens.
    objective = make_objective(config(loss={"kind": "ppo", **NO_KL}))
    loss, gradient, _ = loss_of(objective, [sample(old=[-1 - math.log(1.5), -1], advantage=2)], [[-1, -1]])
    assert loss == pytest.approx(-2.2 * 2 / 2)
    assert gradient == [pytest.approx([0, -1])]


def test_gspo_and_luspo_from_the_config_count_responses_of_the_whole_update() -> None:
    # Ratios 1 of two responses of 1 and 3 tokens, advantages 1 and 2; half of the update in this batch.
    samples = [sample(old=[-1], advantage=1), sample(old=[-1] * 3, advantage=2)]
    gspo = make_objective(config(loss={"kind": "gspo", **NO_KL}))
    loss, gradient, _ = loss_of(gspo, samples, [[-1], [-1] * 3])
    assert loss == pytest.approx(-(1 + 2) / 2)
    assert gradient == [pytest.approx([-1 / 2, 0, 0]), pytest.approx([-1 / 3] * 3)]
    luspo = make_objective(config(loss={"kind": "luspo", **NO_KL}))
    loss, gradient, _ = loss_of(luspo, samples, [[-1], [-1] * 3])
    assert loss == pytest.approx(-(1 + 3 * 2) / 2)
    assert gradient == [pytest.approx([-1 / 2, 0, 0]), pytest.approx([-1] * 3)]
    assert isinstance(gspo, PolicyObjective)
    gspo.begin([*samples, *samples])
    batch = pad(samples, torch.device("cpu"))
    values = torch.tensor([[-1.0, 0, 0], [-1.0] * 3])
    assert gspo(TokenScores(logprobs_NT=values, entropies_NT=values), batch, tokens=8)[0].item() == pytest.approx(
        -3 / 4
    )


def test_gspo_clips_whole_responses_at_its_own_range() -> None:
    # A mean log-ratio of 0.01 is a ratio of 1.01, far above 1.0004: no gradient.
    objective = make_objective(config(loss={"kind": "gspo", **NO_KL}))
    loss, gradient, figures = loss_of(objective, [sample(old=[-1.02, -1], advantage=1)], [[-1, -1]])
    assert loss == pytest.approx(-1.0004)
    assert gradient == [[0, 0]] and figures["clip_fraction"] == 1
    wide = make_objective(config(loss={"kind": "gspo", "clip_high": 0.2, **NO_KL}))
    assert loss_of(wide, [sample(old=[-1.02, -1], advantage=1)], [[-1, -1]])[0] == pytest.approx(-math.exp(0.01))


def test_elpo_clips_wider_from_the_first_error_on() -> None:
    # Ratio 1.25 everywhere: 1.2 before the error, 1.25 from there on.
    old = [-1 - math.log(1.25)]
    samples = [sample(old=old, advantage=1), sample(old=old, advantage=1, lost=True)]
    objective = make_objective(config(loss={"kind": "elpo", **NO_KL}))
    loss, gradient, figures = loss_of(objective, samples, [[-1], [-1]])
    assert loss == pytest.approx(-(1.2 + 1.25) / 2)
    assert gradient == [[0], [pytest.approx(-1.25 / 2)]]
    assert figures["critical_share"] == 0.5


def test_epo_compares_with_the_entropy_of_earlier_updates_at_the_same_step() -> None:
    # Weight 0.5. First update: no past, −0.5 · (1 + 2)/2. Second: steps 0 and 1 had 1 and 2; 1.1 is inside
    # [0.8, 1.2], 1 is outside [1.6, 2.4] and costs 0.1: −0.5 · ((1.1 + 1)/2 − 0.1/2).
    objective = make_objective(config(loss={"kind": "epo", "entropy": 0.5, **NO_KL}))
    samples = [sample(old=[-1], advantage=0, step=0), sample(old=[-1], advantage=0, step=1)]
    first, _, _ = loss_of(objective, samples, [[-1], [-1]], [[1.0], [2.0]])
    assert first == pytest.approx(-0.5 * 1.5)
    second, _, figures = loss_of(objective, samples, [[-1], [-1]], [[1.1], [1.0]])
    assert second == pytest.approx(-0.5 * (1.05 - 0.05))
    assert figures["entropy_outside"] == 0.5
    # Third: the past of step 0 is the mean of 1 and 1.1; by distance 2 is 2 − 1.2 · 1.05 away.
    assert isinstance(objective, PolicyObjective)
    again = PolicyObjective(kind="epo", entropy=0.5, kl=0.0, penalty="distance", beta=2.0)
    again.restore(objective.state())
    third, _, _ = loss_of(again, samples[:1], [[-1]], [[2.0]])
    assert third == pytest.approx(-0.5 * (2.0 - 2 * (2 - 1.2 * 1.05)))


def test_entropy_history_is_a_mean_over_tokens_and_of_the_past_only() -> None:
    history = EntropyHistory()
    history.see(0, 3.0, 3)
    assert history.means([0]) is None
    history.settle()
    history.see(0, 5.0, 1)
    history.see(2, float("nan"), 1)
    found = history.means([0, 7])
    assert found is not None and found.tolist() == [1.0, 1.0]
    assert history.state() == {"0": [8.0, 4]}


def test_older_samples_are_weighed_by_how_likely_they_still_are() -> None:
    # Half as likely, as likely, five times as likely (cut at 2): weights 0.5, 1, 2 on REINFORCE.
    objective = make_objective(config("online", loss=NO_KL))
    old = [-1 + math.log(2), -1, -1 - math.log(5)]
    loss, gradient, figures = loss_of(objective, [sample(old=old, advantage=3)], [[-1, -1, -1]])
    assert loss == pytest.approx(-3 * 3.5 / 3)
    assert gradient == [pytest.approx([-0.5, -1, -2])]
    assert figures["staleness_weight_mean"] == pytest.approx(3.5 / 3)
    assert figures["staleness_truncated"] == pytest.approx(1 / 3)


def rollout(*rewards: float, right: int | None = None) -> Rollout:
    """A rollout on an expert's trajectory of three steps whose first `right` replies match."""
    matched = len(rewards) if right is None else right
    steps = tuple(
        RolloutStep(
            index=index,
            prompt=ChatPrompt(messages=()),
            completion=Completion(text="", token_ids=(1,), logprobs=(-1.0,)),
            action=None,
            match=Match(format=True, type=index < matched, exact=index < matched),
            reward=reward,
        )
        for index, reward in enumerate(rewards)
    )
    return Rollout(task_id="t", steps=steps, end="finished" if matched == 3 else "mismatch", length=3)


def advantages(chosen: TrainConfig, *rollouts: Rollout) -> list[float]:
    made = train_samples(Group(task_id="t", rollouts=rollouts), make_advantages(chosen))
    return [float(one.advantages_T[0]) for one in made.samples]


WON, LOST = rollout(1, 1, 1), rollout(1, 0, right=1)


def test_ui_s1_adds_up_episode_and_step_advantages() -> None:
    # Totals 3 and 1: ±1. Returns with γ = ½ at step 0: 1.75 and 1: ±1; at step 1: 1.5 and 0: ±1; step 2 alone: 0.
    assert advantages(config(), WON, LOST) == pytest.approx([2, 2, 1, -2, -2])
    without_step = config(rollout={"omega": 0.0})
    assert advantages(without_step, WON, LOST) == pytest.approx([1, 1, 1, -1, -1])
    without_episode = config(advantage={"episode": 0.0})
    assert advantages(without_episode, WON, LOST) == pytest.approx([1, 1, 0, -1, -1])
    halves = config(advantage={"episode": 0.5}, rollout={"omega": 2.0})
    assert advantages(halves, WON, LOST) == pytest.approx([2.5, 2.5, 0.5, -2.5, -2.5])


def test_gamma_decides_how_far_a_return_looks() -> None:
    # γ = 0: step 0 is right in both, so it has no advantage of its own.
    step_alone: dict[str, Any] = {"advantage": {"episode": 0.0}, "rollout": {"gamma": 0.0}}
    assert advantages(config(**step_alone), WON, LOST) == pytest.approx([0, 1, 0, 0, -1])


def test_g_ra_counts_steps_of_rollouts_that_match_to_the_end() -> None:
    # Behind the gate: 1, 1, 1 + 1 against 0, 0. Totals 4 and 0; the step rewards of the lost one are gone.
    chosen = config(advantage={"kind": "g-ra"}, rollout={"omega": 0.0})
    good, bad, worse = rollout(1, 1, 1), rollout(1, 1, 0.5, right=2), rollout(0.5, right=0)
    deviation = np.std([4, 0, 0])
    expected = [(4 - 4 / 3) / deviation] * 3 + [-4 / 3 / deviation] * 4
    assert advantages(chosen, good, bad, worse) == pytest.approx(expected)
    ungated = config(advantage={"kind": "g-ra", "gate": 0.0}, rollout={"omega": 0.0})
    assert advantages(ungated, good, bad, worse)[3] > 0 > advantages(ungated, good, bad, worse)[6]


def test_g2rpo_ranks_the_rollouts() -> None:
    chosen = config(advantage={"kind": "g2rpo"}, rollout={"omega": 0.0})
    outer = NormalDist().inv_cdf(1 / 4)
    assert advantages(chosen, WON, LOST) == pytest.approx([-outer] * 3 + [outer] * 2)
    offline = config("offline", advantage={"kind": "g2rpo"})
    assert advantages(offline, rollout(1), rollout(0.5, right=0)) == pytest.approx([-outer, outer])


def test_stepo_shares_an_advantage_over_the_steps_of_its_rollout() -> None:
    chosen = config(advantage={"kind": "stepo"}, rollout={"omega": 0.0})
    assert advantages(chosen, WON, LOST) == pytest.approx([1 / 3] * 3 + [-1 / 2] * 2)


def test_elpo_takes_half_the_branch_and_half_the_trajectory_and_marks_the_error() -> None:
    chosen = config(advantage={"kind": "elpo"})
    assert advantages(chosen, WON, LOST) == pytest.approx([1, 1, 0.5, -1, -1])
    made = train_samples(Group(task_id="t", rollouts=(WON, LOST)), make_advantages(chosen))
    assert [one.tags[CRITICAL] for one in made.samples] == ["", "", "", "", "yes"]


def test_offline_has_the_advantage_of_a_step_once() -> None:
    assert advantages(config("offline"), rollout(1), rollout(0.5, right=0)) == pytest.approx([1, -1])


@pytest.mark.parametrize(
    ("recipe", "sections", "message"),
    [
        ("sft", {"loss": {"kind": "gspo"}}, r"loss\.kind: gspo is a loss of reinforcement learning"),
        ("sft", {"advantage": {"kind": "stepo"}}, r"advantage\.kind: sft has no advantages"),
        ("offline", {"loss": {"kind": "elpo"}}, r"loss\.kind: elpo needs the step"),
        ("offline", {"data": None}, r"data: offline learns from data"),
        ("offline", {"teach": ["perception"]}, r"teach: offline does not imitate"),
        ("online", {"advantage": {"kind": "elpo"}}, r"advantage\.kind: elpo needs the step"),
        ("online", {"loss": {"kind": "gspo"}}, r"loss\.kind: gspo has one ratio a response"),
        ("offline", {"advantage": {"kind": "stepo"}}, r"advantage\.kind: stepo shares"),
        ("offline", {"advantage": {"episode": 0.0}}, r"advantage\.episode: neither"),
        ("semi-online", {"advantage": {"episode": 0.0}, "rollout": {"omega": 0.0}}, r"advantage\.episode: neither"),
        ("semi-online", {"advantage": {"kind": "g2rpo", "episode": 0.0}}, r"advantage\.episode: 'gaussian' is a form"),
        ("semi-online", {"advantage": {"kind": "g2rpo"}, "rollout": {"form": "released"}}, r"rollout\.form"),
        ("semi-online", {"advantage": {"kind": "elpo"}, "rollout": {"form": "released"}}, r"rollout\.form"),
        ("semi-online", {"loss": {"kind": "luspo", "dual_clip": 3.0}}, r"loss\.dual_clip: luspo clips whole"),
        ("semi-online", {"loss": {"kind": "ppo", "wide_clip": 0.3}}, r"loss\.wide_clip: ppo knows no wider"),
        ("semi-online", {"loss": {"kind": "elpo", "wide_clip": 0.1}}, r"loss\.wide_clip: is narrower"),
        ("semi-online", {"loss": {"kind": "epo"}}, r"loss\.entropy: epo shapes the entropy bonus"),
    ],
)
def test_choices_that_make_no_sense_are_refused(recipe: str, sections: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        check_choices(config(recipe, **sections))


@pytest.mark.parametrize("form", ["paper", "released"])
def test_other_choices_go_together(form: str) -> None:
    check_choices(config("online", loss={"kind": "gspo"}, online={"max_staleness": 0}))
    check_choices(config("semi-online", advantage={"kind": "g-ra"}, rollout={"form": form}))
    check_choices(config("online", loss={"kind": "epo", "entropy": 0.1}, advantage={"kind": "g2rpo"}))
