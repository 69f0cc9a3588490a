"""A policy that errs in a known way, to measure critics on: an expert some of whose actions go wrong."""

from __future__ import annotations

from random import Random

from device_farm.device import DeviceInfo
from device_farm.errors import ConfigError
from device_farm.types.task import Task
from gui_agent.benchmarks.registry import load_suite
from gui_agent.labelled.spoil import claiming, clumsy
from gui_agent.policies.base import LocalPolicy
from gui_agent.policies.expert import ExpertSession


class ErringExpert(LocalPolicy):
    """Every action goes wrong with probability `rate`: a tap misses, a text has a slip, an action is left out or done
    twice. It does not notice, goes on as if nothing had happened, and claims success.

    Use it as `--policy gui_agent.critic.erring:ErringExpert`. The same seed, task and attempt bring the same errors as
    long as the screens are the same. Raises ConfigError for an unknown suite or a rate that is no share.
    """

    name = "erring"

    def __init__(self, rate: float = 0.2, seed: int = 0, suite: str = "basics") -> None:
        if not 0 <= rate <= 1:
            raise ConfigError(f"{rate} is no share", field="policy.options.rate", fix="use 0 to 1")
        self._suite = load_suite(suite)
        self._rate = rate
        self._seed = seed

    async def start(self, task: Task, info: DeviceInfo, *, attempt: int = 1) -> ExpertSession:
        rng = Random(f"{self._seed}/{task.id}/{attempt}")
        script = self._suite.template(task.template).expert(task)
        return ExpertSession(claiming(clumsy(script, rng, self._rate), "success"))
