"""`report.html` of a training run: its figures as charts, in one file that needs no network and no script."""

from __future__ import annotations

import math
import os
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import jinja2

from device_farm import __version__
from device_farm.errors import ConfigError
from gui_agent.report.chart import Mark, Series, line_chart, number_text
from gui_agent.store.files import LocalFiles, storage_errors
from gui_agent.store.layout import TEMPORARY
from gui_agent.store.lines import read_lines

Record: TypeAlias = Mapping[str, Any]
_LATE_SHARE = 0.1
"""Figures of the head are means over the last tenth of the updates: single ones jump about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A chart, by the keys of the metrics with what each is called."""

    title: str
    note: str
    lines: Mapping[str, str]


PANELS: Final = (
    Panel(title="Loss", note="what an update minimises; of RL its sign says little", lines={"loss": "loss"}),
    Panel(
        title="Reward",
        note="online the verdict on an episode, else the mean reward of a step",
        lines={"reward": "reward", "progress": "share of the trajectory reached"},
    ),
    Panel(
        title="Success",
        note="episodes with a verdict of 1; replies that match the expert's",
        lines={"success": "episodes solved", "matched": "replies matched", "likelihood": "probability of the expert's"},
    ),
    Panel(title="Gradient norm", note="before it is cut", lines={"gradient_norm": "norm"}),
    Panel(
        title="Distance",
        note="from the policy at the start, and from the one that sampled, in nats a token",
        lines={"kl": "from the start", "approx_kl": "from the sampler"},
    ),
    Panel(title="Entropy", note="of the policy, in nats a token", lines={"entropy": "entropy"}),
    Panel(
        title="Cut",
        note="share of tokens whose ratio or weight was cut",
        lines={
            "clip_fraction": "clip",
            "dual_clip_fraction": "dual clip",
            "staleness_truncated": "weight of an old sample",
        },
    ),
    Panel(
        title="Staleness",
        note="age of the rollouts that were trained on, in updates",
        lines={"staleness": "mean", "staleness_max": "oldest"},
    ),
    Panel(title="Patches", note="share of steps at which the expert's action took over", lines={"patched": "patched"}),
    Panel(title="Length of episodes", note="in steps", lines={"steps": "steps"}),
    Panel(title="Length of replies", note="in tokens", lines={"reply_tokens": "tokens"}),
    Panel(
        title="Unreadable replies",
        note="share of replies that did not parse",
        lines={"unreadable_replies": "unreadable"},
    ),
    Panel(
        title="Groups",
        note="rolled out, learnt from, and without any difference to learn from",
        lines={"groups": "rolled out", "groups_kept": "kept", "groups_equal": "all equal"},
    ),
    Panel(
        title="Rollouts left out",
        note="they have no verdict, or the policy changed too much since",
        lines={
            "masked_undecided": "undecided",
            "masked_infra_error": "infrastructure",
            "masked_policy_error": "model",
            "stale_rollouts": "too old",
        },
    ),
    Panel(
        title="Time of an update",
        note="in seconds: waiting for samples, and computing",
        lines={"sampling_s": "samples", "training_s": "training"},
    ),
    Panel(title="Learning rate", note="", lines={"lr": "learning rate"}),
)


def write_training_report(root: Path) -> Path:
    """Writes the report of the training run in `root` and gives its path.

    Raises:
        ConfigError: `root` holds no training run.
        StorageError: the file cannot be written.
    """
    metrics, config = root / "metrics.jsonl", root / "config.toml"
    if not metrics.exists():
        raise ConfigError(f"{root} holds no training run", field="--out", fix="name the folder of farm train")
    records = list(read_lines(metrics))
    settings = tomllib.loads(config.read_text("utf-8")) if config.exists() else {}
    text = render_training(root.resolve().name, records, settings)
    path, partial = root / "report.html", root / f"{TEMPORARY}{os.getpid()}-report.html"
    files = LocalFiles()
    try:
        with storage_errors(path):
            files.write(partial, text.encode("utf-8"))
            files.sync([partial])
            files.rename(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def render_training(name: str, records: Sequence[Record], settings: Mapping[str, Any]) -> str:
    """The report's HTML. `records` are the lines of metrics.jsonl, `settings` the config."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("gui_agent.report", "templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    style = "\n".join(
        (Path(__file__).parent / "templates" / file).read_text("utf-8") for file in ("report.css", "training.css")
    )
    return environment.get_template("training.html.j2").render(
        title=name,
        recipe=settings.get("recipe", ""),
        style=style,
        cards=head(records),
        charts=charts(records),
        last=sorted(records[-1].items()) if records else [],
        shown=number_or_text,
        version=__version__,
        written_at=time.strftime("%Y-%m-%d %H:%M"),
    )


def charts(records: Sequence[Record]) -> list[dict[str, Any]]:
    """Every panel that there are figures for: its texts, its names with their colours, and the SVG."""
    numbered = list(enumerate(records, 1))
    marks = [
        Mark(x=number - 0.5, text=str(record["stage"]))
        for number, record in numbered
        if "stage" in record and (number == 1 or records[number - 2].get("stage") != record["stage"])
    ]
    if marks:
        marks[0] = Mark(x=1, text=marks[0].text)
    made = []
    for panel in PANELS:
        lines = _there(panel, records)
        if not lines:
            continue
        series = [
            Series(
                name=word,
                xs=[number for number, record in numbered if key in record],
                ys=[_number(record[key]) for _, record in numbered if key in record],
            )
            for key, word in lines.items()
        ]
        svg = line_chart(series, label=f"{panel.title} by update", marks=marks, span=(1, max(2, len(records))))
        made.append(
            {
                "title": panel.title,
                "note": panel.note,
                "names": list(lines.values()),
                "named": len(panel.lines) > 1,
                "svg": svg,
            }
        )
    return made


def _there(panel: Panel, records: Sequence[Record]) -> dict[str, str]:
    """The lines of a panel that there are figures for; of several, those that are 0 throughout are left out."""
    there = {key: word for key, word in panel.lines.items() if any(_is_number(one.get(key)) for one in records)}
    moving = {key: word for key, word in there.items() if any(_number(one.get(key)) for one in records)}
    return moving or dict(list(there.items())[:1])


def head(records: Sequence[Record]) -> list[tuple[str, str, str]]:
    """Title, figure and note of each card at the top."""
    if not records:
        return [("Updates", "0", "nothing was trained yet")]
    last = records[-1]
    skipped = int(last.get("skipped", 0))
    stage = f" of {last['stage']}" if "stage" in last else ""
    cards = [("Updates", str(last["update"]) + stage, f"{skipped} skipped" if skipped else "none skipped")]
    late = records[-max(1, round(_LATE_SHARE * len(records))) :]
    words = {"success": "Success", "matched": "Replies matched", "reward": "Reward", "loss": "Loss"}
    for key, word in words.items():
        values = [value for record in late if (value := _number(record.get(key))) is not None]
        if values:
            note = f"mean of the last {len(values)} updates" if len(values) > 1 else "in the last update"
            cards.append((word, number_text(math.fsum(values) / len(values)), note))
    spent = math.fsum(_number(record.get(key)) or 0.0 for record in records for key in ("sampling_s", "training_s"))
    computing = math.fsum(_number(record.get("training_s")) or 0.0 for record in records)
    share = computing / spent if spent else 0.0
    return [*cards[:4], ("Time", _duration(spent), f"{share:.0%} of it in updates, the rest waiting for samples")]


def number_or_text(value: object) -> str:
    number = _number(value)
    return str(value) if number is None else number_text(number)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{seconds:.1f} s"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
