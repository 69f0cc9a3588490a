"""What the report shows of verdicts: who said what, what a person should settle, what broke."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE, fake_source, run

from device_farm.types.task import Task
from device_farm.types.trajectory import Evidence, Scored, Undecided
from gui_agent.benchmarks.base import TaskTemplate
from gui_agent.policies.expert import ExpertPolicy
from gui_agent.report.write import write_report
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment
from gui_agent.runner.run import Runner
from gui_agent.store.reader import RunReader
from gui_agent.store.writer import RunWriter
from gui_agent.verification.record import How, VerdictFile, VerdictRecord, evaluator_of, note_of
from verifier.verdict import Cost, Decision, Stage, Verdict, undecided

FAULT = "PolicyError: </script><b>gone</b>"


def template_of(task: Task) -> TaskTemplate:
    return SUITE.template(task.template)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four episodes that their evaluators call a success."""
    path = tmp_path_factory.mktemp("report") / "run"

    async def collect() -> None:
        with RunWriter(path, {"suite": SUITE.name, "seed": 0, "policy": {"type": "expert"}}) as writer:
            episodes = EpisodeRunner(ExpertPolicy(template_of), template_of)
            runner = Runner(await fake_source(2), episodes, writer, workers={"android": 2})
            await runner.run([Assignment(task=task) for task in SUITE.tasks(4)])

    run(collect())
    return path


@pytest.fixture
def folder(collected: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(collected, tmp_path / "run"))


def said(decision: Decision, step: int | None, *, holds: bool) -> Verdict:
    stages = (
        Stage(name="glance", decision="undecided", confidence=0.0, reason="blurred", cost=Cost(images=1)),
        Stage(name="probe", decision=decision, confidence=0.95, reason="asked the device", cost=Cost(steps=4)),
    )
    piece = Evidence(probe="table <rows>", observed="0", expected="1", holds=holds, step=step)
    cost = Cost(steps=4, images=1, prompt_tokens=900, completion_tokens=100, seconds=0.25)
    return Verdict(
        verifier="agentic",
        decision=decision,
        confidence=0.95,
        reason="no row",
        evidence=(piece,),
        cost=cost,
        stages=stages,
    )


def file_verdicts(folder: Path, *verdicts: Verdict, how: How = "replayed") -> list[str]:
    """One for each of the first episodes; their ids."""
    episodes = [stored.episode for stored in RunReader(folder).episodes()][: len(verdicts)]
    file = VerdictFile(folder, "agentic")
    for episode, verdict in zip(episodes, verdicts, strict=True):
        file.add(VerdictRecord(episode=episode.id, verdict=verdict, evaluator=evaluator_of(episode), how=how))
    return [episode.id for episode in episodes]


def content(folder: Path) -> dict[str, Any]:
    text = write_report(folder).read_text("utf-8")
    match = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert match is not None
    document: dict[str, Any] = json.loads(match[1])
    return document


THREE = (
    said("failure", 1, holds=False),
    undecided("agentic", "the model did not answer", faults=(FAULT,)),
    said("success", None, holds=True),
)


def test_claims_evaluator_and_verdicts_are_counted_apart(folder: Path) -> None:
    file_verdicts(folder, *THREE)
    rows = content(folder)["verdicts"]["said"]
    assert rows == [
        {"who": "agent", "kind": "claimed", "success": 4, "failure": 0, "undecided": 0, "nothing": 0},
        {"who": "evaluator", "kind": "evaluator", "success": 4, "failure": 0, "undecided": 0, "nothing": 0},
        {"who": "agentic", "kind": "verified", "success": 1, "failure": 1, "undecided": 1, "nothing": 1},
    ]


def test_disagreements_are_queued_with_the_step_that_shows_them(folder: Path) -> None:
    ids = file_verdicts(folder, *THREE)
    verdicts = content(folder)["verdicts"]
    # What is undecided disagrees with nobody.
    assert verdicts["look_at"] == [{"episode": ids[0], "verifier": "agentic", "step": 1}]
    opinions = verdicts["episodes"][ids[0]]
    assert opinions["evaluator"] == "1" and opinions["evaluator_evidence"][0]["holds"] is True
    shown = opinions["verdicts"]["agentic"]
    assert (shown["decision"], shown["confidence"], shown["how"], shown["disagrees"]) == (
        "failure", 0.95, "replayed", True,
    )  # fmt: skip
    assert [(stage["name"], stage["decision"], stage["cost"]["steps"]) for stage in shown["stages"]] == [
        ("glance", "undecided", 0),
        ("probe", "failure", 4),
    ]
    assert shown["cost"]["prompt_tokens"] == 900 and shown["evidence"][0]["observed"] == "0"
    assert set(verdicts["episodes"]) == set(RunReader(folder).episode_ids())


def test_broken_verifier_is_noted_on_top_and_is_no_failure(folder: Path) -> None:
    ids = file_verdicts(folder, *THREE)
    data = content(folder)
    (note,) = [note for note in data["notes"] if "agentic" in note]
    assert note == f"1 of 3 verdicts of agentic are undecided because something broke: {FAULT}"
    broken = data["verdicts"]["episodes"][ids[1]]["verdicts"]["agentic"]
    assert broken["decision"] == "undecided" and broken["faults"] == [FAULT] and broken["stages"] == []


def test_verdict_that_an_episode_carries_is_shown_once(folder: Path) -> None:
    """The outcome is the verifier's then, and the evaluator's opinion is only in the note."""
    reader = RunReader(folder)
    stored = reader.complete(reader.load(reader.episode_ids()[0]))
    verdict = said("failure", 0, holds=False)
    extra = {**stored.provenance.extra, **note_of(verdict, Undecided(reason="cannot tell"))}
    live = replace(stored, outcome=Scored(reward=0.0), provenance=replace(stored.provenance, extra=extra))
    again = folder.with_name("live")
    with RunWriter(again, {"suite": SUITE.name, "seed": 0, "policy": {"type": "expert"}}) as writer:
        writer.add(live)
    data = content(again)
    (shown,) = data["episodes"]
    assert "verdict" not in shown["provenance"]["extra"] and "device_id" in shown["provenance"]["extra"]
    assert data["verdicts"]["episodes"][live.id]["verdicts"]["agentic"]["how"] == "live"
    # An evaluator that cannot tell of any episode is none; it disagrees with nobody.
    assert [row["kind"] for row in data["verdicts"]["said"]] == ["claimed", "verified"]
    assert data["verdicts"]["look_at"] == []


def test_run_without_a_verifier_shows_what_was_claimed_beside_the_evaluator(folder: Path) -> None:
    verdicts = content(folder)["verdicts"]
    assert [row["kind"] for row in verdicts["said"]] == ["claimed", "evaluator"]
    assert verdicts["verifiers"] == verdicts["look_at"] == [] and verdicts["episodes"] == {}


def test_malformed_file_of_verdicts_is_named_and_the_rest_is_shown(folder: Path) -> None:
    file_verdicts(folder, *THREE)
    path = folder / "verdicts" / "agentic.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())
    data = content(folder)
    assert len(data["episodes"]) == 4 and data["verdicts"]["verifiers"] == []
    assert any(str(path) in note and "line 1" in note for note in data["notes"])


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_browser_shows_queue_cards_and_stages_and_never_markup_of_a_verdict(folder: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no browser: apt-get install chromium")
    ids = file_verdicts(folder, *THREE)

    def shown(fragment: str) -> str:
        address = f"{write_report(folder).resolve().as_uri()}{fragment}"
        command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=True)
        return done.stdout.split('<script type="application/json"')[0]

    overview = shown("")
    assert "To look at: evaluator and verifier disagree (1)" in overview and "Claimed by the agent" in overview
    assert "Verified: agentic" in overview and "table &lt;rows&gt;" in overview and "<b>gone</b>" not in overview
    assert overview.index("To look at") < overview.index("Success rate") < overview.index("Success by template")
    player = shown(f"#{ids[0]}/99")
    assert "asked the device" in player and "The evaluator says otherwise." in player and "95% sure" in player
    assert "&lt;b&gt;gone&lt;/b&gt;" in shown(f"#{ids[1]}/1")
