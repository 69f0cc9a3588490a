"""The config of a run: what a TOML file may say, and `--set` override."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from device_farm.backends.config import BackendConfig
from device_farm.config import ConfigModel
from gui_agent.benchmarks.androidworld.settings import AndroidWorldConfig
from gui_agent.benchmarks.osworld.settings import OsworldConfig
from gui_agent.cluster.config import RayConfig
from gui_agent.critic.config import CriticConfig
from gui_agent.lookahead.config import LookaheadConfig
from gui_agent.policies.config import ExpertConfig, PolicyConfig
from gui_agent.verification.config import VerifierConfig

PlatformChoice: TypeAlias = Literal["auto", "android", "desktop", "all"]


class LimitsConfig(ConfigModel):
    """Deadlines in seconds of the phases outside a task's own time budget; `max_steps` 0 keeps the tasks' own.

    `lease_s` is how long an attempt waits for a device.
    """

    lease_s: float = Field(default=600.0, gt=0)
    set_up_s: float = Field(default=120.0, gt=0)
    evaluate_s: float = Field(default=60.0, gt=0)
    max_steps: int = Field(default=0, ge=0)


class FarmConfig(ConfigModel):
    """A running farm. `address` HOST:PORT ("" starts one inside this process), `template` one of its pools ("" any).

    `credential_env` names the environment variable with the farm's credential, `ca_file` the PEM file of its authority.
    """

    address: str = ""
    template: str = ""
    credential_env: str = ""
    ca_file: str = ""
    priority: int = Field(default=0, ge=-1000, le=1000)


class RunConfig(ConfigModel):
    """A run of a suite under a policy.

    `combinations` K takes K instances of every task, whatever `episodes` says; 0 leaves the number to `episodes`,
    except in the suite androidworld, where it means 1. `platform` auto takes the phone's tasks where the suite has any.
    `devices` and `desktops` are how many phones and desktops work at once (0: none); `devices` counts desktops where
    only desktops are used. `backends` replaces the built-in devices; `apps` (`module:Class`) are installed on simulated
    phones. `retries` is how often a task that the infrastructure broke is tried again; above a share of
    `max_infra_share` tasks that stay broken the command ends with exit code 4. Under a `critic` each action of the
    policy is judged, and a better one may be carried out in its place; with `lookahead` its outcome and those of others
    are imagined first, and another one may be carried out. A `verifier` has the last word on every episode,
    after the task's evaluator; `reject_satisfied` leaves out tasks that pass with nothing done.
    """

    suite: str = "basics"
    tasks: tuple[str, ...] = ()
    platform: PlatformChoice = "auto"
    episodes: int = Field(default=32, ge=1, le=1_000_000)
    combinations: int = Field(default=0, ge=0, le=10_000)
    seed: int = Field(default=0, ge=0)
    devices: int = Field(default=4, ge=1, le=1000)
    desktops: int = Field(default=1, ge=0, le=64)
    retries: int = Field(default=2, ge=0, le=20)
    max_infra_share: float = Field(default=0.1, ge=0, le=1)
    policy: PolicyConfig = ExpertConfig()
    critic: CriticConfig | None = None
    lookahead: LookaheadConfig | None = None
    farm: FarmConfig = FarmConfig()
    ray: RayConfig = RayConfig()
    backends: tuple[BackendConfig, ...] = ()
    apps: tuple[str, ...] = ()
    limits: LimitsConfig = LimitsConfig()
    report: bool = True
    verifier: VerifierConfig | None = None
    reject_satisfied: bool = False
    androidworld: AndroidWorldConfig = AndroidWorldConfig()
    osworld: OsworldConfig = OsworldConfig()


IDENTITY = (
    "suite",
    "tasks",
    "platform",
    "seed",
    "policy",
    "critic",
    "lookahead",
    "verifier",
    "androidworld.wait_scale",
    "androidworld.require_done",
    "osworld.tasks_dir",
)
"""What a resumed run must share with what is in its folder."""
