"""Config sections of looking ahead: a union discriminated by `type`, the predictor. Importing it loads none."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from device_farm.config import ConfigModel
from device_farm.errors import ConfigError
from gui_agent.models.config import ModelConfig


class LookaheadBase(ConfigModel):
    """What all have: `candidates` different actions are followed `depth` actions far, with `follow_ups` next actions at
    every step after the first; at most `tokens` and `budget_ms` a decision.

    `chooser` own: the policy's own action is taken, unless the device would refuse it; what is imagined is recorded.
    `chooser` policy: the path that the policy itself is likeliest to walk, by its log-probabilities on the imagined
    screens. `chooser` reader: one whose imagined screens show all that the goal asks for, by the rule-based reader of
    trajectories. `chooser` verifier: how many of the goal's checks hold in the state behind a path, which the oracle
    alone can tell; it reads screens where a goal is of no known kind. `chooser` model: `model` chooses, with the
    imagined screens in view.

    Another action than the policy's own must be worth more than `margin` more, and with `sure` nothing is imagined
    where the policy gives its own action that probability or more.
    """

    candidates: int = Field(default=3, ge=2, le=50)
    depth: int = Field(default=2, ge=1, le=20)
    follow_ups: int = Field(default=1, ge=1, le=10)
    tokens: int = Field(default=100_000, ge=0)
    budget_ms: float = Field(default=30_000.0, gt=0)
    chooser: Literal["own", "policy", "reader", "verifier", "model"] = "own"
    margin: float = Field(default=0.05, ge=0)
    sure: float | None = Field(default=None, gt=0, le=1)
    model: ModelConfig | None = None

    @model_validator(mode="after")
    def _model_is_there_where_it_is_asked(self) -> LookaheadBase:
        asked = self.chooser == "model" or (isinstance(self, ModelLookaheadConfig) and not self.sketcher)
        if asked and self.model is None:
            raise ValueError("a model is asked, and there is none: add a section model, or name a sketcher")
        if self.chooser == "verifier" and not isinstance(self, OracleLookaheadConfig):
            raise ValueError("only an oracle has a state to verify: use the chooser reader, which looks at screens")
        if self.model is not None and not asked:
            raise ValueError("the model is never asked: leave it out, or set chooser to model")
        return self


class CopyLookaheadConfig(LookaheadBase):
    """The baseline: every action leaves the screen as it is."""

    type: Literal["copy"] = "copy"


class OracleLookaheadConfig(LookaheadBase):
    """The ceiling: every action is carried out on a snapshot of the leased device, which is then taken back."""

    type: Literal["oracle"] = "oracle"


class ModelLookaheadConfig(LookaheadBase):
    """`model` writes the next screen. `sketch_tokens` is the estimated size of the screen that it is shown,
    `max_tokens` the longest reply, `timeout_s` the wait for one, `concurrent` how many are asked at once. With
    `sketcher`, a file or folder of `farm train world-model`, that small predictor does it, and none of these counts.
    """

    type: Literal["model"] = "model"
    sketcher: str = ""
    sketch_tokens: int = Field(default=3000, ge=1)
    max_tokens: int = Field(default=4096, ge=1)
    timeout_s: float = Field(default=30.0, gt=0)
    concurrent: int = Field(default=8, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    seed: int | None = Field(default=None, ge=0)


LookaheadConfig: TypeAlias = Annotated[
    CopyLookaheadConfig | OracleLookaheadConfig | ModelLookaheadConfig, Field(discriminator="type")
]
LOOKAHEAD_NAMES = ("copy", "oracle", "model")


def lookahead_type(name: str, *, field: str = "--lookahead") -> str:
    """Raises ConfigError that lists the predictors."""
    if name not in LOOKAHEAD_NAMES:
        raise ConfigError(f"unknown predictor {name!r}", field=field, fix=f"one of: {', '.join(LOOKAHEAD_NAMES)}")
    return name
