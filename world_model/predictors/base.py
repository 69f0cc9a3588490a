"""The port of every predictor: a batch of questions in, a prediction each out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from device_farm.types.action import Action
from device_farm.types.task import Platform
from device_farm.types.ui_tree import UiTree
from world_model.sketch.faults import LineFault
from world_model.sketch.sketch import Sketch

FaultKind: TypeAlias = Literal["empty", "loop", "timeout", "no_fork", "model", "parse", "sketch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why there is no prediction.

    `empty`: the model said nothing. `loop`: it repeated itself. `timeout`: nothing came in time. `no_fork`: the device
    cannot be copied, or broke while it was one. `model`: the model or its server failed. `parse`: no line of a reply
    could be read. `sketch`: the screen that came of it cannot be sketched.
    """

    kind: FaultKind
    message: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """`ms` is wall clock; tokens are as the server reports them, 0 where no model was asked."""

    ms: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Spent) -> Spent:
        return Spent(
            ms=self.ms + other.ms,
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
        )


NOTHING_SPENT = Spent()


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What would `action` lead to? `sketch` is the screen on which it is taken.

    `path` are the actions that led there from the real screen, none where `sketch` is the real one.
    """

    sketch: Sketch
    action: Action
    goal: str
    platform: Platform
    path: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """`sketch` is the screen after the action; None where `fault` says why there is none.

    `refused` is what the device would say instead of carrying the action out; the screen is then as before.
    `line_faults` are what was wrong with a reply that could be read nevertheless. `cached` is true where nothing was
    asked; `spent` is then nothing. A predictor that really carried the action out also has the screen's `tree`, and
    what somebody who looked into the copy says that its state is `worth`; None where nobody did.
    """

    sketch: Sketch | None
    fault: Fault | None = None
    refused: str = ""
    line_faults: tuple[LineFault, ...] = ()
    spent: Spent = NOTHING_SPENT
    cached: bool = False
    tree: UiTree | None = None
    worth: float | None = None


def failed(kind: FaultKind, message: str, *, spent: Spent = NOTHING_SPENT) -> Prediction:
    """A prediction of nothing."""
    return Prediction(sketch=None, fault=Fault(kind=kind, message=message), spent=spent)


class Predictor(Protocol):
    """Safe to call concurrently, unless its own docstring says otherwise."""

    @property
    def name(self) -> str: ...

    @property
    def repeatable(self) -> bool:
        """Whether sketch, action, goal and platform alone decide the prediction, so that it can be kept."""
        ...

    @property
    def most_tokens(self) -> int:
        """What one question can take at most, prompt and reply, by estimate; 0 where no model is asked."""
        ...

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        """One prediction a question, in order; one that fails leaves the others alone.

        Never raises for what it meets while predicting: that is a `Fault`. Cancellation gets out, and so does the
        TransportError or BackendError of a device that is no longer as it was.
        """
        ...
