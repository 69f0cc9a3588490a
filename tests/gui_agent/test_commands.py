from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fake_suite import SUITE

from device_farm.cli.main import main
from device_farm.config import load_config
from device_farm.types.trajectory import Scored
from gui_agent.config import RunConfig
from gui_agent.store.layout import episode_id
from gui_agent.store.reader import RunReader

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SUITE_PATH = "fake_suite:SUITE"
KEYS = {
    "episodes", "scored", "success", "undecided", "infra_error", "timeout", "policy_error",
    "steps", "wall_s", "steps_per_s", "device_utilisation",
}  # fmt: skip


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "device_farm.cli.main", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE)}


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def farm(*arguments: str) -> Done:
    """`farm` inside this process: the same entry point, without a second of imports for every call."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        try:
            code = int(main(arguments))
        except SystemExit as error:  # argparse
            code = int(error.code or 0)
    return Done(code, stdout.getvalue(), stderr.getvalue())


def last_json(text: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    return document


def collected(folder: Path, *more: str, episodes: int = 8, policy: str = "expert") -> Done:
    return farm(
        "collect", "--suite", SUITE_PATH, "--policy", policy, "--episodes", str(episodes), "--backend", "fake=2",
        "--out", str(folder), "--json", *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "expert"
    done = collected(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_collect_prints_the_contracted_figures_last(tmp_path: Path) -> None:
    done = collected(tmp_path / "run")
    assert done.returncode == 0, done.stderr
    figures = last_json(done.stdout)
    assert set(figures) >= KEYS
    assert figures["episodes"] == figures["scored"] == figures["success"] == 8
    assert figures["steps"] > 8 and 0 < figures["device_utilisation"] <= 1
    assert "rich" not in done.stdout and "[8/8]" in done.stderr
    for name in ("config.toml", "events.jsonl", "metrics.jsonl", "report.html"):
        assert (tmp_path / "run" / name).stat().st_size > 0


def test_eval_adds_success_rate_and_interval(tmp_path: Path) -> None:
    done = farm(
        "eval", "--suite", SUITE_PATH, "--policy", "noop", "--episodes", "4", "--backend", "fake=2", "--json",
        "--out", str(tmp_path / "run"),
    )  # fmt: skip
    figures = last_json(done.stdout)
    assert done.returncode == 0 and figures["success_rate"] == 0.0
    # Wilson score interval of 0 in 4 at 95%: z²/(n + z²) = 3.8415/7.8415.
    assert figures["interval"] == [0.0, pytest.approx(0.4899, abs=1e-4)]


def test_dry_run_starts_and_writes_nothing(tmp_path: Path) -> None:
    done = farm("collect", "--suite", SUITE_PATH, "--dry-run", "--json", "--out", str(tmp_path / "run"))
    assert done.returncode == 0, done.stderr
    plan = last_json(done.stdout)
    assert plan["episodes"] == 32 and plan["workers"] == {"android": 4}
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--suite", "nonsense"], "--suite: unknown suite 'nonsense' (one of: androidworld"),
        (["--suite", "no_such_module:SUITE"], "--suite: cannot import"),
        (["--suite", SUITE_PATH, "--policy", "clairvoyant"], "--policy: unknown policy 'clairvoyant' (one of: noop"),
        (["--suite", SUITE_PATH, "--backend", "fak"], "unknown backend 'fak'"),
        (["--suite", SUITE_PATH, "--backend", "fake=many"], "no number of devices"),
        (["--suite", SUITE_PATH, "--farm", "nowhere"], "--farm: 'nowhere' is no address"),
        (["--suite", SUITE_PATH, "--tasks", "CountTo,Nope"], "no task 'Nope' in suite"),
        (["--suite", SUITE_PATH, "--tasks", " , "], "--tasks: ' , ' names no task"),
        (["--suite", SUITE_PATH, "--combinations", "0"], "--combinations: 0 is not at least 1"),
        (["--suite", SUITE_PATH, "--platform", "desktop"], "--platform: suite"),
        (["--suite", SUITE_PATH, "--set", "devics=3"], "devics: unknown key"),
        (["--suite", SUITE_PATH, "--set", "policy.seed=3"], "unknown key"),
        (["--suite", SUITE_PATH, "--set", "devices"], "--set: 'devices' is not key=value"),
        (["--suite", SUITE_PATH, "--episodes", "0"], "episodes: "),
        (["--suite", SUITE_PATH, "--devices", "-1"], "devices: "),
        (["--suite", SUITE_PATH, "--config", "absent.toml"], "--config: cannot read absent.toml"),
        (["--suite", SUITE_PATH, "--policy", "openai"], "policy.model: "),
        (["--suite", SUITE_PATH, "--policy", "openai", "--set", "policy.model=m", "--set", "policy.dialect=x"],
         "policy.dialect: unknown dialect 'x'"),
        (["--suite", SUITE_PATH, "--policy", "replay", "--set", "policy.run=/nowhere"], "/nowhere holds no run"),
        (["--suite", SUITE_PATH, "--resume"], "--out"),
    ],
)  # fmt: skip
def test_bad_input_names_the_field_before_any_machine(
    arguments: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = farm("collect", *arguments)
    assert done.returncode == 2, done.stderr
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.iterdir())


def test_task_parameter_out_of_range_names_field_value_and_range(tmp_path: Path) -> None:
    done = farm("run", "CountTo", "--suite", SUITE_PATH, "--param", "count=40", "--backend", "fake=1")
    assert done.returncode == 2
    assert "CountTo.count: 40 is out of range (must be a whole number from 1 to 4)" in done.stderr


def test_config_files_overlay_and_the_resolved_one_is_stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.toml").write_text('suite = "fake_suite:SUITE"\nseed = 5\n[[backends]]\ntype = "fake"\ndevices = 2\n')
    (tmp_path / "b.toml").write_text("seed = 7\n[policy]\ntype = 'random'\nseed = 4\n")
    done = farm("collect", "--config", "a.toml", "--config", "b.toml", "--set", "episodes=2", "--out", "run")
    assert done.returncode == 0, done.stderr
    stored = load_config(RunConfig, paths=[tmp_path / "run" / "config.toml"])
    assert (stored.seed, stored.episodes, stored.policy.type) == (7, 2, "random")


def slow_config(path: Path, latency_ms: float = 25.0) -> Path:
    path.write_text(
        f'suite = "{SUITE_PATH}"\nepisodes = 16\n[[backends]]\ntype = "fake"\ndevices = 2\nlatency_ms = {latency_ms}\n'
    )
    return path


def wait_for_episodes(folder: Path, count: int, process: subprocess.Popen[Any], log: Path) -> None:
    deadline = time.monotonic() + 60
    while len(list(folder.glob("episodes/[!.]*"))) < count:
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.01)  # noqa: TID251 - waits for another process


def expected_ids(count: int) -> list[str]:
    return sorted(episode_id(task.id, 1) for task in SUITE.tasks(count))


def test_killed_run_resumes_without_repeating_or_losing(tmp_path: Path) -> None:
    folder, config = tmp_path / "run", slow_config(tmp_path / "slow.toml")
    arguments = ("collect", "--config", str(config), "--out", str(folder), "--json")
    seen: dict[str, bytes] = {}
    for kill_at in (2, 6, 11):
        resume = ["--resume"] if folder.exists() else []
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(command(*arguments, *resume), env=environment(), stdout=log, stderr=log)
        try:
            wait_for_episodes(folder, kill_at, process, tmp_path / "log")
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()
        for path in folder.glob("episodes/[!.]*/episode.json"):
            before = seen.setdefault(path.parent.name, path.read_bytes())
            assert before == path.read_bytes(), "a stored episode was collected again"
    done = farm(*arguments, "--resume")
    assert done.returncode == 0, done.stderr
    figures = last_json(done.stdout)
    assert figures["episodes"] == figures["attempts"] == 16 == figures["success"]
    reader = RunReader(folder)
    assert reader.episode_ids() == expected_ids(16)
    assert all((folder / "episodes" / name / "episode.json").read_bytes() == data for name, data in seen.items())
    assert sorted(line["episode"] for line in reader.metrics()) == expected_ids(16)
    for stored in reader.episodes():
        reader.complete(stored)
    verified = farm("verify", str(folder), "--suite", SUITE_PATH, "--offline", "--json")
    assert verified.returncode == 0 and last_json(verified.stdout)["damaged"] == 0
    again = farm(*arguments, "--resume")
    assert again.returncode == 0 and last_json(again.stdout)["steps"] == 0


def test_interrupt_ends_cleanly_and_can_be_resumed(tmp_path: Path) -> None:
    folder, config = tmp_path / "run", slow_config(tmp_path / "slow.toml")
    arguments = ("collect", "--config", str(config), "--out", str(folder), "--json")
    out, log = tmp_path / "out", tmp_path / "log"
    with out.open("w") as stdout_file, log.open("w") as stderr_file:
        process = subprocess.Popen(command(*arguments), env=environment(), stdout=stdout_file, stderr=stderr_file)
    wait_for_episodes(folder, 3, process, log)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    stdout, stderr = out.read_text(), log.read_text()
    assert process.returncode == 130 and "go on with --resume" in stderr and "Traceback" not in stderr
    assert last_json(stdout)["interrupted"] is True and last_json(stdout)["episodes"] >= 3
    assert farm(*arguments, "--resume").returncode == 0
    assert RunReader(folder).episode_ids() == expected_ids(16)


def test_resume_with_more_episodes_adds_only_those(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert collected(folder, episodes=3).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in folder.glob("episodes/*/episode.json")}
    done = farm("collect", "--resume", "--out", str(folder), "--episodes", "6", "--json")
    assert done.returncode == 0, done.stderr
    assert last_json(done.stdout)["episodes"] == 6
    assert all(path.stat().st_mtime_ns == stamp for path, stamp in before.items())


def test_resume_under_another_policy_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert collected(folder, episodes=2).returncode == 0
    done = farm("collect", "--resume", "--out", str(folder), "--policy", "noop")
    assert done.returncode == 2 and "policy: the run was made with" in done.stderr


def test_infrastructure_failure_above_the_share_is_exit_code_4(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    done = farm(
        "collect", "--suite", "fake_suite:BROKEN", "--backend", "fake=2", "--episodes", "4", "--retries", "1",
        "--out", str(folder), "--json",
    )  # fmt: skip
    figures = last_json(done.stdout)
    assert done.returncode == 4
    assert (figures["episodes"], figures["infra_error"], figures["scored"]) == (4, 2, 2)
    assert (figures["attempts"], figures["infra_attempts"]) == (6, 4)
    allowed = farm(
        "collect", "--suite", "fake_suite:BROKEN", "--backend", "fake=2", "--episodes", "4", "--retries", "0",
        "--out", str(tmp_path / "b"), "--max-infra-share", "0.5",
    )  # fmt: skip
    assert allowed.returncode == 0


def test_devices_that_never_start_end_the_run_with_the_reason(tmp_path: Path) -> None:
    config = slow_config(tmp_path / "dead.toml")
    config.write_text(config.read_text() + "start_failures = 1000\n")
    done = farm("collect", "--config", str(config), "--out", str(tmp_path / "run"))
    assert done.returncode == 1
    assert "no device could be started" in done.stderr and "told to fail its start" in done.stderr


def test_replay_confirms_rewards_and_notices_a_changed_one(run_folder: Path, tmp_path: Path) -> None:
    done = farm("replay", str(run_folder), "--suite", SUITE_PATH, "--json")
    assert done.returncode == 0, done.stderr
    figures = last_json(done.stdout)
    assert figures["replayed"] == figures["rewards_agree"] == 8
    one = RunReader(run_folder).episode_ids()[0]
    single = farm("replay", str(run_folder), "--suite", SUITE_PATH, "--episode", one, "--json")
    assert last_json(single.stdout)["replayed"] == 1
    unknown = farm("replay", str(run_folder), "--suite", SUITE_PATH, "--episode", "x")
    assert unknown.returncode == 2 and "no episode 'x'" in unknown.stderr


def test_replay_and_verify_import_no_code_that_a_run_folder_names(run_folder: Path) -> None:
    for name in ("replay", "verify"):
        done = farm(name, str(run_folder))
        assert done.returncode == 2 and "pass it with --suite" in done.stderr


def test_verify_finds_a_reward_that_a_fresh_device_does_not_confirm(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    assert collected(folder, episodes=4).returncode == 0
    assert farm("verify", str(folder), "--suite", SUITE_PATH, "--json").returncode == 0
    name = episode_id("fake_suite:SUITE/CountTo/0", 1)
    path = folder / "episodes" / name / "episode.json"
    document = json.loads(path.read_text())
    document["episode"]["task"]["params"]["count"] = 1 + document["episode"]["task"]["params"]["count"] % 4
    path.write_text(json.dumps(document) + "\n")
    done = farm("verify", str(folder), "--suite", SUITE_PATH, "--json")
    figures = last_json(done.stdout)
    assert done.returncode == 1 and figures["rewards_agree"] == 3
    assert [entry["episode"] for entry in figures["disagreements"]] == [name]
    assert farm("verify", str(folder), "--suite", SUITE_PATH, "--offline").returncode == 0
    blob = next(folder.glob("blobs/*.png"))
    blob.write_bytes(b"")
    offline = farm("verify", str(folder), "--suite", SUITE_PATH, "--offline", "--json")
    assert offline.returncode == 1 and last_json(offline.stdout)["damaged"] >= 1


def test_verify_sample_replays_that_many(run_folder: Path) -> None:
    done = farm("verify", str(run_folder), "--suite", SUITE_PATH, "--sample", "3", "--json")
    assert done.returncode == 0 and last_json(done.stdout)["replayed"] == 3


def test_stored_policy_replays_through_collect(run_folder: Path, tmp_path: Path) -> None:
    done = collected(tmp_path / "run", "--set", f"policy.run={run_folder}", policy="replay")
    assert done.returncode == 0, done.stderr
    assert last_json(done.stdout)["success"] == 8
    actions = [
        [[step.action for step in stored.episode.steps] for stored in RunReader(folder).episodes()]
        for folder in (run_folder, tmp_path / "run")
    ]
    assert actions[0] == actions[1]


def test_policy_from_outside_comes_by_import_path(tmp_path: Path) -> None:
    done = collected(tmp_path / "run", "--set", "policy.options.seed=3", policy="fake_suite:make_policy", episodes=2)
    assert done.returncode == 0, done.stderr
    refused = collected(tmp_path / "b", "--set", "policy.options.sed=3", policy="fake_suite:make_policy")
    assert refused.returncode == 2 and "refused its options" in refused.stderr
    assert not (tmp_path / "b").exists()


def test_report_can_be_written_anew(run_folder: Path) -> None:
    report = run_folder / "report.html"
    report.unlink(missing_ok=True)
    done = farm("replay", str(run_folder), "--report")
    assert done.returncode == 0 and report.stat().st_size > 10_000


def test_run_tells_every_step_and_the_evidence(tmp_path: Path) -> None:
    done = farm(
        "run", "CountTo", "--suite", SUITE_PATH, "--param", "count=2", "--backend", "fake=1", "--json",
        "--out", str(tmp_path / "run"),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "goal: Press Add until the count is 2." in done.stdout
    assert '"type":"click"' in done.stdout and "holds  state count: '2', expected '2'" in done.stdout
    assert last_json(done.stdout)["outcome"]["reward"] == 1.0
    (stored,) = RunReader(tmp_path / "run").episodes()
    assert isinstance(stored.episode.outcome, Scored) and (tmp_path / "run" / "report.html").exists()


def test_run_of_a_free_goal_is_undecided_and_wants_a_policy_that_can() -> None:
    done = farm(
        "run", "--goal", "look around", "--policy", "random", "--backend", "fake=1", "--max-steps", "3", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert last_json(done.stdout)["outcome"]["kind"] == "undecided"
    refused = farm("run", "--goal", "look around", "--backend", "fake=1")
    assert refused.returncode == 2 and "expert cannot follow a free goal" in refused.stderr


@pytest.mark.parametrize("kind", ["jsonl", "ui-s1", "sharegpt", "qa"])
def test_export_writes_every_episode_and_its_images(run_folder: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / kind
    done = farm("export", str(run_folder), "--format", kind, "--out", str(out), "--json")
    assert done.returncode == 0, done.stderr
    figures = last_json(done.stdout)
    assert figures["episodes"] == 8 and figures["skipped_episodes"] == 0
    text = Path(figures["files"][0]).read_text()
    names = {path.name for path in (out / "images").iterdir()}
    assert names and all(name in text for name in names)
    again = farm("export", str(run_folder), "--format", kind, "--out", str(out))
    assert again.returncode == 2 and "is not empty" in again.stderr


def test_export_to_parquet_wants_its_extra_or_works(run_folder: Path, tmp_path: Path) -> None:
    done = farm("export", str(run_folder), "--format", "parquet", "--out", str(tmp_path / "p"))
    if done.returncode == 3:
        assert "gui-agent-farm[export]" in done.stderr
    else:
        assert done.returncode == 0 and (tmp_path / "p" / "steps.parquet").stat().st_size > 0


def test_help_of_every_command_is_quick_and_imports_nothing_heavy() -> None:
    code = (
        "import sys; from device_farm.cli.main import build_parser;"
        "build_parser(['collect','eval','run','replay','verify','export']);"
        "heavy = {'grpc', 'cv2', 'numpy', 'openai', 'pydantic', 'rich', 'jinja2'} & set(sys.modules);"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_config_parses(path: Path) -> None:
    assert load_config(RunConfig, paths=[path])
