"""Config sections of the verifiers: a union discriminated by `type`. Importing it loads no verifier."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, model_validator

from device_farm.config import ConfigModel
from device_farm.errors import ConfigError
from gui_agent.models.config import ModelConfig


class JudgeConfig(ConfigModel):
    """What all verifiers have that may ask a model. Without a section `model` they judge by rules.

    `name` is what the verdicts are filed under ("": the type). Screens are sent with at most `max_pixels`, their sides
    multiples of `patch_px`. With `runs` above 1 the majority of so many verifications counts; a model then wants a
    `temperature` above 0. `deadline_s` bounds one verdict.
    """

    name: str = Field(default="", pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]{0,63})?$")
    model: ModelConfig | None = None
    max_pixels: int = Field(default=14 * 14 * 4 * 1280, ge=28 * 28)
    patch_px: int = Field(default=28, ge=1)
    temperature: float = Field(default=0.0, ge=0, le=2)
    seed: int = Field(default=0, ge=0)
    runs: int = Field(default=1, ge=1, le=99)
    deadline_s: float = Field(default=600.0, gt=0)

    @model_validator(mode="after")
    def _runs_differ(self) -> JudgeConfig:
        if self.runs > 1 and self.model is None:
            raise ValueError("without a model every run says the same: leave runs at 1, or add a section model")
        if self.runs > 1 and self.temperature == 0:
            raise ValueError("at temperature 0 every run says the same: use one above 0, or leave runs at 1")
        return self


class BudgetConfig(ConfigModel):
    """What one verification may spend: probes and model turns, tokens, seconds."""

    steps: int = Field(default=50, ge=1)
    tokens: int = Field(default=300_000, ge=1)
    seconds: float = Field(default=300.0, gt=0)


class AgenticConfig(JudgeConfig):
    """Looks at the record, then probes the device. `shell`, `gui`, `stages` and `memory` switch parts off."""

    type: Literal["agentic"] = "agentic"
    budget: BudgetConfig = BudgetConfig()
    shell: bool = True
    gui: bool = True
    stages: bool = True
    memory: bool = True


class LastScreenConfig(JudgeConfig):
    """Looks at the last screen only."""

    type: Literal["last-screen"] = "last-screen"


class TrajectoryConfig(JudgeConfig):
    """Looks at all screens and actions."""

    type: Literal["trajectory"] = "trajectory"


class UnanimousConfig(JudgeConfig):
    """Several judges of the record; a success only where all say so. `judges` is how often a model is asked."""

    type: Literal["unanimous"] = "unanimous"
    judges: int = Field(default=3, ge=1, le=99)
    temperature: float = Field(default=0.7, ge=0, le=2)


class ScriptedConfig(ConfigModel):
    """The task's own evaluator, put as a verdict."""

    type: Literal["scripted"] = "scripted"
    name: str = Field(default="", pattern=r"^([A-Za-z0-9_-][A-Za-z0-9._-]{0,63})?$")
    deadline_s: float = Field(default=600.0, gt=0)


class ImportedVerifierConfig(ConfigModel):
    """A verifier from outside: `import_path` is `module:callable`, called with `options`, returning a Verifier."""

    type: Literal["import"] = "import"
    import_path: str = Field(min_length=1)
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    deadline_s: float = Field(default=600.0, gt=0)


VerifierConfig: TypeAlias = Annotated[
    AgenticConfig | LastScreenConfig | TrajectoryConfig | UnanimousConfig | ScriptedConfig | ImportedVerifierConfig,
    Field(discriminator="type"),
]
VERIFIER_NAMES = ("agentic", "last-screen", "trajectory", "unanimous", "scripted", "import")


def verifier_type(name: str, *, field: str = "--verifier") -> str:
    """`import` for MODULE:CALLABLE. Raises ConfigError that lists the verifiers."""
    if ":" in name:
        return "import"
    if name not in VERIFIER_NAMES or name == "import":
        known = ", ".join(one for one in VERIFIER_NAMES if one != "import")
        raise ConfigError(f"unknown verifier {name!r}", field=field, fix=f"one of: {known}; or MODULE:CALLABLE")
    return name
