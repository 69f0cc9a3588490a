"""The embedded policy `mini`, with the weights that the package brings along."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from device_farm.config import load_config
from device_farm.errors import ConfigError
from device_farm.types.trajectory import Scored
from gui_agent.benchmarks.params import ChoiceParam, IntParam
from gui_agent.composition import make_plan
from gui_agent.config import RunConfig
from gui_agent.miniature.tasks import HELD_OUT, TRAIN
from gui_agent.miniature.weight_file import SHIPPED
from gui_agent.policies.config import MiniConfig
from gui_agent.runner.collect import collect
from gui_agent.runner.summary import RunSummary
from gui_agent.store.reader import RunReader

SUITE = "gui_agent.miniature.tasks:HELD_OUT"
EASY = ("PhoneAirplaneMode", "PhoneDeleteFile", "PhoneScreenTimeout", "PhoneStarContact")


async def played(config: RunConfig, out: Path) -> RunSummary:
    return await collect(await make_plan(config), out)


def test_the_shipped_miniature_solves_tasks_in_words_it_never_saw(tmp_path: Path) -> None:
    config = RunConfig(suite=SUITE, tasks=EASY, episodes=4, seed=77, devices=2, policy=MiniConfig(), report=False)
    summary = asyncio.run(played(config, tmp_path / "run"))
    assert (summary.scored, summary.policy_error, summary.infra_error) == (4, 0, 0)
    assert summary.success >= 2
    episodes = [stored.episode for stored in RunReader(tmp_path / "run").episodes()]
    won = [one for one in episodes if isinstance(one.outcome, Scored) and one.outcome.reward == 1.0]
    assert all(one.provenance.policy == "mini" and one.stop == "terminated" for one in won)
    turns = [step.turn for one in episodes for step in one.steps]
    assert all(turn is not None and len(turn.token_ids) == len(turn.logprobs) > 0 for turn in turns)


def test_the_shipped_weights_are_few() -> None:
    assert SHIPPED.stat().st_size < 3_000_000


def test_acting_needs_no_torch() -> None:
    code = "import sys; from gui_agent.policies.mini import MiniPolicy; MiniPolicy(); assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_weights_that_are_not_there_are_refused_before_any_device(tmp_path: Path) -> None:
    config = load_config(
        RunConfig, overrides=['policy.type="mini"', f'policy.weights="{tmp_path}"', f'suite="{SUITE}"']
    )
    with pytest.raises(ConfigError, match=r"policy\.weights: .* holds no weights"):
        asyncio.run(make_plan(config))


@pytest.mark.parametrize("template", [template.name for template in TRAIN.templates])
def test_the_halves_share_no_name_of_their_own(template: str) -> None:
    one, other = TRAIN.template(template), HELD_OUT.template(template)
    for name in one.params:
        seen, unseen = ({str(half.task("x", seed).params[name]) for seed in range(60)} for half in (one, other))
        param = one.params[name]
        few = isinstance(param, ChoiceParam) or (
            isinstance(param, IntParam) and param.high - param.low < 12 * param.step
        )
        assert few or not seen & unseen
