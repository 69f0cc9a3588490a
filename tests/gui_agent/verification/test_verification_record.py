"""Files of verdicts: torn, malformed, held by another, on a full disk; and verifiers that answer nonsense."""

from __future__ import annotations

import asyncio
import errno
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import ConfigError, DataError
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Evidence, Provenance, Scored, Undecided
from gui_agent.runner.journal import reason_of
from gui_agent.store.audit import check_verdict
from gui_agent.store.files import LocalFiles, StorageError
from gui_agent.verification.loaded import LoadedVerifier
from gui_agent.verification.record import VerdictFile, VerdictRecord, note_of, verdicts_by, verdicts_of
from verifier.case import Case
from verifier.scene import Scene
from verifier.verdict import Cost, Decision, Verdict, outcome_of, undecided

CASE = Case(goal="g", platform="android", steps=(), final=None, answer=None, claimed=None, stop="terminated")


def verdict(decision: Decision = "success", name: str = "v") -> Verdict:
    piece = Evidence(probe="p", observed="1", expected="1", holds=decision == "success")
    return Verdict(verifier=name, decision=decision, confidence=0.9, reason="r", evidence=(piece,))


def record(episode: str, decision: Decision = "success") -> VerdictRecord:
    return VerdictRecord(episode=episode, verdict=verdict(decision), evaluator=Scored(reward=1.0), how="replayed")


def test_file_gives_back_what_was_added_and_the_last_line_of_an_episode_counts(tmp_path: Path) -> None:
    file = VerdictFile(tmp_path, "v")
    for one in (record("b"), record("a", "failure"), record("b", "failure")):
        file.add(one)
    assert file.read() == {"a": record("a", "failure"), "b": record("b", "failure")}
    file.replace(file.read().values())
    assert [line.split('"episode":"')[1][0] for line in file.path.read_text().splitlines()] == ["a", "b"]
    assert file.read() == {"a": record("a", "failure"), "b": record("b", "failure")}


@pytest.mark.parametrize("line", [b"no json\n", b"{}\n", b"[]\n", b'{"episode": "x"}\n'])
def test_malformed_line_is_named_and_can_be_put_aside(line: bytes, tmp_path: Path) -> None:
    file = VerdictFile(tmp_path, "v")
    file.add(record("a"))
    file.path.write_bytes(line + file.path.read_bytes())
    with pytest.raises(DataError, match="line 1") as caught:
        file.read()
    assert str(file.path) in str(caught.value) and "--again" in caught.value.fix
    assert file.set_aside().name == "v.jsonl.damaged" and file.read() == {}


def test_file_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    file, other = VerdictFile(tmp_path, "v"), VerdictFile(tmp_path, "v")
    with file.held():
        with pytest.raises(ConfigError, match=f"process {os.getpid()}"), other.held():
            raise AssertionError("not reached")
        with VerdictFile(tmp_path, "w").held():
            pass
    with other.held():
        pass


@dataclass(frozen=True)
class FullDisk(LocalFiles):
    """Room for so many bytes of a line, none for a file."""

    room: int = 0

    def append(self, path: Path, data: bytes) -> None:
        super().append(path, data[: self.room])
        raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, path: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    def sync(self, paths: Sequence[Path]) -> None:
        raise AssertionError("nothing was written")


def test_full_disk_is_named_and_what_was_judged_stays(tmp_path: Path) -> None:
    whole = VerdictFile(tmp_path, "v")
    whole.add(record("a"))
    full = VerdictFile(tmp_path, "v", files=FullDisk(room=20))
    with pytest.raises(StorageError, match="No space left") as caught:
        full.add(record("b"))
    assert "run again;" in caught.value.fix and "--resume" not in caught.value.fix
    with pytest.raises(StorageError):
        full.replace(())
    assert whole.read() == {"a": record("a")}
    whole.begin()
    whole.add(record("b"))
    assert sorted(whole.read()) == ["a", "b"]


def episode(*, note: Verdict | None, outcome: Scored | Undecided, evaluator: str = "state") -> Episode:
    task = Task(
        id="s/T/0",
        suite="s",
        template="T",
        platform="android",
        goal="g",
        seed=0,
        max_steps=9,
        time_budget_s=9.0,
        evaluator=evaluator,
    )
    origin = Provenance(policy="p", dialect="", backend="b", device_image="i", seed=0, code_version="1")
    extra = {} if note is None else note_of(note, Scored(reward=1.0))
    return Episode(
        id="e", task=task, steps=(), outcome=outcome, provenance=replace(origin, extra=extra), stop="terminated"
    )


def test_what_was_found_out_later_stands_in_place_of_what_the_episode_carries(tmp_path: Path) -> None:
    carried = episode(note=verdict(), outcome=outcome_of(verdict()))
    assert verdicts_by(tmp_path, "v", [carried])["e"].how == "live"
    VerdictFile(tmp_path, "v").add(record("e", "failure"))
    VerdictFile(tmp_path, "w").add(record("e"))
    assert verdicts_by(tmp_path, "v", [carried])["e"].verdict.decision == "failure"
    assert {name: sorted(found) for name, found in verdicts_of(tmp_path, [carried]).items()} == {"v": ["e"], "w": ["e"]}


def test_name_in_a_foreign_run_folder_becomes_no_path(tmp_path: Path) -> None:
    (tmp_path / "secret.jsonl").write_text("no verdicts\n")
    hostile = episode(note=verdict(name="../secret"), outcome=outcome_of(verdict()))
    assert sorted(verdicts_of(tmp_path, [hostile])) == ["../secret"]


@pytest.mark.parametrize("evaluator", ["state", "androidworld", "parts"])
@pytest.mark.parametrize("decision", ["success", "failure"])
def test_reward_of_a_verifier_follows_from_its_evidence_whatever_the_task(evaluator: str, decision: Decision) -> None:
    said = verdict(decision)
    outcome = outcome_of(said)
    assert isinstance(outcome, Scored)
    assert check_verdict(episode(note=said, outcome=outcome, evaluator=evaluator)) == ""
    wrong = replace(outcome, reward=1.0 - outcome.reward)
    assert "but the evidence says" in check_verdict(episode(note=said, outcome=wrong, evaluator=evaluator))


@dataclass(frozen=True, kw_only=True)
class Answers:
    what: Any
    name: str = "answers"

    async def verify(self, case: Case, scene: Scene | None) -> Verdict:
        return self.what  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("what", "fault"),
    [
        (None, "VerifierError: odd answered with a NoneType in place of a Verdict"),
        ("success", "VerifierError: odd answered with a str in place of a Verdict"),
        (replace(verdict(), cost=Cost(seconds=math.nan)), "DataError: "),
        (replace(verdict(), reason=7), "DataError: "),  # type: ignore[arg-type]
    ],
)
def test_answer_that_is_no_verdict_is_undecided(what: Any, fault: str) -> None:
    loaded = LoadedVerifier(name="odd", verifier=Answers(what=what))
    said = asyncio.run(loaded.verdict(CASE, None, Scored(reward=1.0)))
    assert said.decision == "undecided" and said.faults[0].startswith(fault)
    assert isinstance(outcome_of(said), Undecided)


def test_verdict_is_filed_under_the_name_of_its_verifier() -> None:
    loaded = LoadedVerifier(name="mine", verifier=Answers(what=verdict(name="other")))
    assert asyncio.run(loaded.verdict(CASE, None, Scored(reward=1.0))) == replace(verdict(), verifier="mine")


def test_stages_may_lack_in_a_file_that_was_written_before_there_were_any(tmp_path: Path) -> None:
    file = VerdictFile(tmp_path, "v")
    file.add(record("a"))
    assert "stages" not in file.path.read_text()
    assert file.read()["a"].verdict.stages == ()


def test_faulted_verdict_keeps_its_fault_in_the_file(tmp_path: Path) -> None:
    broken = replace(record("a"), verdict=undecided("v", "away", faults=("PolicyError: gone",)))
    VerdictFile(tmp_path, "v").add(broken)
    assert VerdictFile(tmp_path, "v").read() == {"a": broken}


def test_reason_of_a_verdict_is_one_short_line() -> None:
    said = Evidence(probe="verdict of agentic", observed="content: a\nb" + "x" * 400, expected="success", holds=False)
    assert reason_of(Scored(reward=0.0, evidence=(said,))) == f"reward 0; verdict of agentic: content: a b{'x' * 288}…"
