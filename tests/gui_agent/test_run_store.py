from __future__ import annotations

import errno
import json
import os
import shutil
import tomllib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from device_farm.backends.fake_state import FakeState, draw, encode_png, tree
from device_farm.errors import ConfigError, DataError
from device_farm.types.action import Click, TypeText
from device_farm.types.geometry import Point, Rect, Size
from device_farm.types.observation import Foreground, Observation, Screenshot, image_digest
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, Evidence, ModelTurn, Provenance, Scored, Step
from gui_agent.store.audit import audit, check_verdict
from gui_agent.store.files import LocalFiles, StorageError
from gui_agent.store.layout import Layout, episode_id
from gui_agent.store.reader import RunReader
from gui_agent.store.toml import dump_toml
from gui_agent.store.writer import RunWriter


def observation(sequence: int, count: int) -> Observation:
    state = FakeState(seed=1, count=count)
    data = encode_png(draw(state))
    return Observation(
        sequence=sequence,
        screen=Size(64, 128),
        orientation="portrait",
        device_time_s=1_700_000_000.25,
        foreground=Foreground(app="home", window="home.Main"),
        screenshot=Screenshot(digest=image_digest(data), size=Size(64, 128), data=data),
        ui_tree=tree(state),
    )


def episode(name: str = "s.T.0.a1", steps: int = 3) -> Episode:
    made = [
        Step(
            index=index,
            observation=observation(index, index // 2),
            action=Click(at=Point(3, 4)) if index else TypeText(text="\ud800 half"),
            turn=ModelTurn(text="text\nwith lines", thought="t", prompt_tokens=3),
            changed=Rect(0, 0, 4, 5),
            act_ms=1.5,
        )
        for index in range(steps)
    ]
    task = Task(
        id=f"s/T/{name}", suite="s", template="T", platform="android", goal="g", seed=0, max_steps=5, time_budget_s=1.0
    )
    return Episode(
        id=name,
        task=task,
        steps=tuple(made),
        outcome=Scored(reward=1.0, evidence=(Evidence(probe="p", observed="1", expected="1", holds=True),)),
        provenance=Provenance(
            policy="expert",
            dialect="",
            backend="fake",
            device_image="i",
            seed=0,
            code_version="1",
            extra={"a": [1, None]},
        ),
        stop="terminated",
        final=observation(9, 7),
    )


def test_stored_episode_comes_back_equal(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {"suite": "s"}) as writer:
        writer.add(episode())
    reader = RunReader(tmp_path)
    stored = reader.load("s.T.0.a1")
    assert reader.complete(stored) == episode()
    assert all(step.observation.ui_tree is None for step in stored.episode.steps)
    assert all(step.observation.screenshot.data is None for step in stored.episode.steps if step.observation.screenshot)


def test_every_screen_and_tree_is_stored_once(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode("s.T.0.a1", steps=6))
        writer.add(episode("s.T.1.a1", steps=6))
    names = [path.name for path in tmp_path.glob("blobs/*")]
    # Counts 0, 1, 2 and the final 7: four screens and four trees over fourteen observations.
    assert len([name for name in names if name.endswith(".png")]) == 4
    assert len([name for name in names if name.endswith(".tree.z")]) == 4


def test_adding_an_episode_twice_is_refused(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode())
        with pytest.raises(DataError, match="stored already"):
            writer.add(episode())
    assert len(RunReader(tmp_path).metrics()) == 1


def test_existing_run_needs_resume(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {"suite": "x"}):
        pass
    with RunWriter(tmp_path, {"suite": "s"}) as writer:
        writer.add(episode())
    with pytest.raises(ConfigError, match=r"--out: .* holds a run already .*--resume"), RunWriter(tmp_path, {}):
        pass
    with RunWriter(tmp_path, {"suite": "s"}, resume=True, identity=("suite",)):
        pass
    with (
        pytest.raises(ConfigError, match=r"suite: the run was made with 's', now it is 't'"),
        RunWriter(tmp_path, {"suite": "t"}, resume=True, identity=("suite",)),
    ):
        pass


def test_folder_of_something_else_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty and holds no run"), RunWriter(tmp_path, {}, resume=True):
        pass


def test_two_writers_are_refused_and_the_owner_is_named(tmp_path: Path) -> None:
    with (
        RunWriter(tmp_path, {}),
        pytest.raises(ConfigError, match=f"being written by process {os.getpid()}"),
        RunWriter(tmp_path, {}, resume=True),
    ):
        pass


def test_half_written_entries_are_discarded_at_the_next_start(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode())
    half = tmp_path / "episodes" / ".tmp-77-s.T.9.a1"
    half.mkdir()
    (half / "steps.jsonl").write_text("{")
    blob = tmp_path / "blobs" / ".tmp-77-x.png"
    blob.write_bytes(b"half")
    assert RunReader(tmp_path).episode_ids() == ["s.T.0.a1"]
    with RunWriter(tmp_path, {}, resume=True):
        assert not half.exists() and not blob.exists()


def test_torn_last_line_is_tolerated_and_mended(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.event("one")
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"event": "tor')
    assert [event["event"] for event in RunReader(tmp_path).events()] == ["one"]
    with RunWriter(tmp_path, {}, resume=True) as writer:
        writer.event("two")
    assert [event["event"] for event in RunReader(tmp_path).events()] == ["one", "two"]


def test_torn_line_in_the_middle_names_the_line(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.event("one")
    (tmp_path / "events.jsonl").write_text('{"event": "a"}\n{"ev\n{"event": "b"}\n')
    with pytest.raises(DataError, match=r"events\.jsonl line 2"):
        RunReader(tmp_path).events()


def test_metrics_that_a_crash_lost_are_written_at_resume(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode("s.T.0.a1"))
        writer.add(episode("s.T.1.a1"))
    lines = (tmp_path / "metrics.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "metrics.jsonl").write_text(lines[0])
    with RunWriter(tmp_path, {}, resume=True):
        pass
    assert [line["episode"] for line in RunReader(tmp_path).metrics()] == ["s.T.0.a1", "s.T.1.a1"]


class FullDisk(LocalFiles):
    """Takes `room` writes, then has no space left."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, path: Path, data: bytes) -> None:
        self.room -= 1
        if self.room < 0:
            path.write_bytes(data[: len(data) // 2])
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        super().write(path, data)


@pytest.mark.parametrize("room", range(0, 8))
def test_full_disk_is_a_clear_error_and_what_is_stored_stays_readable(tmp_path: Path, room: int) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode("s.T.0.a1"))
    disk = FullDisk(room=100)
    with RunWriter(tmp_path, {}, resume=True, files=disk) as writer:
        disk.room = room
        other = replace(episode("s.T.1.a1"), final=observation(9, 200 + room))
        try:
            writer.add(other)
        except StorageError as error:
            assert "No space left" in str(error) and "--resume" in str(error)
            expected = ["s.T.0.a1"]
        else:
            expected = ["s.T.0.a1", "s.T.1.a1"]
    reader = RunReader(tmp_path)
    assert reader.episode_ids() == expected
    assert reader.complete(reader.load("s.T.0.a1")) == episode("s.T.0.a1")
    with RunWriter(tmp_path, {}, resume=True) as writer:
        if len(expected) == 1:
            writer.add(other)
    assert audit(RunReader(tmp_path)).damaged == ()


def test_really_full_file_system_keeps_what_is_stored(
    small_disk: Callable[[str], AbstractContextManager[Path]],
) -> None:
    with small_disk("256k") as root:
        stored: list[str] = []
        with RunWriter(root / "run", {}) as writer, pytest.raises(StorageError, match="No space left"):
            for index in range(1000):
                name = f"s.T.{index}.a1"
                writer.add(replace(episode(name), final=observation(9, index % 256)))
                stored.append(name)
        found = audit(RunReader(root / "run"))
        assert sorted(entry.id for entry in found.episodes) == sorted(stored) and stored
        assert found.damaged == ()


@pytest.mark.parametrize("name", ["episode.json", "steps.jsonl"])
def test_truncated_episode_names_the_folder_and_the_fix(tmp_path: Path, name: str) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode())
    path = tmp_path / "episodes" / "s.T.0.a1" / name
    whole = path.read_bytes()
    for size in {0, 1, len(whole) // 2, len(whole) - 2}:
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"s\.T\.0\.a1.*run again with --resume"):
            RunReader(tmp_path).load("s.T.0.a1")


def test_step_line_that_is_dropped_is_noticed(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode())
    path = tmp_path / "episodes" / "s.T.0.a1" / "steps.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match="2 of 3 steps"):
        RunReader(tmp_path).load("s.T.0.a1")


@pytest.mark.parametrize(("evaluator", "reward", "problem"), [
    ("parts", 0.5, ""),
    ("parts", 0.0, "reward 0, but the evidence says 0.5"),
    ("state", 0.0, ""),
    ("state", 0.5, "reward 0.5, but the evidence says 0"),
])  # fmt: skip
def test_verdict_of_a_task_of_parts_is_their_share(evaluator: str, reward: float, problem: str) -> None:
    made = episode()
    evidence = tuple(Evidence(probe="p", observed="o", expected="e", holds=holds) for holds in (True, False))
    scored = Scored(reward=reward, evidence=evidence)
    assert check_verdict(replace(made, task=replace(made.task, evaluator=evaluator), outcome=scored)) == problem


def test_audit_reports_lost_altered_and_unused_blobs_and_unfounded_rewards(tmp_path: Path) -> None:
    wrong = (Evidence(probe="p", observed="1", expected="2", holds=False),)
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode("s.T.0.a1"))
        writer.add(replace(episode("s.T.1.a1"), final=observation(9, 99)))
        writer.add(replace(episode("s.T.2.a1"), outcome=Scored(reward=1.0, evidence=wrong)))
        writer.add(replace(episode("s.T.3.a1"), final=observation(9, 98)))
    reader = RunReader(tmp_path)
    altered = reader.load("s.T.1.a1").episode.final
    lost = reader.load("s.T.3.a1").final_tree
    assert altered is not None and altered.screenshot is not None and lost is not None
    reader.layout.blob(altered.screenshot.digest, "png").write_bytes(b"something else")
    reader.layout.blob(lost, "tree.z").unlink()
    (tmp_path / "blobs" / ("ff" * 16 + ".png")).write_bytes(b"x")
    found = audit(reader)
    assert [name for name, _ in found.damaged] == ["s.T.1.a1", "s.T.3.a1"]
    assert "not what its name says" in found.damaged[0][1]
    assert found.unfounded == (("s.T.2.a1", "reward 1, but the evidence says 0"),)
    assert found.unused_blobs >= 1


@given(
    position=st.integers(0, 10_000), byte=st.integers(0, 255), which=st.sampled_from(["episode.json", "steps.jsonl"])
)
@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_altered_byte_is_a_data_error_or_a_readable_episode(
    tmp_path_factory: pytest.TempPathFactory, position: int, byte: int, which: str
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    with RunWriter(root, {}) as writer:
        writer.add(episode(steps=1))
    path = root / "episodes" / "s.T.0.a1" / which
    data = bytearray(path.read_bytes())
    data[position % len(data)] = byte
    path.write_bytes(bytes(data))
    reader = RunReader(root)
    try:
        reader.complete(reader.load("s.T.0.a1"))
    except DataError as error:
        assert str(error)
    shutil.rmtree(root)


@given(data=st.binary(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_bytes_as_an_episode_are_a_data_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.mktemp("fuzz") / "episodes" / "x"
    folder.mkdir(parents=True)
    for name in ("episode.json", "steps.jsonl"):
        (folder / name).write_bytes(data)
    with pytest.raises(DataError):
        RunReader(folder.parents[1]).load("x")
    shutil.rmtree(folder.parents[1])


def test_stored_digest_cannot_leave_the_run_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a content digest"):
        Layout(tmp_path).blob("../../../../etc/passwd", "png")


@pytest.mark.parametrize(
    ("task_id", "plain"), [("basics/PhoneWifi/3", "basics.PhoneWifi.3.a2"), ("a/b/0+x=1", None), ("../../x", None)]
)
def test_episode_id_is_a_safe_folder_name(task_id: str, plain: str | None) -> None:
    name = episode_id(task_id, 2)
    assert name == plain or plain is None
    assert "/" not in name and not name.startswith(".") and name.endswith(".a2")


def test_episode_ids_of_different_tasks_never_meet() -> None:
    ids = ["a/b/0+x=1", "a/b/0-x=1", "a/b/0+x-1", "a/b/0x1", "a:b", "a;b", "a b"]
    assert len({episode_id(task_id, 1) for task_id in ids}) == len(ids)


_PLAIN = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
_VALUES = st.recursive(
    _PLAIN | _TEXTS,
    lambda inner: (
        st.lists(st.integers(-9, 9) | _TEXTS, max_size=3)
        | st.dictionaries(_TEXTS, inner, max_size=3)
        | st.lists(st.dictionaries(_TEXTS, inner, min_size=1, max_size=2), min_size=1, max_size=2)
    ),
    max_leaves=8,
)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value] if isinstance(value, list) else value


@given(values=st.dictionaries(_TEXTS, _VALUES, max_size=4))
@settings(max_examples=150)
def test_toml_reads_back_to_what_was_written(values: dict[str, Any]) -> None:
    assert tomllib.loads(dump_toml(values)) == _without_none(values)


def test_reader_of_no_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds no run"):
        RunReader(tmp_path)


def test_episode_of_another_version_is_not_misread(tmp_path: Path) -> None:
    with RunWriter(tmp_path, {}) as writer:
        writer.add(episode())
    path = tmp_path / "episodes" / "s.T.0.a1" / "episode.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 2}))
    with pytest.raises(DataError, match="unknown version 2"):
        RunReader(tmp_path).load("s.T.0.a1")
