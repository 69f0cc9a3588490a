"""Verdicts as rewards: what a verifier said of a run, whenever it said so, is what training learns from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from stored_runs import DONE, TAP_FIRST, episode, steps_of, write_run

from device_farm.errors import ConfigError, DataError
from device_farm.types.trajectory import Episode, Evidence, Scored, TimedOut, Undecided
from gui_agent.datasets.episodes import load_episodes
from gui_agent.datasets.load import load_data
from gui_agent.export.base import selected
from gui_agent.store.reader import RunReader
from gui_agent.verification.record import VerdictFile, VerdictRecord, note_of
from gui_agent.verification.rewards import VerifiedReader
from verifier.verdict import Decision, Verdict, outcome_of, undecided

STEPS = steps_of(TAP_FIRST, DONE)


def said(decision: Decision, name: str = "agentic") -> Verdict:
    if decision == "undecided":
        return undecided(name, "the model is away", faults=("PolicyError: gone",))
    piece = Evidence(probe="p", observed="o", expected="e", holds=decision == "success")
    return Verdict(verifier=name, decision=decision, confidence=0.95, reason="r", evidence=(piece,))


def live(of: Episode, verdict: Verdict) -> Episode:
    """As a run with `--verifier` leaves it."""
    extra = note_of(verdict, of.outcome)
    return replace(of, outcome=outcome_of(verdict), provenance=replace(of.provenance, extra=extra))


def file(run: Path, **decisions: Decision) -> None:
    for name, decision in decisions.items():
        record = VerdictRecord(
            episode=f"s.T.{name}.a1", verdict=said(decision), evaluator=Scored(reward=1.0), how="replayed"
        )
        VerdictFile(run, "agentic").add(record)


def loaded(run: Path, verifier: str = "") -> tuple[dict[str, bool], dict[str, int]]:
    left_out = Counter[str]()
    found = {
        trajectory.id[4:]: trajectory.success for trajectory in load_episodes(run, left_out=left_out, verifier=verifier)
    }
    return found, dict(left_out)


def test_verdicts_found_out_later_take_the_place_of_the_evaluators_rewards(tmp_path: Path) -> None:
    run = write_run(
        tmp_path / "run",
        episode("good", STEPS),
        episode("false", STEPS),
        episode("missed", STEPS, Scored(reward=0.0)),
        episode("free", STEPS, Undecided(reason="nobody can tell")),
        episode("broken", STEPS),
        episode("unasked", STEPS),
        episode("late", STEPS, TimedOut(budget_s=1.0)),
    )
    file(run, good="success", false="failure", missed="success", free="success", broken="undecided", late="success")
    assert loaded(run, "agentic") == (
        {"false": False, "free": True, "good": True, "missed": True},
        {"undecided": 1, "unverified": 1, "timeout": 1},
    )
    # The outcomes of the run itself stay what they were.
    assert loaded(run) == (
        {"broken": True, "false": True, "good": True, "missed": False, "unasked": True},
        {"undecided": 1, "timeout": 1},
    )


def test_verdicts_given_while_the_run_was_made_are_its_rewards_already(tmp_path: Path) -> None:
    first, second = episode("a", STEPS), episode("b", STEPS)
    run = write_run(tmp_path / "run", live(first, said("failure")), live(second, said("undecided")))
    expected = ({"a": False}, {"undecided": 1})
    assert loaded(run) == loaded(run, "agentic") == expected


def test_data_without_a_verdict_of_the_verifier_is_refused(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run", episode("a", STEPS))
    with pytest.raises(ConfigError, match="no verdict of 'agentic'") as caught:
        list(load_episodes(run, verifier="agentic"))
    assert caught.value.field == "data.verifier" and "farm verify" in caught.value.fix
    file(run, a="success")
    with pytest.raises(ConfigError) as caught:
        list(load_episodes(run, verifier="agentc"))
    assert "there is: agentic" in caught.value.fix
    (run / "verdicts" / "agentic.jsonl").write_text("{}\n")
    with pytest.raises(DataError, match="line 1"):
        list(load_episodes(run, verifier="agentic"))


def test_file_of_demonstrations_holds_no_verdicts(tmp_path: Path) -> None:
    path = tmp_path / "d.jsonl"
    path.write_text("")
    with pytest.raises(ConfigError, match="no run folder") as caught:
        load_data(path, verifier="agentic")
    assert caught.value.field == "data.verifier"


def test_export_takes_verdicts_in_place_of_outcomes(tmp_path: Path) -> None:
    steps = steps_of(TAP_FIRST, DONE)
    run = write_run(tmp_path / "run", episode("good", steps), episode("false", steps), episode("unasked", steps))
    file(run, good="success", false="failure")
    reader = VerifiedReader(run, "agentic")
    assert [stored.episode.id for stored in selected(reader, success_only=True)] == ["s.T.good.a1"]
    rewards = {stored.episode.id: stored.episode.outcome for stored in selected(reader, success_only=False)}
    assert isinstance(rewards["s.T.unasked.a1"], Undecided)
    false = rewards["s.T.false.a1"]
    assert isinstance(false, Scored) and false.reward == 0.0
    assert len(list(selected(RunReader(run), success_only=True))) == 3
    with pytest.raises(ConfigError, match="no verdict of 'nosuch'") as caught:
        list(VerifiedReader(run, "nosuch").episodes())
    assert caught.value.field == "--verifier"
