"""`farm verify RUN --verifier`, `farm verify audit`, `--verifier` and `--reject-satisfied`, on simulated phones."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from device_farm.cli.main import main
from device_farm.types.codec.json import dumps_value, loads_value
from device_farm.types.observation import image_digest
from device_farm.types.trajectory import Scored, Undecided
from gui_agent.store.reader import RunReader
from gui_agent.verification.record import VerdictFile, noted, verdicts_of

SUITE = "rotation_suite:SUITE"
SWITCH = "rotation_suite:SwitchVerifier"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str

    @property
    def values(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.stdout.strip().splitlines()[-1])
        return document


def farm(*arguments: str) -> Done:
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = int(main(arguments))
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
    return Done(code, stdout.getvalue(), stderr.getvalue())


def collected(folder: Path, policy: str, *more: str, suite: str = SUITE) -> Done:
    done = farm(
        "collect", "--suite", suite, "--policy", policy, "--combinations", "1", "--devices", "1", "--out", str(folder),
        "--json", *more,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def verify(folder: Path, *more: str) -> Done:
    return farm("verify", str(folder), "--suite", SUITE, "--devices", "1", "--json", *more)


@pytest.fixture(scope="module")
def noop_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nothing was done: the sound task failed, the solved one passes, the trusting evaluator is wrong."""
    folder = tmp_path_factory.mktemp("runs") / "noop"
    collected(folder, "noop")
    return folder


@pytest.fixture
def run_folder(noop_run: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(noop_run, tmp_path / "run"))


def test_verify_judges_replays_and_names_who_disagrees(run_folder: Path) -> None:
    done = verify(run_folder, "--verifier", SWITCH)
    assert done.returncode == 0, done.stderr
    values = done.values
    assert {name: values[name] for name in ("verifier", "episodes", "success", "failure", "undecided", "faults")} == {
        "verifier": "switch", "episodes": 3, "success": 1, "failure": 2, "undecided": 0, "faults": 0,
    }  # fmt: skip
    assert values["disagreements"] == 1 and values["judged_now"] == 3 and values["cost"]["steps"] == 3
    (other,) = values["disagreeing"]
    assert (other["verifier"], other["evaluator"]) == ("failure", "1") and "Trusting" in other["episode"]
    records = VerdictFile(run_folder, "switch").read()
    assert {record.how for record in records.values()} == {"replayed"}
    assert sorted(records) == RunReader(run_folder).episode_ids()


def test_verify_keeps_what_was_judged_before(run_folder: Path) -> None:
    file = VerdictFile(run_folder, "switch")
    assert verify(run_folder, "--verifier", SWITCH, "--sample", "1").values["judged_now"] == 1
    (first,) = file.read().values()
    with file.path.open("ab") as torn:
        torn.write(b'{"episode": "torn')
    done = verify(run_folder, "--verifier", SWITCH)
    assert done.returncode == 0 and done.values["judged_now"] == 2 and done.values["episodes"] == 3
    assert file.read()[first.episode] == first and len(file.read()) == 3
    assert verify(run_folder, "--verifier", SWITCH).values["judged_now"] == 0
    assert verify(run_folder, "--verifier", SWITCH, "--again", "--sample", "2").values["judged_now"] == 2
    assert len(file.read()) == 3
    assert sorted(path.name for path in file.path.parent.iterdir()) == [".switch.lock", "switch.jsonl"]


def test_what_is_undecided_for_a_fault_is_asked_again(run_folder: Path, tmp_path: Path) -> None:
    assert verify(run_folder, "--verifier", SWITCH, "--offline").values["undecided"] == 3
    values = verify(run_folder, "--verifier", SWITCH).values
    assert values["judged_now"] == 3 and values["undecided"] == 0
    assert verify(run_folder, "--verifier", SWITCH).values["judged_now"] == 0


def test_malformed_file_of_verdicts_is_refused_and_written_anew_on_request(run_folder: Path) -> None:
    file = VerdictFile(run_folder, "switch")
    verify(run_folder, "--verifier", SWITCH, "--sample", "1")
    file.path.write_bytes(b"{}\n" + file.path.read_bytes())
    refused = verify(run_folder, "--verifier", SWITCH)
    assert refused.returncode == 1 and "line 1" in refused.stderr and "--again" in refused.stderr
    assert "Traceback" not in refused.stderr
    done = verify(run_folder, "--verifier", SWITCH, "--again")
    assert done.returncode == 0 and done.values["judged_now"] == 3 and "switch.jsonl.damaged" in done.stderr
    assert len(file.read()) == 3


def test_damaged_episode_is_named_and_the_others_are_judged(run_folder: Path) -> None:
    broken = RunReader(run_folder).episode_ids()[0]
    (run_folder / "episodes" / broken / "steps.jsonl").write_bytes(b"{")
    done = verify(run_folder, "--verifier", SWITCH)
    assert done.returncode == 1 and done.values["judged_now"] == done.values["episodes"] == 2
    assert list(done.values["damaged"]) == [broken] and broken in done.stdout


@pytest.mark.parametrize("name", ["last-screen", "trajectory", "unanimous"])
def test_passive_judge_needs_no_device(name: str, run_folder: Path) -> None:
    done = verify(run_folder, "--verifier", name, "--backend", "adb=none-1")
    assert done.returncode == 0, done.stderr
    assert done.values["judged_now"] == 3 and done.values["broken"] == 0
    assert {record.how for record in VerdictFile(run_folder, name).read().values()} == {"offline"}


def test_run_whose_screens_are_lost_is_judged_by_what_is_left(run_folder: Path) -> None:
    for screen in (run_folder / "blobs").iterdir():
        screen.unlink()
    passive = verify(run_folder, "--verifier", "last-screen")
    assert passive.returncode == 0 and passive.values["undecided"] == passive.values["faults"] == 3
    probing = verify(run_folder, "--verifier", SWITCH)
    assert probing.returncode == 0 and probing.values["undecided"] == 0


def test_text_of_a_screen_does_not_reach_the_terminal_as_it_is(run_folder: Path) -> None:
    done = verify(run_folder, "--verifier", "rotation_suite:Quoting", "--offline")
    assert done.returncode == 0 and "[2J[bold]shown[/bold]" in done.stdout
    assert "\x1b" not in done.stdout and "\r" not in done.stdout
    # What is filed is what was said.
    assert {record.verdict.reason for record in VerdictFile(run_folder, "switch").read().values()} == {
        "\x1b[2J[bold]shown[/bold]\r\n"
    }


def test_report_follows_the_verdicts_also_after_a_kill_in_between(run_folder: Path) -> None:
    report = run_folder / "report.html"
    assert report.exists()
    verify(run_folder, "--verifier", SWITCH, "--offline")
    assert "verified" in report.read_text("utf-8") and '"verifiers":["switch"]' in report.read_text("utf-8")
    assert verify(run_folder, "--verifier", "last-screen").returncode == 0
    report.write_text("from before")
    os.utime(report, (1, 1))
    assert verify(run_folder, "--verifier", "last-screen").values["judged_now"] == 0
    assert '"verifiers":["last-screen","switch"]' in report.read_text("utf-8")


def test_interrupted_judging_keeps_its_verdicts_and_goes_on(run_folder: Path) -> None:
    """As by Ctrl-C, while the verifier is at its second episode."""
    config = run_folder.with_name("slow.toml")
    config.write_text('[verifier]\ntype = "import"\nimport_path = "rotation_suite:SlowFromTheSecond"\n')
    arguments = [str(run_folder), "--suite", SUITE, "--devices", "1", "--json", "--config", str(config)]
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    process = subprocess.Popen(
        [sys.executable, "-m", "device_farm.cli.main", "verify", *arguments],
        env={**os.environ, "PYTHONPATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    file = VerdictFile(run_folder, "slow")
    deadline_s = time.monotonic() + 60
    while not file.read() and process.poll() is None and time.monotonic() < deadline_s:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in stderr, stderr
    (kept,) = file.read().values()
    done = farm("verify", *arguments, "--set", "verifier.options.wait_s=0.0")
    assert done.returncode == 0 and done.values["judged_now"] == 2, done.stderr
    assert file.read()[kept.episode] == kept and len(file.read()) == 3


def test_verify_offline_has_the_record_and_no_device(run_folder: Path, tmp_path: Path) -> None:
    done = verify(run_folder, "--verifier", SWITCH, "--offline")
    assert done.returncode == 0, done.stderr
    assert done.values["undecided"] == done.values["faults"] == 3 and done.values["disagreements"] == 0
    config = tmp_path / "verifier.toml"
    config.write_text(
        f'[verifier]\ntype = "import"\nimport_path = "{SWITCH}"\noptions = {{claim = true, name = "c"}}\n'
    )
    values = verify(run_folder, "--config", str(config), "--offline").values
    assert values["success"] == 3 and values["cost"]["images"] == 3
    # The sound task was claimed and its evaluator saw through it.
    assert [entry["evaluator"] for entry in values["disagreeing"]] == ["0"]


def test_verify_of_a_replay_that_differs_is_undecided_with_the_fault(run_folder: Path) -> None:
    """As if the recorded agent had seen another screen than its device shows."""
    (episode,) = [name for name in RunReader(run_folder).episode_ids() if "Rotate" in name]
    steps = run_folder / "episodes" / episode / "steps.jsonl"
    step = loads_value(steps.read_bytes())
    assert isinstance(step, dict)
    step["step"]["observation"]["foreground"]["app"] = "com.example.other"
    head_path = steps.with_name("episode.json")
    head = loads_value(head_path.read_bytes())
    assert isinstance(head, dict)
    steps.write_text(dumps_value(step) + "\n")
    head["steps_digest"] = image_digest(steps.read_bytes())
    head_path.write_text(dumps_value(head) + "\n")
    done = verify(run_folder, "--verifier", SWITCH)
    assert done.returncode == 0, done.stderr
    assert done.values["undecided"] == done.values["faults"] == 1
    verdict = VerdictFile(run_folder, "switch").read()[episode].verdict
    assert verdict.decision == "undecided"
    assert verdict.faults == (
        "VerifierError: the replay differs from the record: another window is in front at screen 1",
    )


def test_verify_with_an_unknown_verifier_starts_nothing(run_folder: Path) -> None:
    done = verify(run_folder, "--verifier", "agentc")
    assert done.returncode == 2 and "unknown verifier 'agentc'" in done.stderr and "agentic" in done.stderr
    assert not (run_folder / "verdicts").exists()
    done = verify(run_folder, "--verifier", "rotation_suite:SUITE")
    assert done.returncode == 2 and "cannot be called" in done.stderr
    done = verify(run_folder, "--verifier", "rotation_suite:Rotate")
    assert done.returncode == 2 and "returned no Verifier: it has no 'verify'" in done.stderr
    done = verify(run_folder, "--verifier", "agentic", "--set", "verifier.runs=3")
    assert done.returncode == 2 and "without a model every run says the same" in done.stderr
    done = verify(run_folder, "--verifier", "agentic", "--sample", "0")
    assert done.returncode == 2 and "--sample" in done.stderr


def test_verify_without_a_verifier_still_checks_files_and_rewards(run_folder: Path) -> None:
    done = farm("verify", "--offline", str(run_folder), "--suite", SUITE, "--json")
    assert done.returncode == 0, done.stderr
    assert done.values["intact"] == 3 and done.values["disagreements"] == []


def test_collected_episodes_have_the_verifiers_outcome_and_both_opinions(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    figures = collected(folder, "noop", "--verifier", SWITCH).values
    assert figures["scored"] == 3 and figures["success"] == 1
    reader = RunReader(folder)
    outcomes = {one.episode.task.template: one.episode.outcome for one in reader.episodes()}
    assert isinstance(outcomes["Trusting"], Scored) and outcomes["Trusting"].reward == 0.0
    records = verdicts_of(folder, [one.episode for one in reader.episodes()])["switch"]
    assert {record.how for record in records.values()} == {"live"}
    assert ["Trusting" in name for name, record in records.items() if record.disagrees] == [True]
    # The rewards follow from the evidence, and a fresh device confirms what the evaluator said.
    done = verify(folder)
    assert done.returncode == 0, done.stdout
    assert done.values["unfounded"] == 0 and done.values["rewards_agree"] == 3
    assert verify(folder, "--verifier", SWITCH).values["judged_now"] == 0
    again = verify(folder, "--verifier", SWITCH, "--again").values
    assert again["judged_now"] == 3 and again["disagreements"] == 1


def test_undecided_verifier_is_no_reward_in_the_run(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    config = tmp_path / "verifier.toml"
    config.write_text('[verifier]\ntype = "import"\nimport_path = "rotation_suite:Nonsense"\n')
    figures = collected(folder, "expert", "--config", str(config), suite="rotation_suite:SOUND").values
    assert figures["undecided"] == 1 and figures["scored"] == 0
    (stored,) = RunReader(folder).episodes()
    assert isinstance(stored.episode.outcome, Undecided)
    record = noted(stored.episode)
    assert record is not None and isinstance(record.evaluator, Scored) and record.evaluator.reward == 1.0


def test_audit_lists_what_passes_untouched_and_who_lets_it_pass() -> None:
    done = farm("verify", "audit", SUITE, "--seeds", "2", "--devices", "1", "--verifier", SWITCH, "--json")
    assert done.returncode == 1, done.stderr
    values = done.values
    assert values["tasks"] == 6 and values["templates"] == 3 and values["broken"] == values["partly"] == []
    passed = {entry["task"]: entry["passed_by"] for entry in values["satisfied"]}
    assert passed == {
        f"{SUITE}/Solved/0": ["evaluator", "switch"],
        f"{SUITE}/Solved/1": ["evaluator", "switch"],
        f"{SUITE}/Trusting/0": ["evaluator"],
        f"{SUITE}/Trusting/1": ["evaluator"],
    }
    assert "6 tasks, 4 of them pass with nothing done" in done.stdout


def test_audit_of_a_sound_suite_has_nothing_to_list() -> None:
    done = farm("verify", "audit", "rotation_suite:SOUND", "--devices", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert done.values["satisfied"] == [] and done.values["undecided"] == 0


def test_audit_refuses_bad_arguments_before_any_device() -> None:
    assert farm("verify", "audit", "no_such_suite").returncode == 2
    assert farm("verify", "audit", SUITE, "--seeds", "0").returncode == 2
    assert farm("verify", "audit").returncode == 2


def test_satisfied_tasks_are_left_out_with_the_reason_and_not_tried_again(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done = collected(folder, "expert", "--reject-satisfied")
    figures = done.values
    assert figures["planned"] == 3 and figures["episodes"] == figures["success"] == 1
    assert set(figures["rejected"]) == {f"{SUITE}/Solved/0", f"{SUITE}/Trusting/0"}
    assert figures["rejected"][f"{SUITE}/Solved/0"] == "passes with nothing done (evaluator 1)"
    assert f"left out {SUITE}/Solved/0: passes with nothing done" in done.stdout
    again = collected(folder, "expert", "--reject-satisfied", "--resume")
    assert again.values["rejected"] == figures["rejected"] and again.values["steps"] == 0
    tried = [event for event in RunReader(folder).events() if event["event"] == "task_tried_untouched"]
    assert len(tried) == 3
