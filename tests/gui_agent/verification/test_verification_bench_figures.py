"""The bench's figures from episodes and verdicts made by hand."""

from __future__ import annotations

import asyncio
from typing import Any

from device_farm.types.action import Terminate
from device_farm.types.trajectory import Evidence
from gui_agent.benchmarks.basics import SUITE
from gui_agent.labelled.episode import Kind, Label, LabelledEpisode
from gui_agent.verification.bench import Heard
from gui_agent.verification.bench_figures import bench_figures
from gui_agent.verification.bench_majority import majority_curve, simulated_majority
from verifier.calibration.table import Judged
from verifier.verdict import Cost, Decision, Verdict


def labelled(name: str, kind: Kind, success: bool, reward: float, template: str = "PhoneWifi") -> LabelledEpisode:
    return LabelledEpisode(
        id=name,
        suite="basics",
        template=template,
        seed=1,
        params={},
        platform="android",
        kind=kind,
        note="",
        actions=(Terminate(status="success"),),
        label=Label(success=success, why="made by hand", reward=reward, state="0123"),
    )


EPISODES = [
    labelled("a", "expert", True, 1.0),
    labelled("b", "expert", True, 1.0, "PhoneFindNumber"),
    labelled("c", "false_claim", False, 0.0),
    labelled("d", "side_effect", False, 1.0),
    labelled("e", "random", False, 0.0),
]


def verdict(name: str, decision: Decision) -> Verdict:
    seen = Evidence(probe="p", observed="1", expected="0", holds=False)
    return Verdict(
        verifier=name,
        decision=decision,
        confidence=0.0 if decision == "undecided" else 0.9,
        reason="r",
        evidence=(seen,),
        cost=Cost(steps=2, images=1, prompt_tokens=6, completion_tokens=4, seconds=0.5),
    )


def heard(name: str, scripted: Decision, agentic: Decision) -> Heard:
    return Heard(
        episode=name, digest="", reward=1.0, verdicts=(verdict("scripted", scripted), verdict("agentic", agentic))
    )


HEARD = [
    heard("a", "success", "success"),
    heard("b", "success", "undecided"),
    heard("c", "failure", "failure"),
    heard("d", "success", "failure"),
    Heard(episode="e", digest="", reward=None, problem="infra_error: lost"),
]


def test_bench_figures_follow_the_contract_and_leave_out_what_was_not_reproduced() -> None:
    found: Any = bench_figures(SUITE, EPISODES, HEARD, {})
    assert (found["labelled"], found["episodes"], found["successes"]) == (5, 4, 2)
    assert found["not_reproduced"] == [{"episode": "e", "problem": "infra_error: lost"}]
    wanted = {"accuracy", "precision", "recall", "f1", "undecided", "n", "interval_95"}
    wanted |= {"steps", "images", "tokens", "seconds"}
    for prior in ("balanced", "at_10_percent"):
        assert wanted <= set(found["verifiers"]["agentic"][prior])
    # Two successes found, one of two failures called a success.
    assert found["verifiers"]["scripted"]["balanced"]["accuracy"] == 0.75
    # The evaluator's own precision where one of ten attempts is a success: 0.1 / (0.1 + 0.9 · 0.5).
    assert found["verifiers"]["scripted"]["at_10_percent"]["precision"] == 0.1818
    # One success found, the other left open; both failures.
    agentic = found["verifiers"]["agentic"]["balanced"]
    assert (agentic["accuracy"], agentic["recall"], agentic["precision"], agentic["undecided"]) == (
        0.75,
        0.5,
        1.0,
        0.25,
    )
    assert (agentic["steps"], agentic["images"], agentic["tokens"], agentic["seconds"]) == (2.0, 1.0, 10.0, 0.5)
    assert found["kinds"] == {
        "expert": {"scripted": 1.0, "agentic": 0.5},
        "side_effect": {"scripted": 0.0, "agentic": 1.0},
        "false_claim": {"scripted": 1.0, "agentic": 1.0},
    }
    # Without the template that the answer decides.
    assert found["in_state"]["agentic"]["balanced"]["n"] == 3
    assert found["in_state"]["agentic"]["balanced"]["accuracy"] == 1.0


def test_disagreements_say_by_the_label_who_was_wrong() -> None:
    found: Any = bench_figures(SUITE, EPISODES, HEARD, {})["disagreements"]
    assert (found["count"], found["wrong"]) == (2, {"agentic": 1, "scripted": 1})
    first, second = found["listed"]
    assert (first["episode"], first["wrong"], first["truth"]) == ("b", "agentic", "success")
    assert (second["episode"], second["wrong"], second["truth"]) == ("d", "scripted", "failure")
    assert second["agentic_evidence"][0]["observed"] == "1"


def test_bench_figures_of_nothing_heard_are_empty_and_no_error() -> None:
    found: Any = bench_figures(SUITE, EPISODES, [], {})
    assert (found["episodes"], found["verifiers"], found["left_out"]) == (0, {}, {"android": 5})


def judged(name: str, truth: bool, decision: Decision) -> Judged:
    return Judged(episode=name, kind="expert", truth=truth, decision=decision)


def test_majority_curve_counts_votes_and_stops_early() -> None:
    runs = [
        [judged("a", True, "success"), judged("b", False, "success")],
        [judged("a", True, "success"), judged("b", False, "failure")],
        [judged("a", True, "failure"), judged("b", False, "failure")],
    ]
    curve: Any = majority_curve(runs)
    assert [curve[size]["accuracy"] for size in "123"] == [0.5, 0.5, 1.0]
    assert [curve[size]["undecided"] for size in "123"] == [0.0, 0.5, 0.0]
    # Two successes settle three runs on "a"; "b" needs the third.
    assert [curve[size]["mean_runs"] for size in "123"] == [1.0, 2.0, 2.5]
    curves: Any = bench_figures(SUITE, EPISODES, HEARD, {"both": ["scripted", "agentic"]})
    assert curves["verifiers"] == {} and curves["majority"]["both"]["1"]["accuracy"] == 0.75


def test_simulated_majority_is_what_the_formula_says() -> None:
    opinions = [
        judged(f"e{number}", number % 2 == 0, "success" if number % 2 == 0 else "failure") for number in range(300)
    ]
    opinions.append(judged("open", True, "undecided"))
    curve: Any = asyncio.run(simulated_majority(opinions, 0.0))
    assert list(curve) == list("123456789")
    for point in curve.values():
        # 1200 judges; four standard errors of at most sqrt(0.25 / 1200).
        assert abs(point["agreement"] - point["formula"]) < 0.06
        assert abs(point["mean_runs"] - point["formula_runs"]) < 0.2
        # All opinions are right, so that agreeing is being right.
        assert abs(point["accuracy"] - point["agreement"]) < 0.01
    assert curve["3"]["formula"] == 0.896 and curve["9"]["agreement"] > curve["1"]["agreement"]
    assert asyncio.run(simulated_majority([], 0.0))["1"] == {  # type: ignore[comparison-overlap]
        "agreement": 0.0, "formula": 0.8, "mean_runs": 0.0, "formula_runs": 1.0,
    }  # fmt: skip
