"""Labelled sets as files: written and read back, and what is said of damaged ones."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from handmade import episode

from device_farm.errors import DataError
from device_farm.types.observation import Foreground
from gui_agent.benchmarks.basics import SUITE
from gui_agent.labelled.episode import KINDS
from gui_agent.labelled.file import read_labelled, write_labelled


def lines_of(path: Path) -> list[bytes]:
    return gzip.decompress(path.read_bytes()).splitlines(keepends=True)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl.gz"
    write_labelled(path, [episode(), episode(id="basics/A", fronts=(Foreground(app="Thunar"),) * 4)], {"b": "no"})
    return path


def test_labelled_episodes_come_back_as_they_were_written(two: Path, tmp_path: Path) -> None:
    found = read_labelled(two)
    assert found.episodes == (episode(id="basics/A", fronts=(Foreground(app="Thunar"),) * 4), episode())
    assert found.left_out == {"b": "no"}
    again = tmp_path / "again.jsonl.gz"
    write_labelled(again, reversed(found.episodes), found.left_out)
    assert again.read_bytes() == two.read_bytes()


def test_read_labelled_names_the_line_that_is_wrong(two: Path) -> None:
    head, first, _ = lines_of(two)
    two.write_bytes(gzip.compress(head + first + b'{"id": 3}\n'))
    with pytest.raises(DataError, match=r"line 3.*make_labelled"):
        read_labelled(two)
    two.write_bytes(gzip.compress(head + b"{not json\n"))
    with pytest.raises(DataError, match=r"line 2.*make_labelled"):
        read_labelled(two)


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (lambda lines: lines[:2], r"line 3: the file was cut short; its head promises 2 episodes, 1 are whole"),
        (lambda lines: [*lines[:2], lines[2][:50]], r"line 3: the file was cut short"),
        (lambda lines: [], r"line 1: the file was cut short"),
        (lambda lines: [*lines, lines[2]], r"too many lines; its head promises 2 episodes, 3 are whole"),
    ],
)
def test_read_labelled_tells_a_file_with_missing_lines(two: Path, kept: object, said: str) -> None:
    two.write_bytes(gzip.compress(b"".join(kept(lines_of(two)))))  # type: ignore[operator]
    with pytest.raises(DataError, match=f"{said}.*make_labelled"):
        read_labelled(two)


def test_read_labelled_tells_a_file_that_ends_in_the_middle(two: Path) -> None:
    data = two.read_bytes()
    for size in range(0, len(data), 40):
        two.write_bytes(data[:size])
        with pytest.raises(DataError, match=r"line \d: the file was cut short.*make_labelled"):
            read_labelled(two)


def test_read_labelled_refuses_what_is_no_gzip_file_or_no_file(two: Path) -> None:
    two.write_bytes(b"episodes\n")
    with pytest.raises(DataError, match="no gzip file"):
        read_labelled(two)
    with pytest.raises(DataError, match="cannot be read"):
        read_labelled(two.with_name("none"))


def test_the_shipped_set_is_as_large_as_it_is_said_to_be() -> None:
    shipped = read_labelled()
    episodes = shipped.episodes
    assert len(episodes) >= 600
    assert {one.platform for one in episodes} == {"android", "desktop"}
    assert {one.kind for one in episodes} == set(KINDS)
    # Where an expert failed there is no state to compare with: its template is named in place of its episodes.
    without = {name.split("/")[1] for name in shipped.left_out if "/expert/" in name}
    assert {one.template for one in episodes} | without == {template.name for template in SUITE.templates}
    assert len(without) <= 2
    assert len({one.id for one in episodes}) == len(episodes)
    # Whoever calls everything a failure must not look good.
    assert 0.2 < sum(one.label.success for one in episodes) / len(episodes) < 0.6
