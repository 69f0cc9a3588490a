"""What a person sees while a run goes on: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from device_farm.types.action import Action
from device_farm.types.codec.json import type_name
from device_farm.types.trajectory import Scored
from gui_agent.runner.events import AttemptEnded, AttemptStarted, DeviceTrouble, RunEvent, RunStarted, StepTaken
from gui_agent.runner.journal import reason_of

_MAX_ROWS = 16
_UNREAD = "unreadable reply"
_COLOURS = {"scored": "green", "undecided": "yellow", "infra_error": "red", "timeout": "yellow", "policy_error": "red"}


def action_name(action: Action | None) -> str:
    """`long_press`, `type_text`: the kind of an action in a word."""
    return type_name(type(action)) if action is not None else _UNREAD


@dataclass(slots=True)
class _Slot:
    device: str = ""
    task: str = ""
    step: int = 0
    action: str = ""
    done: int = 0


@dataclass(slots=True)
class Tally:
    """The figures behind both displays."""

    total: int = 0
    devices: int = 0
    finished: int = 0
    success: int = 0
    steps: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    slots: dict[int, _Slot] = field(default_factory=dict)

    def take(self, event: RunEvent) -> None:
        match event:
            case RunStarted(tasks=tasks, devices=devices):
                self.total, self.devices = tasks, devices
                # A run may begin with a round of its own, which is no part of its figures.
                self.finished = self.success = self.steps = 0
                self.outcomes.clear()
            case AttemptStarted(worker=worker, device_id=device_id, task_id=task_id):
                slot = self.slots.setdefault(worker, _Slot())
                slot.device, slot.task, slot.step, slot.action = device_id, task_id, 0, "set up"
            case StepTaken(worker=worker, step=step):
                slot = self.slots.setdefault(worker, _Slot())
                slot.step, slot.action = step.index + 1, action_name(step.action)
                self.steps += 1
            case AttemptEnded(worker=worker, episode=episode, retried=retried):
                slot = self.slots.setdefault(worker, _Slot())
                slot.done, slot.action, slot.task = slot.done + 1, "idle", ""
                self.outcomes[episode.outcome.kind] += 1
                self.finished += 0 if retried else 1
                self.success += isinstance(episode.outcome, Scored) and episode.outcome.reward >= 1.0
            case DeviceTrouble():
                return


class Display(Protocol):
    """A listener that is also a context manager."""

    def on_event(self, event: RunEvent) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class PlainDisplay:
    """One line an episode."""

    def __init__(self, stream: TextIO, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._tally = Tally()
        self._clock_s = clock_s
        self._begun_s = clock_s()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def on_event(self, event: RunEvent) -> None:
        self._tally.take(event)
        tally = self._tally
        match event:
            case RunStarted(tasks=tasks, already=already, devices=devices):
                before = f" ({already} are done already)" if already else ""
                self._line(f"{tasks} tasks on {devices} devices{before}")
            case AttemptEnded(episode=episode, retried=retried, device_id=device_id):
                again = ", tried again" if retried else ""
                rate = tally.steps / max(1e-9, self._clock_s() - self._begun_s)
                self._line(
                    f"[{tally.finished}/{tally.total}] {episode.task.id} {episode.outcome.kind}"
                    f" ({reason_of(episode.outcome)}){again}, {len(episode.steps)} steps on {device_id or 'no device'},"
                    f" {rate:.1f} steps/s"
                )
            case DeviceTrouble(error=error):
                self._line(f"device trouble: {error}")
            case AttemptStarted() | StepTaken():
                return

    def _line(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


class LiveDisplay:
    """A table that is drawn again four times a second."""

    def __init__(self, console: Console, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._tally = Tally()
        self._clock_s = clock_s
        self._begun_s = clock_s()
        self._live = Live(console=console, get_renderable=self.render, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def on_event(self, event: RunEvent) -> None:
        self._tally.take(event)

    def render(self) -> RenderableType:
        tally = self._tally
        passed_s = max(1e-9, self._clock_s() - self._begun_s)
        left_s = passed_s / tally.finished * (tally.total - tally.finished) if tally.finished else None
        head = Text.assemble(
            (f"{tally.finished}/{tally.total} episodes", "bold"),
            f"   {tally.success} succeeded",
            f"   {tally.steps / passed_s:.1f} steps/s",
            f"   {_clock(passed_s)} passed",
            f"   {_clock(left_s) if left_s is not None else '?'} to go",
        )
        counts = Text("   ").join(
            Text(f"{kind} {count}", style=_COLOURS.get(kind, "")) for kind, count in sorted(tally.outcomes.items())
        )
        bar = ProgressBar(total=max(1, tally.total), completed=tally.finished)
        return Group(head, bar, counts, self._table())

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("device", "task", "step", "action", "done"):
            table.add_column(name, justify="right" if name in ("step", "done") else "left", no_wrap=True)
        slots = sorted(self._tally.slots.items())
        for _, slot in slots[:_MAX_ROWS]:
            table.add_row(slot.device, slot.task, str(slot.step or ""), slot.action, str(slot.done))
        if len(slots) > _MAX_ROWS:
            table.add_row(f"and {len(slots) - _MAX_ROWS} more", "", "", "", "")
        return table


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def open_display(stream: TextIO) -> Display:
    """The live table where `stream` is a terminal, plain lines elsewhere."""
    if stream.isatty():
        return LiveDisplay(Console(file=stream))
    return PlainDisplay(stream)
