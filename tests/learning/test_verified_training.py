"""`farm train` with a verifier: on a run that it judged, and on episodes that it judges while they are played."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="torch is not installed")

from stored_runs import DONE, TAP_FIRST, episode, steps_of, write_run

from device_farm.errors import ConfigError
from device_farm.types.trajectory import Evidence, Scored, Undecided
from gui_agent.commands.train import COMMAND
from gui_agent.store.reader import RunReader
from gui_agent.training.config import DataConfig
from gui_agent.training.metrics import MetricsLog
from gui_agent.training.recipes import load_trajectories
from gui_agent.verification.record import VerdictFile, VerdictRecord, noted
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Decision, Verdict, undecided

ONLINE = """
[policy]
import_path = "tiny_presser:make"

[run]
suite = "tiny_presser:SUITE"
episodes = 3
backends = [{ type = "import", import_path = "tiny_presser:backend", devices = 2 }]

[trainer]
updates = 4

[rollout]
tasks = 2
group = 4
omega = 0.0
eta = 0.1
refills = 1

[online]
max_staleness = 0

[loss]
kl = 0.0
"""


@dataclass(frozen=True, kw_only=True)
class Presses:
    """By the device's own count: a success is one press, whatever the goal says; after none it cannot tell."""

    name: str = "presses"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        assert scene is not None
        state = (await scene.device.shell("state")).stdout.decode()
        (count,) = re.findall(r"count=(\d+)", state)
        if count == "0":
            return undecided(self.name, "nothing was pressed", faults=("VerifierError: nothing to see",))
        piece = Evidence(probe="count", observed=count, expected="1", holds=count == "1")
        decision: Decision = "success" if piece.holds else "failure"
        return Verdict(verifier=self.name, decision=decision, confidence=0.9, reason=count, evidence=(piece,))


def farm_train(recipe: str, config: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    return asyncio.run(COMMAND.run(parser.parse_args([recipe, "--config", str(config), "--json", *more])))


@pytest.fixture
def online(tmp_path: Path) -> Path:
    path = tmp_path / "online.toml"
    path.write_text(ONLINE)
    return path


def test_online_rewards_are_the_verifiers_and_what_it_leaves_undecided_is_masked(online: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert farm_train("online", online, "--out", str(out), "--verifier", "test_verified_training:Presses") == 0
    records: list[dict[str, Any]] = MetricsLog(out / "metrics.jsonl").read()
    stored = [one.episode for one in RunReader(out / "rollouts").episodes()]
    outcomes = {episode.id: episode.outcome for episode in stored}
    assert {type(outcome) for outcome in outcomes.values()} == {Scored, Undecided}
    for played in stored:
        record = noted(played)
        assert record is not None and record.verdict.verifier == "presses" and isinstance(record.evaluator, Scored)
        if isinstance(played.outcome, Scored):
            assert played.outcome.reward == float(record.verdict.reason == "1")
    trained = sum(record["rollouts"] for record in records)
    assert 0 < sum(record["masked_undecided"] for record in records) < trained
    assert sum(record["masked_infra_error"] for record in records) == 0


@pytest.mark.parametrize(
    ("more", "field"),
    [
        (["--verifier", "presser"], "--verifier"),
        (["--verifier", "agentic", "--set", 'online.verifier={import_path="x:y"}'], "run.verifier"),
        (["--verifier", "agentic", "--set", 'online.scorers=[{import_path="x:y"}]'], "run.verifier"),
        (["--set", "run.reject_satisfied=true"], "run.reject_satisfied"),
        (["--verifier", "no_such_module:x"], "verifier.import_path"),
    ],
)
def test_online_with_a_bad_verifier_starts_nothing(more: list[str], field: str, online: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        farm_train("online", online, "--out", str(tmp_path / "run"), *more)
    assert caught.value.field.endswith(field)
    assert not (tmp_path / "run" / "rollouts").exists()


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    """Three episodes that their evaluator calls a success, and a verifier only one of them."""
    steps = steps_of(TAP_FIRST, DONE)
    run = write_run(tmp_path / "data", *(episode(name, steps) for name in ("a", "b", "c", "d")))
    piece = Evidence(probe="p", observed="o", expected="e", holds=True)
    good = Verdict(verifier="agentic", decision="success", confidence=0.9, reason="r", evidence=(piece,))
    bad = Verdict(verifier="agentic", decision="failure", confidence=0.9, reason="r")
    for name, verdict in (("a", good), ("b", bad), ("c", undecided("agentic", "away", faults=("PolicyError: x",)))):
        record = VerdictRecord(episode=f"s.T.{name}.a1", verdict=verdict, evaluator=Scored(reward=1.0), how="replayed")
        VerdictFile(run, "agentic").add(record)
    return run


def test_data_of_a_run_has_the_rewards_of_the_verifier(judged: Path) -> None:
    left_out = Counter[str]()
    config = DataConfig(path=str(judged), verifier="agentic")
    loaded = load_trajectories(config, left_out=left_out)
    assert {trajectory.id: trajectory.success for trajectory in loaded} == {"s/T/a": True, "s/T/b": False}
    assert left_out == {"undecided": 1, "unverified": 1}


@pytest.mark.parametrize("recipe", ["sft", "offline", "semi-online"])
def test_dry_run_says_what_the_verifier_leaves(
    recipe: str, judged: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "train.toml"
    path.write_text(f'[policy]\nimport_path = "tiny_clicker:make"\n\n[data]\npath = "{judged}"\n')
    assert farm_train(recipe, path, "--verifier", "agentic", "--dry-run") == 0
    facts = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert facts["trajectories"] == 2 and facts["left_out"] == {"undecided": 1, "unverified": 1}
    # A verifier may have any name of its own.
    with pytest.raises(ConfigError, match="no verdict of 'mine'") as caught:
        farm_train(recipe, path, "--verifier", "mine", "--dry-run")
    assert caught.value.field == "data.verifier"
