"""Episodes: steps, typed outcomes and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from device_farm.types.action import Action, TerminateStatus
from device_farm.types.geometry import Rect
from device_farm.types.observation import Observation
from device_farm.types.task import JsonValue, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One probe of a verdict: what was asked, what came back, what was expected, whether it holds.

    `step` is the index of the step whose screen shows it; None: the device itself, or no one screen.
    """

    probe: str
    observed: str
    expected: str
    holds: bool
    step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The evaluator reached a verdict; the only outcome with a reward, in [0, 1]."""

    reward: float
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["scored"] = "scored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """The evaluator ran but could not tell."""

    reason: str
    evidence: tuple[Evidence, ...] = ()
    kind: Literal["undecided"] = "undecided"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfraError:
    """The device, transport, guest or evaluator broke. Never a reward of 0. `phase` is set_up, run or evaluate."""

    error: str
    message: str
    phase: Literal["lease", "set_up", "run", "evaluate"]
    kind: Literal["infra_error"] = "infra_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedOut:
    """The time budget ran out before the agent ended the episode."""

    budget_s: float
    kind: Literal["timeout"] = "timeout"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyFailed:
    """The policy raised, or its model stayed unreachable. Not a wrong action: those are scored."""

    error: str
    message: str
    kind: Literal["policy_error"] = "policy_error"


Outcome: TypeAlias = Scored | Undecided | InfraError | TimedOut | PolicyFailed
StopReason: TypeAlias = Literal["terminated", "step_budget", "time_budget", "error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelTurn:
    """What a model was asked and said at one step. Latency in milliseconds; token counts as the server reports them.

    `token_ids` and `logprobs` (natural logarithm, one a token) are the reply as it was sampled; empty where unknown.
    """

    text: str
    thought: str = ""
    latency_ms: float = 0.0
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    token_ids: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOpinion:
    """What one judge said of an action before it was carried out. `right` is None where it gave no judgement.

    `confidence` is in [0, 1]; `faults` are what went wrong while judging, each as "Kind: message".
    """

    judge: str
    right: bool | None
    why: str = ""
    confidence: float = 0.0
    faults: tuple[str, ...] = ()
    seconds: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StepReview:
    """How a proposed action became the one that was carried out.

    `corrected` is what the critic would have done instead, None where it had nothing better. `second` is the opinion
    of the judge that saw the critique, None where there was none.
    """

    proposed: Action
    critique: StepOpinion
    corrected: Action | None = None
    second: StepOpinion | None = None
    chosen: Literal["proposed", "corrected"] = "proposed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImaginedScreen:
    """What `action` was expected to lead to: a screen as the text of its sketch, None where there was no prediction.

    `fault` says why there was none, `refused` what the device was expected to say instead of carrying the action out.
    """

    action: Action
    screen: str | None
    refused: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLookahead:
    """What was imagined before a decision; the step's own action is what was decided.

    `reactive` is what the policy would have done by itself, `reason` why it was kept or not, `fell_back` whether it was
    taken unseen because something failed. `branches` are the futures, each some actions deep; `choice` is the index of
    the chosen one, None where none was chosen, and `values` are one for each that was chosen between, whose indices are
    `shown`. `faults` are what went wrong, each as "Kind: message".
    """

    predictor: str
    reactive: Action
    reason: str
    fell_back: bool = False
    branches: tuple[tuple[ImaginedScreen, ...], ...] = ()
    shown: tuple[int, ...] = ()
    choice: int | None = None
    why: str = ""
    values: tuple[float, ...] = ()
    faults: tuple[str, ...] = ()
    ms: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One decision: the screen before it, the action, and what it cost.

    `changed` is the box of pixels that differ between this step's screen and the next (None: not measured, empty:
    nothing changed). `error` is set when the device refused the action or the model's text did not parse; such a
    step still counts. `review` is what critics said of the action before it, None where none was asked; `lookahead` is
    what was imagined before it, None where nothing was.
    """

    index: int
    observation: Observation
    action: Action | None
    turn: ModelTurn | None = None
    changed: Rect | None = None
    error: str = ""
    decide_ms: float = 0.0
    act_ms: float = 0.0
    review: StepReview | None = None
    lookahead: StepLookahead | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Everything needed to make the episode again."""

    policy: str
    dialect: str
    backend: str
    device_image: str
    seed: int
    code_version: str
    extra: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One attempt at one task, whole.

    `claimed` is the agent's own terminate status; `answer` its last answer; `final` the screen after the last step.
    Times are wall clock: `started_at_s` Unix seconds, `wall_s` seconds.
    """

    id: str
    task: Task
    steps: tuple[Step, ...]
    outcome: Outcome
    provenance: Provenance
    stop: StopReason
    claimed: TerminateStatus | None = None
    answer: str | None = None
    final: Observation | None = None
    started_at_s: float = 0.0
    wall_s: float = 0.0
    attempt: int = 1
