"""Charts and the report of a training run."""

from __future__ import annotations

import itertools
import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.errors import ConfigError
from gui_agent.report.chart import HEIGHT, WIDTH, Mark, Series, line_chart, moving_average, number_text, ticks
from gui_agent.report.training import charts, head, render_training, write_training_report


def test_ticks_are_round_and_enclose_the_values() -> None:
    assert ticks(0, 1) == [0, 0.25, 0.5, 0.75, 1]
    assert ticks(3, 96) == [0, 25, 50, 75, 100]
    assert ticks(-0.02, 0.05) == pytest.approx([-0.02, 0, 0.02, 0.04, 0.06])
    assert ticks(0, 0) == [0, 0.25, 0.5, 0.75, 1]
    assert ticks(5, 5)[0] < 5 < ticks(5, 5)[-1]


@settings(deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(1e-3, 1e6))
def test_ticks_are_even_and_few(low: float, width: float) -> None:
    found = ticks(low, low + width)
    steps = [after - before for before, after in itertools.pairwise(found)]
    assert 2 <= len(found) <= 7 and found[0] <= low + width * 1e-6 and found[-1] >= low + width * (1 - 1e-6)
    assert steps == pytest.approx([steps[0]] * len(steps), rel=1e-3)


def test_moving_average_by_hand() -> None:
    points = [(0.0, 2.0), (1.0, 4.0), None, (3.0, 9.0)]
    assert moving_average(points, 2) == [(0.0, 2.0), (1.0, 3.0), None, (3.0, 6.5)]


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (0.25, "0.25"), (1200, "1200"), (12345.6, "12346"), (3e-6, "3e-06"), (-0.5, "-0.5")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert number_text(value) == text


def paths(svg: str, kind: str) -> list[list[tuple[float, float]]]:
    found = []
    for element in ElementTree.fromstring(svg).iter():
        if element.get("class") == kind:
            numbers = [float(text) for text in re.findall(r"-?\d+\.\d", element.get("d", ""))]
            found.append(list(zip(numbers[::2], numbers[1::2], strict=True)))
    return found


def test_line_runs_from_corner_to_corner_of_its_frame() -> None:
    svg = line_chart([Series(name="a", xs=[1, 2, 3], ys=[0, None, 1])], label="a & b")
    ((first, last),) = paths(svg, "line c0")
    assert first == (52, HEIGHT - 26) and last == (WIDTH - 14, 24)
    assert ElementTree.fromstring(svg).get("aria-label") == "a & b"


def test_lines_break_at_marks_and_values_that_are_no_numbers_are_left_out() -> None:
    series = Series(name="a", xs=[1, 2, 3, 4, 5], ys=[1, 2, math.nan, 3, 4])
    svg = line_chart([series], label="a", marks=[Mark(x=3.5, text="<second>")], span=(1, 5))
    assert [len(path) for path in paths(svg, "line c0")] == [2, 2]
    assert "&lt;second&gt;" in svg and "nan" not in svg


def test_many_points_are_smoothed_on_top_of_the_raw_line() -> None:
    svg = line_chart([Series(name="a", xs=list(range(100)), ys=[index % 2 for index in range(100)])], label="a")
    ((*_, (_, last)),) = paths(svg, "line c0")
    assert len(paths(svg, "line faint c0")) == 1
    # The last five are 1, 0, 1, 0, 1.
    assert last == pytest.approx(HEIGHT - 26 - 0.6 * (HEIGHT - 26 - 24))


def test_chart_of_nothing_is_nothing_and_of_too_much_an_error() -> None:
    assert line_chart([Series(name="a", xs=[1], ys=[None])], label="a") == ""
    assert "circle" in line_chart([Series(name="a", xs=[7], ys=[3])], label="a")
    with pytest.raises(ValueError, match="5 lines"):
        line_chart([Series(name="a", xs=[1], ys=[1])] * 5, label="a")
    with pytest.raises(ValueError, match="zip"):
        line_chart([Series(name="a", xs=[1, 2], ys=[1])], label="a")


def record(update: int, **more: Any) -> dict[str, Any]:
    return {"update": update, "loss": 1.0 / update, "skipped": 0, "sampling_s": 3.0, "training_s": 1.0, **more}


def test_panels_are_those_with_figures_and_lines_that_move() -> None:
    records = [record(1, masked_undecided=0, masked_infra_error=2), record(2, masked_undecided=0, masked_infra_error=0)]
    made = {chart["title"]: chart for chart in charts(records)}
    assert set(made) == {"Loss", "Rollouts left out", "Time of an update"}
    assert made["Rollouts left out"]["names"] == ["infrastructure"] and made["Rollouts left out"]["named"]


def test_stages_are_marked_where_they_begin() -> None:
    records = [record(1, stage="format"), record(2, stage="format"), record(1, stage="task", success=0.5)]
    loss = next(chart for chart in charts(records) if chart["title"] == "Loss")
    assert loss["svg"].count('class="mark"') == 2 and ">task<" in loss["svg"]
    assert head(records)[0] == ("Updates", "1 of task", "none skipped")


def test_head_has_means_of_the_last_tenth() -> None:
    records = [record(update, success=0.0 if update <= 18 else 0.5 * (update - 18)) for update in range(1, 21)]
    cards = {title: (figure, note) for title, figure, note in head(records)}
    assert cards["Success"] == ("0.75", "mean of the last 2 updates")
    assert cards["Time"] == ("1 min 20 s", "25% of it in updates, the rest waiting for samples")
    assert head([]) == [("Updates", "0", "nothing was trained yet")]


def test_report_is_one_file_without_network_or_script(tmp_path: Path) -> None:
    lines = [record(1), record(2, loss=None, skipped=1), record(3, reward=0.5, skipped=1)]
    (tmp_path / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"torn')
    (tmp_path / "config.toml").write_text('recipe = "<online>"\n')
    page = write_training_report(tmp_path).read_text("utf-8")
    assert "&lt;online&gt;" in page and "<script" not in page and "1 skipped" in page
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert "prefers-color-scheme: dark" in page and page.count("<svg") == 3


def test_report_of_what_is_no_training_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no training run"):
        write_training_report(tmp_path)
    assert "nothing was trained yet" in render_training("empty", [], {})
