"""`farm verify RUN --verifier agentic` over a run in which some episodes cannot be found out."""

from __future__ import annotations

from pathlib import Path

from test_verification_commands import collected, farm

from gui_agent.store.reader import RunReader
from gui_agent.verification.record import VerdictFile

SUITE = "trouble_suite:SUITE"


def test_episode_in_trouble_is_undecided_with_the_fault_and_the_others_are_judged(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert collected(folder, "noop", suite=SUITE).values["scored"] == 3
    done = farm("verify", str(folder), "--suite", SUITE, "--devices", "1", "--verifier", "agentic", "--json")
    assert done.returncode == 0, done.stderr
    counted = {name: done.values[name] for name in ("success", "failure", "undecided", "faults", "disagreements")}
    assert counted == {"success": 0, "failure": 1, "undecided": 2, "faults": 2, "disagreements": 0}
    template_of = {stored.episode.id: stored.episode.task.template for stored in RunReader(folder).episodes()}
    found = {template_of[name]: one.verdict for name, one in VerdictFile(folder, "agentic").read().items()}
    assert found["Sound"].decision == "failure" and found["Sound"].faults == ()
    assert any("the database does not answer" in fault or "file is not" in fault for fault in found["Damaged"].faults)
    assert any("has 73400320 bytes" in fault for fault in found["Endless"].faults)
